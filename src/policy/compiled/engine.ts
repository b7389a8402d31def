/**
 * The engine compiled for scale: answers "who may reach whom on this port" for whole clusters by set operations, and keeps
 * its answer current change by change. Explains nothing; the plain evaluator does, and tests hold the two together.
 */
import type { Labels } from '../../kube/objects.ts';
import type { Side } from '../match.ts';
import type { Direction, Flow, PolicyNamespace, PolicyObject, PolicyPod, PolicySnapshot, Protocol } from '../model.ts';
import { ipKey, parseIp } from '../net.ts';
import type { Endpoint, EndpointSelector, NormalPolicy, NormalRule } from '../normal.ts';
import { normalizePolicy } from '../normalize.ts';
import { podKey, SnapshotStore } from '../snapshot-store.ts';
import { hasBit } from './bits.ts';
import { CompiledState } from './state.ts';
import { assembleMatrix, type TruthMatrix } from './truth-matrix.ts';

export class CompiledEngine {
  readonly #store = new SnapshotStore();
  readonly #policies = new Map<string, NormalPolicy>();
  /** Outside addresses that were asked about. */
  readonly #outside = new Set<string>();
  /** undefined: to be built by the next question. */
  #state: CompiledState | undefined;

  setNamespace(namespace: PolicyNamespace): void {
    const before = this.#store.labelsOf(namespace.name);
    this.#store.setNamespace(namespace);
    this.#namespaceChanged(namespace.name, before);
  }

  removeNamespace(name: string): void {
    const before = this.#store.labelsOf(name);
    this.#store.removeNamespace(name);
    this.#namespaceChanged(name, before);
  }

  setPod(pod: PolicyPod): void {
    const old = this.#store.pods.get(podKey(pod.namespace, pod.name));
    this.#store.setPod(pod);
    this.#podChanged(old, pod);
  }

  removePod(namespace: string, name: string): void {
    const old = this.#store.pods.get(podKey(namespace, name));
    this.#store.removePod(namespace, name);
    this.#podChanged(old, undefined);
  }

  setPolicy(object: PolicyObject): void {
    const normal = normalizePolicy(object);
    if (normal.kind === 'ignored') return;
    if (normal.kind !== 'policy') {
      this.#store.setPolicy(object);
      this.#state = undefined;
      return;
    }
    this.#policies.set(normal.policy.key, normal.policy);
    this.#state?.replacePolicy(normal.policy.key, normal.policy);
  }

  removePolicy(object: PolicyObject): void {
    const normal = normalizePolicy(object);
    if (normal.kind === 'ignored') return;
    if (normal.kind !== 'policy') {
      this.#store.removePolicy(object);
      this.#state = undefined;
      return;
    }
    this.#policies.delete(normal.policy.key);
    this.#state?.replacePolicy(normal.policy.key, undefined);
  }

  /** As the plain evaluator's `judge(flow).allowed`. An outside address is remembered, and is part of later matrices' slots. */
  allowed({ sourceIp, destinationIp, protocol, port, hairpin }: Flow): boolean {
    if (ipKey(sourceIp) === ipKey(destinationIp) && !hairpin) return true;
    const family = sourceIp.includes(':') ? 6 : 4;
    this.#ensure(sourceIp);
    this.#ensure(destinationIp);
    const state = this.#ready();
    const question = state.ports.canonical({ protocol, port, family });
    const source = state.slots.find(sourceIp);
    const destination = state.slots.find(destinationIp);
    if (!source || !destination) return true;
    return (
      this.#half(state, 'Egress', source.index, destination.index, question) &&
      this.#half(state, 'Ingress', destination.index, source.index, question)
    );
  }

  /** Pods × pods by their first addresses, in the order of `pods` or else of the snapshot. A pod always reaches itself. */
  matrix(question: { readonly protocol: Protocol; readonly port: number }, pods?: readonly PolicyPod[]): TruthMatrix {
    const state = this.#ready();
    const wanted = pods ?? [...this.#store.pods.values()];
    const slots = Int32Array.from(wanted, ({ ips }) => state.slots.find(ips[0] ?? '')?.index ?? -1);
    return assembleMatrix(state, state.ports.canonical({ ...question, family: 4 }), slots, wanted);
  }

  /** Outside addresses can be rows and columns as well. */
  addressMatrix(
    question: { readonly protocol: Protocol; readonly port: number },
    addresses: readonly string[],
  ): TruthMatrix {
    for (const address of addresses) this.#ensure(address);
    const state = this.#ready();
    const slots = Int32Array.from(addresses, (address) => state.slots.find(address)?.index ?? -1);
    return assembleMatrix(state, state.ports.canonical({ ...question, family: 4 }), slots, undefined);
  }

  /** Brings every row that was ever asked for up to date, as a listener that shows a matrix would after each change. */
  settle(): void {
    this.#ready().settle();
  }

  get pods(): Iterable<PolicyPod> {
    return this.#store.pods.values();
  }

  #half(
    state: CompiledState,
    direction: Direction,
    own: number,
    other: number,
    question: Parameters<CompiledState['rowOf']>[2],
  ) {
    return hasBit(state.rowOf(direction, own, question), other);
  }

