/** From an object to its description: fetches what belongs to it, then hands over to the writer of its kind. */
import { ApiError, pathOf } from '../../kube/client.ts';
import type {
  ConfigMap,
  DaemonSet,
  Deployment,
  EndpointSlice,
  Endpoints,
  Job,
  KubeEvent,
  KubeObject,
  NetworkPolicy,
  Node,
  Pod,
  ReplicaSet,
  ResourceType,
  Secret,
  Service,
  StatefulSet,
} from '../../kube/objects.ts';
import { formatSelector } from '../../kube/selectors.ts';
import type { Session } from '../session.ts';
import { describeRole, describeRoleBinding } from './access.ts';
import {
  describeConfigMap,
  describeLimitRange,
  describeNamespace,
  describeQuota,
  describeSecret,
  describeServiceAccount,
} from './config.ts';
import { eventsOf, sortEvents } from './events.ts';
import { describeEndpointSlice, describeEndpoints, describeIngress } from './network.ts';
import { describeNetworkPolicy } from './network-policy.ts';
import { describeNode } from './node.ts';
import { describeCronJob, describeDisruptionBudget, describeGeneric } from './others.ts';
import { describePod } from './pod.ts';
import { describeService, formatEndpoints } from './service.ts';
import { describePriorityClass, describeVolume, describeVolumeClaim } from './storage.ts';
import {
  describeDaemonSet,
  describeDeployment,
  describeJob,
  describeReplicaSet,
  describeStatefulSet,
  isOwnedBy,
} from './workloads.ts';

function core(resource: string, kind: string, namespaced = true): ResourceType {
  return { group: '', version: 'v1', resource, kind, namespaced };
}

