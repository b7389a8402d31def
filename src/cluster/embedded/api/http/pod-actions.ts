/** What can be POSTed below an object: an eviction or a binding of a pod, a token of a service account. */
import type { KubeObject, LabelSelector, Status } from '../../../../kube/objects.ts';
import { timestamp } from '../../../../kube/objects.ts';
import { matchesSelector } from '../../../../kube/selectors.ts';
import { failure, invalid } from '../machinery/status.ts';
import type { Machinery } from '../machinery.ts';
import { invalidValue } from '../validation/field-error.ts';
import type { ApiRequest, Reply, ServerContext } from './request.ts';
import { bodyOf, deleteOptions, objectOf, requestInfo } from './write.ts';

type Raw = Record<string, unknown>;

const done: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** Deletes the pod unless a PodDisruptionBudget forbids it: then 429, and `kubectl drain` tries again. */
export async function evict(
  request: ApiRequest,
  namespace: string,
  name: string,
  { machinery, clock }: ServerContext,
): Promise<Reply> {
  const body = await objectOf(request, 'Eviction');
  const pod = machinery.get('pods', namespace, name);
  const { options, dryRun } = deleteOptions(request, asRaw(body['deleteOptions']));
  refuseDisruption(machinery, pod);
  if (!dryRun) markDisrupted(machinery, pod, clock.now());
  machinery.delete('pods', namespace, name, options, { ...requestInfo(request, 'CreateOptions'), dryRun });
  return { type: 'object', code: 201, object: done };
}

/** Whoever looks at the pod's last status sees why it went. */
function markDisrupted(machinery: Machinery, pod: KubeObject, nowMs: number): void {
  const { name = '', namespace, generation } = pod.metadata;
  const condition = {
    lastProbeTime: null,
    lastTransitionTime: timestamp(nowMs),
    message: 'Eviction API: evicting',
    ...(generation !== undefined && { observedGeneration: generation }),
    reason: 'EvictionByEvictionAPI',
    status: 'True',
    type: 'DisruptionTarget',
  };
  const body = { status: { conditions: [condition] } };
  machinery.patch('pods', namespace, name, 'strategic', body, { subresource: 'status' });
}

function refuseDisruption(machinery: Machinery, pod: KubeObject): void {
  const phase = asRaw(pod['status'])['phase'];
  if (pod.metadata.deletionTimestamp || phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending') return;
  const budgets = machinery.list('poddisruptionbudgets.policy', pod.metadata.namespace).filter((budget) => {
    const selector = asRaw(budget['spec'])['selector'] as LabelSelector | undefined;
    return matchesSelector(selector, pod.metadata.labels);
  });
  if (budgets.length > 1) {
    throw failure(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const [budget] = budgets;
  if (!budget) return;
  const {
    disruptionsAllowed = 0,
    desiredHealthy = 0,
    currentHealthy = 0,
  } = asRaw(budget['status']) as Record<string, number>;
  if (disruptionsAllowed > 0) return;
  const budgetName = budget.metadata.name ?? '';
  const message = `The disruption budget ${budgetName} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  throw failure(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message }],
  });
}

/** What a scheduler does: the pod gets its node. */
export async function bind(
  request: ApiRequest,
  namespace: string,
  name: string | undefined,
  { machinery }: ServerContext,
): Promise<Reply> {
  const body = await objectOf(request, 'Binding');
  const pod = name ?? String(body.metadata.name ?? '');
  const nodeName = String(asRaw(body['target'])['name'] ?? '');
  const current = machinery.get('pods', namespace, pod);
  const assigned = asRaw(current['spec'])['nodeName'];
  if (typeof assigned === 'string' && assigned !== '') {
    throw failure(
      409,
      'Conflict',
      `Operation cannot be fulfilled on pods/binding "${pod}": pod ${pod} is already assigned to node "${assigned}"`,
      {
        name: pod,
        kind: 'pods/binding',
      },
    );
  }
  machinery.patch(
    'pods',
    namespace,
    pod,
    'merge',
    { spec: { nodeName } },
    requestInfo(request, 'CreateOptions', 'binding'),
  );
  return { type: 'object', code: 201, object: done };
}

const shortestTokenSeconds = 600;
const longestTokenSeconds = 2 ** 32;

export async function createToken(
  request: ApiRequest,
  namespace: string,
  name: string,
  { machinery, tokens }: ServerContext,
): Promise<Reply> {
  const body = (await bodyOf(request, 'TokenRequest')) ?? {};
  const account = machinery.get('serviceaccounts', namespace, name);
  const spec = asRaw(body['spec']);
  const expirationSeconds = Number(spec['expirationSeconds'] ?? 3600);
  checkDuration(expirationSeconds);
  const bound = asRaw(spec['boundObjectRef']);
  const pod = bound['kind'] === 'Pod' ? machinery.get('pods', namespace, String(bound['name'])) : undefined;
  const { token, claims } = tokens.issue({
    namespace,
    serviceAccount: { name, uid: String(account.metadata.uid) },
    ...(pod && { pod: { name: String(pod.metadata.name), uid: String(pod.metadata.uid) } }),
    audiences: (Array.isArray(spec['audiences']) ? spec['audiences'] : []).map(String),
    expirationSeconds,
  });
  const object: KubeObject = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name,
      namespace,
      ...(account.metadata.creationTimestamp && { creationTimestamp: account.metadata.creationTimestamp }),
    },
    spec: { audiences: claims.audiences, expirationSeconds, boundObjectRef: pod ? bound : null },
    status: { token, expirationTimestamp: timestamp(claims.expiresAtMs) },
  };
  return { type: 'object', code: 201, object };
}

function checkDuration(seconds: number): void {
  const detail =
    seconds < shortestTokenSeconds
      ? 'may not specify a duration less than 10 minutes'
      : seconds > longestTokenSeconds
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (detail)
    throw invalid('authentication.k8s.io', 'TokenRequest', '', [
      invalidValue('spec.expirationSeconds', seconds, detail),
    ]);
}

function asRaw(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}
