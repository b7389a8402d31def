/**
 * Pods that the same policies police, in the same way, share one row per port. Keeps the classes of one direction: a tree
 * whose path is the ordered list of policies; a pod that joins or leaves a policy moves to another node.
 */
import type { Direction } from '../model.ts';
import { type Bits, hasBit } from './bits.ts';
import type { CompiledPolicy } from './compiled-policy.ts';

export interface SubjectClass {
  readonly parent: SubjectClass | undefined;
  /** In the order of evaluation; empty: nobody polices these pods. */
  readonly policies: readonly CompiledPolicy[];
  /** Told apart within one list of policies by what the rules ask of the pod itself. */
  readonly signature: string;
  readonly step: number | string;
  readonly children: Map<number | string, SubjectClass>;
  /** Whether its rules ask something of the policed pod, so that members are told apart by their signatures. */
  personal: boolean;
  members: number;
  /** Any pod of the class. */
  sample: number;
  readonly rows: Map<string, Bits>;
}

export class SubjectClasses {
  readonly direction: Direction;
  readonly root: SubjectClass = makeClass(undefined, [], '', '');
  /** By slot; undefined: the slot is empty. */
  readonly classOf: (SubjectClass | undefined)[] = [];
  /** Classes that have got their first member and may lack rows. */
  readonly fresh = new Set<SubjectClass>();
  readonly #byPolicy = new Map<CompiledPolicy, Set<SubjectClass>>();
  readonly #signatureOf: (slot: number, policies: readonly CompiledPolicy[]) => string;

  constructor(direction: Direction, signatureOf: (slot: number, policies: readonly CompiledPolicy[]) => string) {
    this.direction = direction;
    this.#signatureOf = signatureOf;
  }

  /** Puts a slot into the class of these policies, which must be in order. */
  assign(slot: number, policies: readonly CompiledPolicy[]): void {
    let node = this.root;
    for (const policy of policies) node = this.extend(node, policy);
    this.settleIn(slot, node);
  }

  /** The class with one more policy, which must come after all of the node's. */
  extend(node: SubjectClass, policy: CompiledPolicy): SubjectClass {
    const known = node.children.get(policy.id);
    if (known) return known;
    const made = makeClass(node, [...node.policies, policy], '', policy.id);
    made.personal = node.personal || policy.personal[this.direction];
    node.children.set(policy.id, made);
    return made;
  }

  /** Puts a slot into a class, or into the part of it that its own answers lead to. */
  settleIn(slot: number, shared: SubjectClass): void {
    const node = shared.personal ? this.#signed(shared, this.#signatureOf(slot, shared.policies)) : shared;
    const old = this.classOf[slot];
    if (old === node) return;
    this.classOf[slot] = node;
    if (node.members === 0) {
      for (const policy of node.policies) this.#index(policy).add(node);
      this.fresh.add(node);
    }
    // Before the old class is left: an empty class is pruned with its empty ancestors, of which this may be one.
    node.members++;
    node.sample = slot;
    this.#leave(old);
  }

  /** Takes the slot out of every class. */
  drop(slot: number): void {
    this.#leave(this.classOf[slot]);
    this.classOf[slot] = undefined;
  }

  /** Classes with members that have this policy. */
  having(policy: CompiledPolicy): Iterable<SubjectClass> {
    return this.#byPolicy.get(policy) ?? [];
  }

  /** Any pod of the class, which must have members. */
  sampleOf(node: SubjectClass): number {
    if (this.classOf[node.sample] !== node) node.sample = this.classOf.indexOf(node);
    return node.sample;
  }

  #signed(parent: SubjectClass, signature: string): SubjectClass {
    const known = parent.children.get(signature);
    if (known) return known;
    const made = makeClass(parent, parent.policies, signature, signature);
    parent.children.set(signature, made);
    return made;
  }

  #leave(node: SubjectClass | undefined): void {
    if (!node) return;
    node.members--;
    if (node.members > 0) return;
    node.rows.clear();
    this.fresh.delete(node);
    for (const policy of node.policies) {
      const classes = this.#byPolicy.get(policy);
      classes?.delete(node);
      if (classes?.size === 0) this.#byPolicy.delete(policy);
    }
    let empty: SubjectClass = node;
    while (empty.members === 0 && empty.children.size === 0 && empty.parent) {
      empty.parent.children.delete(empty.step);
      empty = empty.parent;
    }
  }

  #index(policy: CompiledPolicy): Set<SubjectClass> {
    const known = this.#byPolicy.get(policy);
    if (known) return known;
    const made = new Set<SubjectClass>();
    this.#byPolicy.set(policy, made);
    return made;
  }
}

function makeClass(
  parent: SubjectClass | undefined,
  policies: readonly CompiledPolicy[],
  signature: string,
  step: number | string,
): SubjectClass {
  return {
    parent,
    policies,
    signature,
    step,
    children: new Map(),
    personal: false,
    members: 0,
    sample: -1,
    rows: new Map(),
  };
}

/** Whether the slot is policed by the policy in this direction. */
export function isPoliced(policy: CompiledPolicy, direction: Direction, slot: number): boolean {
  return policy[direction] !== undefined && hasBit(policy.subject.bits, slot);
}
