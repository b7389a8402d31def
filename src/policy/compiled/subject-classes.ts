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

  /** Puts a slot into the class of these policies, which must be in order. Returns the class. */
  assign(slot: number, policies: readonly CompiledPolicy[]): SubjectClass {
    let node = this.root;
    for (let depth = 0; depth < policies.length; depth++) {
      const policy = policies[depth];
      if (policy) node = this.#child(node, policy.id, () => policies.slice(0, depth + 1), '');
    }
    const personal = policies.some((policy) => policy.personal[this.direction]);
    if (personal) {
      const signature = this.#signatureOf(slot, policies);
      node = this.#child(node, signature, () => policies, signature);
    }
    const old = this.classOf[slot];
    if (old === node) return node;
    this.classOf[slot] = node;
    if (node.members === 0) {
      for (const policy of node.policies) this.#index(policy).add(node);
      this.fresh.add(node);
    }
    // Before the old class is left: an empty class is pruned with its empty ancestors, of which this may be one.
    node.members++;
    node.sample = slot;
    this.#leave(old);
    return node;
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

  #child(
    parent: SubjectClass,
    step: number | string,
    policies: () => readonly CompiledPolicy[],
    signature: string,
  ): SubjectClass {
    const known = parent.children.get(step);
    if (known) return known;
    const made = makeClass(parent, policies(), signature, step);
    parent.children.set(step, made);
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
  return { parent, policies, signature, step, children: new Map(), members: 0, sample: -1, rows: new Map() };
}

/** Whether the slot is policed by the policy in this direction. */
export function isPoliced(policy: CompiledPolicy, direction: Direction, slot: number): boolean {
  return policy.rules[direction] !== undefined && hasBit(policy.subject.bits, slot);
}