const types = {
  pods: core('pods', 'Pod'),
  services: core('services', 'Service'),
  quotas: core('resourcequotas', 'ResourceQuota'),
  limits: core('limitranges', 'LimitRange'),
  replicaSets: { group: 'apps', version: 'v1', resource: 'replicasets', kind: 'ReplicaSet', namespaced: true },
  slices: {
    group: 'discovery.k8s.io',
    version: 'v1',
    resource: 'endpointslices',
    kind: 'EndpointSlice',
    namespaced: true,
  },
  leases: { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', kind: 'Lease', namespaced: true },
} as const;

interface Context {
  readonly session: Session;
  readonly namespace: string;
  readonly events: () => Promise<readonly KubeEvent[] | undefined>;
  readonly nowMs: number;
}

type Describe = (object: never, context: Context) => Promise<string>;

/** By `resource` or `resource.group`. */
const describers: Readonly<Record<string, Describe>> = {
  pods: async (pod: Pod, { events, nowMs }) => describePod(pod, await events(), nowMs),
  'networkpolicies.networking.k8s.io': async (policy: NetworkPolicy) => describeNetworkPolicy(policy),
  services: async (service: Service, context) =>
    describeService(
      service,
      await slicesOf(context, service.metadata.name ?? ''),
      await context.events(),
      context.nowMs,
    ),
  'deployments.apps': async (deployment: Deployment, context) => {
    const sets = await owned<ReplicaSet>(context, types.replicaSets, deployment);
    return describeDeployment(deployment, sets, await context.events(), context.nowMs);
  },
  'replicasets.apps': async (set: ReplicaSet, context) =>
    describeReplicaSet(set, await owned<Pod>(context, types.pods, set), await context.events(), context.nowMs),
  'daemonsets.apps': async (set: DaemonSet, context) =>
    describeDaemonSet(set, await owned<Pod>(context, types.pods, set), await context.events(), context.nowMs),
  'statefulsets.apps': async (set: StatefulSet, context) =>
    describeStatefulSet(set, await owned<Pod>(context, types.pods, set), await context.events(), context.nowMs),
  'jobs.batch': async (job: Job, { events, nowMs }) => describeJob(job, await events(), nowMs),
  'cronjobs.batch': async (job: KubeObject, { events, nowMs }) => describeCronJob(job, await events(), nowMs),
  namespaces: async (namespace: KubeObject, { session }) => {
    const name = namespace.metadata.name ?? '';
    const [quotas, limits] = [await session.list(types.quotas, name), await session.list(types.limits, name)];
    return describeNamespace(namespace, quotas as KubeObject[], limits as KubeObject[]);
  },
  nodes: async (node: Node, context) => describeTheNode(node, context),
  configmaps: async (map: ConfigMap, { events, nowMs }) => describeConfigMap(map, await events(), nowMs),
  secrets: async (secret: Secret) => describeSecret(secret),
  serviceaccounts: async (account: KubeObject, { events, nowMs }) =>
    describeServiceAccount(account, await events(), nowMs),
  resourcequotas: async (quota: KubeObject) => describeQuota(quota),
  limitranges: async (limit: KubeObject) => describeLimitRange(limit),
  endpoints: async (endpoints: Endpoints, { events, nowMs }) => describeEndpoints(endpoints, await events(), nowMs),
  'endpointslices.discovery.k8s.io': async (slice: EndpointSlice, { events, nowMs }) =>
    describeEndpointSlice(slice, await events(), nowMs),
  'ingresses.networking.k8s.io': async (ingress: KubeObject, context) =>
    describeIngress(
      ingress,
      (service, port) => backendsOf(context, service, port),
      await context.events(),
      context.nowMs,
    ),
  'roles.rbac.authorization.k8s.io': async (role: KubeObject) => describeRole(role),
  'clusterroles.rbac.authorization.k8s.io': async (role: KubeObject) => describeRole(role),
  'rolebindings.rbac.authorization.k8s.io': async (binding: KubeObject) => describeRoleBinding(binding),
  'clusterrolebindings.rbac.authorization.k8s.io': async (binding: KubeObject) => describeRoleBinding(binding),
  'poddisruptionbudgets.policy': async (budget: KubeObject, { events, nowMs }) =>
    describeDisruptionBudget(budget, await events(), nowMs),
  persistentvolumeclaims: async (claim: KubeObject, { session, namespace, events, nowMs }) =>
    describeVolumeClaim(claim, await session.list<Pod>(types.pods, namespace), await events(), nowMs),
  persistentvolumes: async (volume: KubeObject, { events, nowMs }) => describeVolume(volume, await events(), nowMs),
  'priorityclasses.scheduling.k8s.io': async (priority: KubeObject, { events, nowMs }) =>
    describePriorityClass(priority, await events(), nowMs),
};

/** Ends in a newline. Without `showEvents` no Events section. */
export async function describeObject(
  session: Session,
  type: ResourceType,
  object: KubeObject,
  showEvents: boolean,
): Promise<string> {
  const known = describers[type.group ? `${type.resource}.${type.group}` : type.resource];
  const whole: KubeObject = { ...object, kind: object.kind ?? type.kind };
  const context: Context = {
    session,
    namespace: object.metadata.namespace ?? '',
    events: async () => (showEvents ? eventsOf(session, whole) : undefined),
    nowMs: session.clock.now(),
  };
  if (known) return known(whole as never, context);
  return describeGeneric(whole, await context.events(), context.nowMs);
}

async function owned<T extends KubeObject>(
  { session, namespace }: Context,
  type: ResourceType,
  owner: unknown,
): Promise<T[]> {
  const { spec } = owner as { spec?: { selector?: Parameters<typeof formatSelector>[0] } };
  const found = await session.list<T>(type, namespace, { labelSelector: formatSelector(spec?.selector) });
  return found.filter((each) => isOwnedBy(each, owner as KubeObject));
}

async function slicesOf({ session, namespace }: Context, service: string): Promise<EndpointSlice[]> {
  return session.list<EndpointSlice>(types.slices, namespace, {
    labelSelector: `kubernetes.io/service-name=${service}`,
  });
}

async function backendsOf(context: Context, service: string, port: string | number): Promise<string> {
  try {
    const found = await context.session.json<Service>({ path: pathOf(types.services, context.namespace, service) });
    const entry = found.spec?.ports?.find((each) => each.name === port || each.port === port);
    return formatEndpoints(await slicesOf(context, service), entry?.name ?? '');
  } catch (error) {
    if (error instanceof ApiError) return `<error: ${error.message}>`;
    throw error;
  }
}

async function describeTheNode(node: Node, { session, events, nowMs }: Context): Promise<string> {
  const name = node.metadata.name ?? '';
  const fieldSelector = `spec.nodeName=${name},status.phase!=Succeeded,status.phase!=Failed`;
  const pods = await session.list<Pod>(types.pods, undefined, { fieldSelector });
  const lease = await session.json({ path: pathOf(types.leases, 'kube-node-lease', name) }).catch((error: unknown) => {
    if (error instanceof ApiError) return undefined;
    throw error;
  });
  const found = await events();
  return describeNode({ node, pods, lease, events: found && sortEvents(found), nowMs });
}