  #ready(): CompiledState {
    this.#state ??= this.#build();
    return this.#state;
  }

  #build(): CompiledState {
    const addresses = new Set<string>(this.#outside);
    const pods = this.#podsByNamespace();
    for (const { ips } of pods) for (const ip of ips) addresses.add(ip);
    const state = new CompiledState(
      {
        labelsOf: (name) => this.#store.labelsOf(name),
        namespacesWith: (key, value) => this.#store.namespacesWith(key, value),
        hasSets: this.#store.sets.size > 0,
        makeSide: (ip, pod) => this.#sideOf(ip, pod),
        tiers: this.#store.tiers,
      },
      addresses.size,
    );
    const policies = [...this.#policies.values()];
    state.slots.labels.learn(labelsIn(policies));
    for (const ip of addresses) state.slots.put(ip, this.#store.podAt(ip));
    for (const pod of pods) state.ports.addPod(pod, 1);
    state.load(policies);
    return state;
  }

  /** Pods of a namespace get neighbouring slots: sets of bits stay short. */
  #podsByNamespace(): readonly PolicyPod[] {
    const groups = new Map<string, PolicyPod[]>();
    for (const pod of this.#store.pods.values()) {
      const group = groups.get(pod.namespace);
      if (group) group.push(pod);
      else groups.set(pod.namespace, [pod]);
    }
    return [...groups.values()].flat();
  }

  #ensure(ip: string): void {
    const state = this.#ready();
    if (state.slots.find(ip)) return;
    this.#outside.add(ip);
    this.#putAddress(state, ip, undefined);
  }

  #podChanged(old: PolicyPod | undefined, pod: PolicyPod | undefined): void {
    const state = this.#state;
    if (!state) return;
    if (old) state.ports.addPod(old, -1);
    if (pod) state.ports.addPod(pod, 1);
    for (const ip of new Set([...(old?.ips ?? []), ...(pod?.ips ?? [])])) {
      this.#putAddress(state, ip, old?.namespace);
      if (!this.#state) return;
    }
  }

  /** Who has the address now decides: it may have gone to a younger pod, or to nobody. */
  #putAddress(state: CompiledState, ip: string, formerNamespace: string | undefined): void {
    const owner = this.#store.podAt(ip);
    const known = state.slots.find(ip);
    if (!owner && !this.#outside.has(ip)) {
      if (known) state.removeSlot(known);
      return;
    }
    if (!known && state.slots.isFull) {
      this.#state = undefined;
      return;
    }
    const slot = state.slots.put(ip, owner);
    state.refreshSlot(slot.index, [formerNamespace, owner?.namespace]);
  }

  #namespaceChanged(name: string, before: Labels): void {
    const state = this.#state;
    if (!state) return;
    // A network set inherits its namespace's labels, and reaches any address.
    if ([...this.#store.sets.values()].some(({ namespace }) => namespace === name)) {
      this.#state = undefined;
      return;
    }
    state.refreshNamespace(name, before, this.#store.labelsOf(name));
  }

  #sideOf(text: string, pod: PolicyPod | undefined): Side {
    const ip = parseIp(text);
    const endpoints: Endpoint[] = pod ? [this.#store.endpointOf(pod)] : [];
    for (const { nets, namespace, labels } of this.#store.sets.values()) {
      if (!ip || !nets.some((net) => net.contains(ip))) continue;
      const namespaceLabels = this.#store.labelsOf(namespace);
      endpoints.push({ kind: 'set', namespace, labels, namespaceLabels, serviceAccount: undefined });
    }
    return { ip, pod, endpoints };
  }
}

/** The labels of pods that these policies' selectors look at. */
function labelsIn(policies: readonly NormalPolicy[]): readonly string[] {
  const keys = new Set<string>();
  const take = (selector: EndpointSelector | undefined): void => {
    if (selector?.pods) for (const key of selector.pods.labels) keys.add(key);
  };
  const takeRules = (rules: readonly NormalRule[] = []): void => {
    for (const { source, destination } of rules) {
      for (const { selector } of source ?? destination ?? []) take(selector);
    }
  };
  for (const { subject, rules } of policies) {
    take(subject);
    takeRules(rules.Ingress);
    takeRules(rules.Egress);
  }
  return [...keys];
}

export function createCompiledEngine(snapshot?: PolicySnapshot): CompiledEngine {
  const engine = new CompiledEngine();
  for (const namespace of snapshot?.namespaces ?? []) engine.setNamespace(namespace);
  for (const pod of snapshot?.pods ?? []) engine.setPod(pod);
  for (const policy of snapshot?.policies ?? []) engine.setPolicy(policy);
  return engine;
}
