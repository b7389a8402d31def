/** Which compiled policies are there, and whose rules look at a given peer set? */
import type { NormalPolicy, NormalTier, TrafficMatch } from '../normal.ts';
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts';
import type { PeerSet, PeerSets } from './peer-sets.ts';
import type { PortAtoms, PortQuestion } from './port-atoms.ts';

export class PolicyIndex {
  readonly #peers: PeerSets;
  readonly #ports: PortAtoms;
  readonly #tiers: ReadonlyMap<string, NormalTier>;
  readonly #policies = new Map<string, CompiledPolicy>();
  readonly #users = new Map<PeerSet, Set<CompiledPolicy>>();
  readonly #named = new Map<TrafficMatch, Map<string, PeerSet>>();
  readonly #ownerOf = new Map<TrafficMatch, CompiledPolicy>();
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
    this.#ports.addPolicy(normal, 1);
    for (const set of peersOf(policy)) this.#use(set, policy);
    for (const match of namingMatches(normal)) this.#ownerOf.set(match, policy);
    return policy;
  }

  /** Its peer sets stay until `releasePolicy`: who moves out of its classes still reads them. */
  forget(policy: CompiledPolicy): void {
    this.#policies.delete(policy.normal.key);
    this.#ports.addPolicy(policy.normal, -1);
    for (const set of peersOf(policy)) this.#unuse(set, policy);
    for (const match of namingMatches(policy.normal)) {
      for (const set of this.#named.get(match)?.values() ?? []) {
        this.#unuse(set, policy);
        this.#peers.release(set);
      }
      this.#named.delete(match);
      this.#ownerOf.delete(match);
    }
  }

  usersOf(set: PeerSet): Iterable<CompiledPolicy> {
    return this.#users.get(set) ?? [];
  }

  /** The slots that declare one of the match's names for this port. Made when first asked for, dropped with the policy. */
  namedPort(match: TrafficMatch, which: 'ports' | 'notPorts', { protocol, port }: PortQuestion): PeerSet {
    const known = this.#named.get(match) ?? new Map<string, PeerSet>();
    this.#named.set(match, known);
    const key = `${which}/${protocol}/${port}`;
    const found = known.get(key);
    if (found) return found;
    const { names = [], owner } = match[which] ?? {};
    const set = this.#peers.forNamedPort(names, protocol, port, owner);
    known.set(key, set);
    const policy = this.#ownerOf.get(match);
    if (policy) this.#use(set, policy);
    return set;
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

function* peersOf({ rules }: CompiledPolicy): Iterable<PeerSet> {
  for (const list of Object.values(rules)) for (const { peers } of list) yield* peers ?? [];
}

function* namingMatches({ rules }: NormalPolicy): Iterable<TrafficMatch> {
  for (const list of Object.values(rules)) {
    for (const { traffic } of list) {
      for (const match of traffic ?? []) {
        if (match.ports?.names.length || match.notPorts?.names.length) yield match;
      }
    }
  }
}
