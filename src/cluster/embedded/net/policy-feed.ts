/**
 * Brings what the API stores to the policy engine, with the delay that a real agent has: recorded 0.2 to 1.5 s for a changed
 * policy or label, while a new pod is bound (and allowed) from its first packet.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { EndpointSlice, KubeObject, Namespace, Pod } from '../../../kube/objects.ts';
import {
  endpointsOfSlices,
  namesService,
  type ServiceEndpoint,
  withServiceEndpoints,
} from '../../../policy/calico-services.ts';
import type { PolicyPod, Protocol } from '../../../policy/model.ts';
import type { Machinery, ResourceId, StoreEvent } from '../api/machinery.ts';
import type { CniProfile } from './cni-profiles.ts';
import type { PolicyState } from './policy-judge.ts';

export interface PolicyFeed {
  /** A sandbox has its address: the pod is known before its first packet, and so is every policy stored until now. */
  podStarted(pod: Pod, ips: readonly string[]): void;
  /** Only if the address is still that pod's: a successor of the same name may be there already. */
  podGone(namespace: string, name: string, ip: string): void;
  close(): void;
}

export interface PolicyFeedOptions {
  readonly machinery: Machinery;
  readonly state: PolicyState;
  readonly profile: CniProfile;
  readonly clock: Clock;
  readonly random: Random;
  /** Bounds of the delay. */
  readonly delayMs?: readonly [number, number];
}

const kubernetesPolicies = 'networkpolicies.networking.k8s.io';
const clusterPolicies = 'clusternetworkpolicies.policy.networking.k8s.io';
const endpointSlices = 'endpointslices.discovery.k8s.io';
const calicoPlurals = new Set([
  'networkpolicies',
  'globalnetworkpolicies',
  'stagednetworkpolicies',
  'stagedglobalnetworkpolicies',
  'stagedkubernetesnetworkpolicies',
  'networksets',
  'globalnetworksets',
  'tiers',
]);

export function createPolicyFeed(options: PolicyFeedOptions): PolicyFeed {
  return new Feed(options);
}

class Feed implements PolicyFeed {
  readonly #options: PolicyFeedOptions;
  readonly #ips = new Map<string, readonly string[]>();
  /** Policies with a rule that names a Service, as they are stored. */
  readonly #ofServices = new Map<string, KubeObject>();
  /** Changes on their way to the nodes, in the order in which they were made. */
  #pending: (() => void)[] = [];
  #lastDueMs = 0;
  #closed = false;
  readonly #unsubscribe: () => void;

  constructor(options: PolicyFeedOptions) {
    this.#options = options;
    const { machinery } = options;
    this.#unsubscribe = machinery.subscribe(undefined, (event, resource) => this.#onEvent(event, resource));
    for (const namespace of machinery.list('namespaces')) this.#setNamespace(namespace as Namespace);
    for (const { id } of machinery.types()) {
      if (!this.#isPolicy(id)) continue;
      for (const policy of machinery.list(id)) this.#setPolicy(policy);
    }
  }

  podStarted(pod: Pod, ips: readonly string[]): void {
    this.#flush();
    this.#ips.set(keyOf(pod), ips);
    this.#options.state.setPod(this.#policyPod(pod, ips));
  }

  podGone(namespace: string, name: string, ip: string): void {
    if (!this.#ips.get(`${namespace}/${name}`)?.includes(ip)) return;
    this.#ips.delete(`${namespace}/${name}`);
    this.#options.state.removePod(namespace, name);
  }

  close(): void {
    this.#closed = true;
    this.#pending = [];
    this.#unsubscribe();
  }

  #onEvent(event: StoreEvent, resource: ResourceId): void {
    if (resource === 'pods') this.#onPod(event);
    else if (resource === 'namespaces') this.#onNamespace(event);
    else if (resource === 'serviceaccounts') this.#onServiceAccount(event);
    else if (resource === endpointSlices) this.#onEndpoints();
    else if (this.#isPolicy(resource)) this.#later(() => this.#onPolicy(event));
  }

  #onPolicy({ type, object }: StoreEvent): void {
    if (type === 'DELETED') {
      this.#ofServices.delete(policyKey(object));
      this.#options.state.removePolicy(object);
    } else this.#setPolicy(object);
  }

  #setPolicy(policy: KubeObject): void {
    const named = namesService(policy);
    if (named) this.#ofServices.set(policyKey(policy), policy);
    else this.#ofServices.delete(policyKey(policy));
    this.#options.state.setPolicy(named ? withServiceEndpoints(policy, this.#endpointsOf) : policy);
  }

