/**
 * Keeps a snapshot current: namespaces, pods by name and by address, policies in the normal form, network sets, tiers.
 * `generation` grows whenever anything changes that a pod's list of policies depends on, so that lists can be remembered.
 */
import type { Labels } from '../kube/objects.ts';
import type { PolicyNamespace, PolicyObject, PolicyPod } from './model.ts';
import { ipKey } from './net.ts';
import type { Endpoint, NormalPolicy, NormalSet, NormalTier } from './normal.ts';
import { normalizePolicy } from './normalize.ts';
import { builtInTiers } from './normalize-calico.ts';

const noLabels: Labels = {};
const none: ReadonlyMap<string, NormalPolicy> = new Map();

export class SnapshotStore {
  readonly namespaces = new Map<string, PolicyNamespace>();
  readonly pods = new Map<string, PolicyPod>();
  readonly sets = new Map<string, NormalSet>();
  readonly tiers = new Map<string, NormalTier>(builtInTiers.map((tier) => [tier.name, tier]));
  generation = 0;
  readonly #podsByIp = new Map<string, PolicyPod>();
  readonly #policies = new Map<string, NormalPolicy>();
  readonly #policiesByNamespace = new Map<string, Map<string, NormalPolicy>>();
  #byLabel: Map<string, string[]> | undefined;
  readonly #everywhere = new Map<string, NormalPolicy>();

  setNamespace(namespace: PolicyNamespace): void {
    const known = this.namespaces.get(namespace.name);
    this.namespaces.set(namespace.name, namespace);
    if (known && equalLabels(known.labels, namespace.labels)) return;
    this.generation++;
    this.#byLabel = undefined;
  }

  removeNamespace(name: string): void {
    if (!this.namespaces.delete(name)) return;
    this.generation++;
    this.#byLabel = undefined;
  }

  setPod(pod: PolicyPod): void {
    this.removePod(pod.namespace, pod.name);
    this.pods.set(podKey(pod.namespace, pod.name), pod);
    for (const ip of pod.ips) this.#podsByIp.set(ipKey(ip), pod);
  }

  removePod(namespace: string, name: string): void {
    const key = podKey(namespace, name);
    const pod = this.pods.get(key);
    if (!pod) return;
    this.pods.delete(key);
    // An address may already belong to a younger pod.
    for (const ip of pod.ips) if (this.#podsByIp.get(ipKey(ip)) === pod) this.#podsByIp.delete(ipKey(ip));
  }

  podAt(ip: string): PolicyPod | undefined {
    return this.#podsByIp.get(ip) ?? (ip.includes(':') ? this.#podsByIp.get(ipKey(ip)) : undefined);
  }

  setPolicy(object: PolicyObject): void {
    const normal = normalizePolicy(object);
    if (normal.kind === 'ignored') return;
    this.generation++;
    if (normal.kind === 'tier') this.tiers.set(normal.tier.name, normal.tier);
    else if (normal.kind === 'set') this.sets.set(normal.set.key, normal.set);
    else {
      this.#policies.set(normal.policy.key, normal.policy);
      this.#home(normal.policy).set(normal.policy.key, normal.policy);
    }
  }

  removePolicy(object: PolicyObject): void {
    const normal = normalizePolicy(object);
    if (normal.kind === 'ignored') return;
    this.generation++;
    if (normal.kind === 'set') this.sets.delete(normal.set.key);
    else if (normal.kind === 'tier') {
      const builtIn = builtInTiers.find(({ name }) => name === normal.tier.name);
      if (builtIn) this.tiers.set(builtIn.name, builtIn);
      else this.tiers.delete(normal.tier.name);
    } else {
      this.#policies.delete(normal.policy.key);
      this.#home(normal.policy).delete(normal.policy.key);
    }
  }

  /** Every policy that could select a pod of this namespace. */
  *policiesFor(namespace: string): Iterable<NormalPolicy> {
    yield* (this.#policiesByNamespace.get(namespace) ?? none).values();
    yield* this.#everywhere.values();
  }

  /** Namespaces that carry this label. */
  namespacesWith(key: string, value: string): readonly string[] {
    if (!this.#byLabel) {
      this.#byLabel = new Map();
      for (const { name, labels } of this.namespaces.values()) {
        for (const [k, v] of Object.entries(labels)) {
          const pair = `${k}=${v}`;
          const list = this.#byLabel.get(pair);
          if (list) list.push(name);
          else this.#byLabel.set(pair, [name]);
        }
      }
    }
    return this.#byLabel.get(`${key}=${value}`) ?? [];
  }

  get policies(): Iterable<NormalPolicy> {
    return this.#policies.values();
  }

  endpointOf(pod: PolicyPod): Endpoint {
    return {
      kind: 'pod',
      namespace: pod.namespace,
      labels: pod.labels,
      namespaceLabels: this.labelsOf(pod.namespace),
      serviceAccount: pod.serviceAccount,
      ...(pod.serviceAccountLabels && { serviceAccountLabels: pod.serviceAccountLabels }),
    };
  }

  labelsOf(namespace: string | undefined): Labels {
    return (namespace === undefined ? undefined : this.namespaces.get(namespace)?.labels) ?? noLabels;
  }

  #home(policy: NormalPolicy): Map<string, NormalPolicy> {
    const { namespace } = policy.subject;
    if (namespace === undefined) return this.#everywhere;
    const known = this.#policiesByNamespace.get(namespace);
    if (known) return known;
    const made = new Map<string, NormalPolicy>();
    this.#policiesByNamespace.set(namespace, made);
    return made;
  }
}

export function podKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function equalLabels(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
