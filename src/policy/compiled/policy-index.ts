/** Which compiled policies are there, and whose rules look at a given peer set? */
import type { NormalPolicy, NormalTier, TrafficMatch } from '../normal.ts';
import { type CompiledPolicy, type CompiledRule, compilePolicy } from './compiled-policy.ts';
import type { PeerSet, PeerSets } from './peer-sets.ts';
import type { PortAtoms, PortQuestion } from './port-atoms.ts';

export class PolicyIndex {
  readonly #peers: PeerSets;
  readonly #ports: PortAtoms;
  readonly #tiers: ReadonlyMap<string, NormalTier>;
  readonly #policies = new Map<string, CompiledPolicy>();
  /** By the namespace of the pods that they can police; undefined: any. */
  readonly #byNamespace = new Map<string | undefined, Set<CompiledPolicy>>();
  /** Sets by which policies choose the pods that they police, or rules ask about these. Counted. */
  readonly #subjects = new Map<PeerSet, number>();
  readonly #users = new Map<PeerSet, Set<CompiledPolicy>>();
  readonly #named = new Map<TrafficMatch, Map<string, PeerSet>>();
  #nextId = 0;

  constructor(peers: PeerSets, ports: PortAtoms, tiers: ReadonlyMap<string, NormalTier>) {
    this.#peers = peers;
    this.#ports = ports;
    this.#tiers = tiers;
  }

  get all(): Iterable<CompiledPolicy> {
    return this.#policies.values();
  }

  find(key: string): CompiledPolicy | undefined {
    return this.#policies.get(key);
  }

  /** undefined: its tier does not exist, so nobody enforces it. */
  add(normal: NormalPolicy): CompiledPolicy | undefined {
    const tier = this.#tiers.get(normal.ref.tier);
    if (!tier) return undefined;
    const policy = compilePolicy(this.#nextId++, normal, tier, this.#peers);
    this.#policies.set(normal.key, policy);
    this.#join(policy.subject.namespace, policy);
    this.#countSubject(policy.subject, 1);
    this.#ports.addPolicy(normal, 1);
    return policy;
  }

  /** Its peer sets stay until `releasePolicy`: who moves out of its classes still reads them. */
  forget(policy: CompiledPolicy): void {
    this.#policies.delete(policy.normal.key);
    this.#byNamespace.get(policy.subject.namespace)?.delete(policy);
    this.#countSubject(policy.subject, -1);
    this.#ports.addPolicy(policy.normal, -1);
    for (const rules of [policy.Ingress, policy.Egress]) {
      for (const rule of rules ?? []) {
        for (const set of rule.peerSets ?? []) this.#unuse(set, policy);
        for (const set of rule.ownSets ?? []) this.#countSubject(set, -1);
        if (rule.names) this.#forgetNames(rule);
      }
    }
  }

  usersOf(set: PeerSet): Iterable<CompiledPolicy> {
    return this.#users.get(set) ?? [];
  }

  /** Those that may police a pod of this namespace, in two groups without an order. */
  candidates(namespace: string | undefined): readonly Iterable<CompiledPolicy>[] {
    const anywhere = this.#byNamespace.get(undefined) ?? [];
    return namespace === undefined ? [anywhere] : [anywhere, this.#byNamespace.get(namespace) ?? []];
  }

  /** Whether a slot that enters or leaves the set may be policed otherwise than before. */
  isAboutSubjects(set: PeerSet): boolean {
    return this.#subjects.has(set);
  }

  /** The peers of a rule as sets; undefined: everybody. */
  peersOf(rule: CompiledRule): readonly PeerSet[] | undefined {
    if (rule.peers && !rule.peerSets) {
      rule.peerSets = rule.peers.map((entity) => this.#peers.forEntity(entity));
      for (const set of rule.peerSets) this.#use(set, rule.policy);
    }
    return rule.peerSets;
  }

  /** What a rule asks of the policed pod; undefined: nothing. */
  ownOf(rule: CompiledRule): readonly PeerSet[] | undefined {
    if (rule.own && !rule.ownSets) {
      rule.ownSets = rule.own.map((entity) => this.#peers.forEntity(entity));
      for (const set of rule.ownSets) this.#countSubject(set, 1);
    }
    return rule.ownSets;
  }

  /** The slots that declare one of the match's names for this port. Made when first asked for, dropped with the policy. */
  namedPort(
    rule: CompiledRule,
    match: TrafficMatch,
    which: 'ports' | 'notPorts',
    { protocol, port }: PortQuestion,
  ): PeerSet {
    const known = this.#named.get(match) ?? new Map<string, PeerSet>();
    this.#named.set(match, known);
    const key = `${which}/${protocol}/${port}`;
    const found = known.get(key);
    if (found) return found;
    const { names = [], owner } = match[which] ?? {};
    const set = this.#peers.forNamedPort(names, protocol, port, owner);
    known.set(key, set);
    this.#use(set, rule.policy);
    return set;
  }

  #forgetNames({ traffic, policy }: CompiledRule): void {
    for (const match of traffic ?? []) {
      for (const set of this.#named.get(match)?.values() ?? []) {
        this.#unuse(set, policy);
        this.#peers.release(set);
      }
      this.#named.delete(match);
    }
  }

  #join(namespace: string | undefined, policy: CompiledPolicy): void {
    const known = this.#byNamespace.get(namespace);
    if (known) known.add(policy);
    else this.#byNamespace.set(namespace, new Set([policy]));
  }

  #countSubject(set: PeerSet, change: 1 | -1): void {
    const count = (this.#subjects.get(set) ?? 0) + change;
    if (count === 0) this.#subjects.delete(set);
    else this.#subjects.set(set, count);
  }

  #use(set: PeerSet, policy: CompiledPolicy): void {
    const users = this.#users.get(set);
    if (users) users.add(policy);
    else this.#users.set(set, new Set([policy]));
  }

  #unuse(set: PeerSet, policy: CompiledPolicy): void {
    const users = this.#users.get(set);
    users?.delete(policy);
    if (users?.size === 0) this.#users.delete(set);
  }
}
