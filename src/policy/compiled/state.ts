/**
 * What a compiled engine knows at one moment: slots, shared peer sets, policies, the classes of both directions and their
 * rows. Changes keep one invariant: every bit of every row is what its class says about the peer sets as they are now.
 */
import type { Labels } from '../../kube/objects.ts';
import type { Side } from '../match.ts';
import type { Direction, PolicyPod } from '../model.ts';
import type { NormalPolicy, NormalTier } from '../normal.ts';
import { type Bits, forEachBit, hasBit, writeBit } from './bits.ts';
import { type CompiledPolicy, compareCompiled, releasePolicy } from './compiled-policy.ts';
import { type PeerSet, PeerSets } from './peer-sets.ts';
import { PolicyIndex } from './policy-index.ts';
import { PortAtoms, type PortQuestion } from './port-atoms.ts';
import { activate, computeBit, computeRow, computeUnion, isUnion, type RowContext, updateUnion } from './rows.ts';
import { type Slot, SlotTable } from './slots.ts';
import { isPoliced, type SubjectClass, SubjectClasses } from './subject-classes.ts';

export interface Surroundings {
  readonly labelsOf: (namespace: string) => Labels;
  namespacesWith(key: string, value: string): Iterable<string>;
  readonly hasSets: boolean;
  makeSide(ip: string, pod: PolicyPod | undefined): Side;
  readonly tiers: ReadonlyMap<string, NormalTier>;
}

const directions = ['Egress', 'Ingress'] as const;

export class CompiledState {
  readonly slots: SlotTable;
  readonly peers: PeerSets;
  readonly ports = new PortAtoms();
  readonly words: number;
  readonly classes: Readonly<Record<Direction, SubjectClasses>>;
  readonly policies: PolicyIndex;
  readonly #questions = new Map<string, PortQuestion>();

  constructor(surroundings: Surroundings, addresses: number) {
    const { labelsOf, namespacesWith, hasSets, tiers, makeSide } = surroundings;
    this.slots = new SlotTable(Math.max(64, addresses + (addresses >>> 3) + 32), makeSide);
    this.words = (this.slots.capacity + 31) >>> 5;
    this.peers = new PeerSets({ slots: this.slots, labels: this.slots.labels, labelsOf, namespacesWith, hasSets });
    this.policies = new PolicyIndex(this.peers, this.ports, tiers);
    const signatures = (direction: Direction) => (slot: number, policies: readonly CompiledPolicy[]) =>
      this.#signatureOf(direction, slot, policies);
    this.classes = {
      Egress: new SubjectClasses('Egress', signatures('Egress')),
      Ingress: new SubjectClasses('Ingress', signatures('Ingress')),
    };
  }

  /** Everything at once; the slots must be there. */
  load(policies: readonly NormalPolicy[]): void {
    this.peers.prepare(policies);
    for (const normal of policies) this.policies.add(normal);
    const ordered = [...this.policies.all].sort(compareCompiled);
    for (const direction of directions) {
      const classes = this.classes[direction];
      // Policy by policy, every pod one node further down: nobody's list of policies is ever put together.
      const nodes = new Array<SubjectClass>(this.slots.slots.length).fill(classes.root);
      for (const policy of ordered) {
        if (!policy[direction]) continue;
        forEachBit(policy.subject.bits, (slot) => {
          nodes[slot] = classes.extend(nodes[slot] ?? classes.root, policy);
        });
      }
      this.slots.forEachLive((index) => classes.settleIn(index, nodes[index] ?? classes.root));
    }
  }

  /** `normal` undefined: the policy is gone. */
  replacePolicy(key: string, normal: NormalPolicy | undefined): void {
    const old = this.policies.find(key);
    if (old) this.policies.forget(old);
    const made = normal && this.policies.add(normal);
    const touched = new Set<number>();
    if (old) forEachBit(old.subject.bits, (slot) => void touched.add(slot));
    if (made) forEachBit(made.subject.bits, (slot) => void touched.add(slot));
    for (const direction of directions) {
      for (const slot of touched) {
        const policies = (this.classes[direction].classOf[slot]?.policies ?? []).filter((policy) => policy !== old);
        const joins = made && isPoliced(made, direction, slot);
        this.classes[direction].assign(slot, joins ? insert(policies, made) : policies);
      }
    }
    if (old) releasePolicy(old, this.peers);
  }

  removeSlot(slot: Slot): void {
    this.slots.remove(slot);
    this.refreshSlot(slot.index, [slot.pod?.namespace]);
  }

  /** The slot's pod came, went or changed. */
  refreshSlot(index: number, namespaces: readonly (string | undefined)[]): void {
    const changed = new Set<PeerSet>();
    this.peers.refresh(index, namespaces, (set) => changed.add(set));
    this.#reclassify(index);
    this.#updateRows(new Map([...changed].map((set) => [set, [index]])));
  }

  refreshNamespace(name: string, before: Labels, after: Labels): void {
    const changed = this.peers.refreshNamespace(name, before, after);
    const moved = new Set<number>();
    // Calico's policies may select by the labels of namespaces, and their rules may ask for those of the policed pod.
    for (const [set, indexes] of changed) {
      if (this.policies.isAboutSubjects(set)) for (const index of indexes) moved.add(index);
    }
    for (const index of moved) this.#reclassify(index);
    this.#updateRows(changed);
  }