  /** Rules that name a Service follow its endpoints. */
  #onEndpoints(): void {
    if (this.#ofServices.size === 0) return;
    this.#later(() => {
      for (const policy of this.#ofServices.values()) this.#setPolicy(policy);
    });
  }

  readonly #endpointsOf = (namespace: string, name: string): readonly ServiceEndpoint[] => {
    const slices = this.#options.machinery.list(endpointSlices, namespace) as EndpointSlice[];
    return endpointsOfSlices(slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name));
  };

  #onServiceAccount({ object, previous }: StoreEvent): void {
    if (sameLabels(object, previous)) return;
    this.#later(() => {
      for (const pod of this.#options.machinery.list('pods', object.metadata.namespace) as Pod[]) {
        const ips = this.#ips.get(keyOf(pod));
        if (ips && !isFinished(pod) && (pod.spec?.serviceAccountName ?? 'default') === object.metadata.name)
          this.#options.state.setPod(this.#policyPod(pod, ips));
      }
    });
  }

  #policyPod(pod: Pod, ips: readonly string[]): PolicyPod {
    const plain = toPolicyPod(pod, ips);
    const account = this.#options.machinery.find('serviceaccounts', plain.namespace, plain.serviceAccount ?? 'default');
    const labels = account?.metadata.labels;
    return { ...plain, ...(labels && { serviceAccountLabels: labels }) };
  }

  #onNamespace({ type, object, previous }: StoreEvent): void {
    if (type === 'ADDED') this.#setNamespace(object as Namespace);
    else if (type === 'DELETED') this.#later(() => this.#options.state.removeNamespace(object.metadata.name ?? ''));
    else if (!sameLabels(object, previous)) this.#later(() => this.#setNamespace(object as Namespace));
  }

  #setNamespace(namespace: Namespace): void {
    this.#options.state.setNamespace({ name: namespace.metadata.name ?? '', labels: namespace.metadata.labels ?? {} });
  }

  #onPod({ type, object, previous }: StoreEvent): void {
    const pod = object as Pod;
    const ips = this.#ips.get(keyOf(pod));
    if (!ips) return;
    // Calico takes the addresses of a finished pod out of every set (libcalico-go, IsFinished).
    if (type === 'MODIFIED' && isFinished(pod))
      this.#options.state.removePod(pod.metadata.namespace ?? '', pod.metadata.name ?? '');
    else if (type === 'MODIFIED' && !sameLabels(object, previous)) {
      this.#later(() => {
        if (this.#ips.get(keyOf(pod)) === ips) this.#options.state.setPod(this.#policyPod(pod, ips));
      });
    }
  }

  #isPolicy(resource: ResourceId): boolean {
    if (resource === kubernetesPolicies) return true;
    if (!this.#options.profile.calicoPolicies) return false;
    if (resource === clusterPolicies) return true;
    if (!resource.endsWith('projectcalico.org')) return false;
    return calicoPlurals.has(resource.slice(0, resource.indexOf('.')));
  }

  #later(apply: () => void): void {
    const { clock, random, delayMs = [250, 900] } = this.#options;
    const [least, most] = delayMs;
    const dueMs = Math.max(this.#lastDueMs, clock.now() + least + Math.floor(random.next() * (most - least)));
    this.#lastDueMs = dueMs;
    this.#pending.push(apply);
    // Urgent: on a virtual clock the change has been felt before the next command of the same client can look.
    clock.urgent().after(dueMs - clock.now(), () => this.#applyUpTo(apply));
  }

  /** What was changed before it is due as well, whatever a clock says that was set back meanwhile. */
  #applyUpTo(last: () => void): void {
    if (this.#closed) return;
    for (const apply of this.#pending.splice(0, this.#pending.indexOf(last) + 1)) apply();
  }

  #flush(): void {
    for (const apply of this.#pending.splice(0)) apply();
  }
}

export function toPolicyPod(pod: Pod, ips: readonly string[]): PolicyPod {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name ?? '',
    labels: pod.metadata.labels ?? {},
    serviceAccount: pod.spec?.serviceAccountName ?? 'default',
    ips,
    ports: containers.flatMap((container) =>
      (container.ports ?? []).map(({ name, containerPort, protocol }) => ({
        ...(name !== undefined && { name }),
        port: containerPort,
        protocol: (protocol ?? 'TCP') as Protocol,
      })),
    ),
  };
}

function policyKey({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion}/${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

function keyOf(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`;
}

function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function sameLabels(a: KubeObject, b: KubeObject | undefined): boolean {
  return JSON.stringify(a.metadata.labels ?? {}) === JSON.stringify(b?.metadata.labels ?? {});
}