  /** The row of the class that polices this slot. */
  rowOf(direction: Direction, slot: number, question: PortQuestion): Bits {
    const node = this.classes[direction].classOf[slot] ?? this.classes[direction].root;
    return this.rowOfClass(direction, node, question);
  }

  rowOfClass(direction: Direction, node: SubjectClass, question: PortQuestion): Bits {
    const key = `${question.protocol}/${question.port}/${question.family}`;
    const known = node.rows.get(key);
    if (known) return known;
    this.#questions.set(key, question);
    const row = this.#computeRow(direction, node, this.#context(direction, question));
    node.rows.set(key, row);
    return row;
  }

  #computeRow(direction: Direction, node: SubjectClass, context: RowContext): Bits {
    if (isUnion(node.policies)) return computeUnion(node.policies, context);
    const sample = node.members > 0 ? this.classes[direction].sampleOf(node) : -1;
    return computeRow(activate(node.policies, sample, context), this.words);
  }

  settle(): void {
    for (const direction of directions) {
      const { fresh } = this.classes[direction];
      for (const node of fresh) {
        for (const question of this.#questions.values()) this.rowOfClass(direction, node, question);
      }
      fresh.clear();
    }
  }

  #context(direction: Direction, question: PortQuestion): RowContext {
    return {
      direction,
      words: this.words,
      question,
      policies: this.policies,
    };
  }

  #policing(direction: Direction, index: number): readonly CompiledPolicy[] {
    const policies: CompiledPolicy[] = [];
    for (const candidates of this.policies.candidates(this.slots.slots[index]?.pod?.namespace)) {
      for (const policy of candidates) if (isPoliced(policy, direction, index)) policies.push(policy);
    }
    return policies.length > 1 ? policies.sort(compareCompiled) : policies;
  }

  #reclassify(index: number): void {
    const live = this.slots.slots[index] !== undefined;
    for (const direction of directions) {
      const classes = this.classes[direction];
      if (live) classes.assign(index, this.#policing(direction, index));
      else classes.drop(index);
    }
  }

  /** Bits of known rows whose classes have a rule with a changed peer set; new classes compute whole rows. */
  #updateRows(changed: ReadonlyMap<PeerSet, readonly number[]>): void {
    const stale = new Map<CompiledPolicy, Set<number>>();
    for (const [set, indexes] of changed) {
      for (const policy of this.policies.usersOf(set)) addAll(stale, policy, indexes);
    }
    for (const direction of directions) {
      const classes = new Map<SubjectClass, Set<number>>();
      for (const [policy, indexes] of stale) {
        if (!policy[direction]) continue;
        for (const node of this.classes[direction].having(policy)) addAll(classes, node, indexes);
      }
      for (const [node, indexes] of classes) this.#updateClass(direction, node, indexes);
    }
  }

  #updateClass(direction: Direction, node: SubjectClass, indexes: ReadonlySet<number>): void {
    for (const [key, row] of node.rows) {
      const question = this.#questions.get(key);
      if (!question) continue;
      const context = this.#context(direction, question);
      if (isUnion(node.policies)) {
        updateUnion(row, wordsOf(indexes), node.policies, context);
        continue;
      }
      const tiers = activate(node.policies, this.classes[direction].sampleOf(node), context);
      for (const index of indexes) writeBit(row, index, computeBit(tiers, index));
    }
  }

  /** What the rules ask of the policed pod itself, answered: equal answers share a class. */
  #signatureOf(direction: Direction, slot: number, policies: readonly CompiledPolicy[]): string {
    const answers: unknown[] = [];
    for (const policy of policies) {
      for (const rule of policy[direction] ?? []) {
        const own = this.policies.ownOf(rule);
        if (own) answers.push(own.some(({ bits }) => hasBit(bits, slot)) ? 1 : 0);
      }
    }
    const pod = this.slots.slots[slot]?.pod;
    const named = direction === 'Ingress' && pod?.ports.some(({ name }) => name) ? namedPortsOf(pod) : '';
    // Which pods own a named port is asked per pod (Calico's positive selector), so labels are part of the answer.
    const owned = named && policies.some(({ normal }) => ownsNames(normal));
    return `${answers.join('')}/${named}/${owned ? JSON.stringify([pod?.labels, pod?.namespace]) : ''}`;
  }
}

function addAll<K>(map: Map<K, Set<number>>, key: K, indexes: Iterable<number>): void {
  const known = map.get(key);
  if (known) for (const index of indexes) known.add(index);
  else map.set(key, new Set(indexes));
}

function wordsOf(indexes: ReadonlySet<number>): ReadonlySet<number> {
  const words = new Set<number>();
  for (const index of indexes) words.add(index >>> 5);
  return words;
}

function namedPortsOf({ ports }: PolicyPod): string {
  return ports.map(({ name = '', port, protocol }) => `${name}:${port}/${protocol}`).join();
}

function ownsNames({ rules }: NormalPolicy): boolean {
  return Object.values(rules).some((list) =>
    list.some(({ traffic }) => traffic?.some(({ ports, notPorts }) => ports?.owner ?? notPorts?.owner)),
  );
}

function insert(policies: readonly CompiledPolicy[], policy: CompiledPolicy): readonly CompiledPolicy[] {
  const before = policies.filter((other) => compareCompiled(other, policy) < 0);
  return [...before, policy, ...policies.slice(before.length)];
}
