/** HorizontalPodAutoscalers: there are no metrics here, so all they ever say is that they cannot get any. */

import { type HorizontalPodAutoscaler, timestamp } from '../../../kube/objects.ts';
import { sameJson } from '../api/machinery/core.ts';
import { workQueue } from '../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from './context.ts';

/** --horizontal-pod-autoscaler-sync-period; here it looks once after each change instead of for ever. */
const syncMs = 15_000;

export function startAutoscaler(context: ControllerContext): Controller {
  const { stores, clock } = context;
  const queue = workQueue(clock, (key) => {
    const { namespace, name } = splitKey(key);
    const autoscaler = stores.autoscalers.find(namespace, name);
    if (autoscaler) reconcile(context, autoscaler);
  });
  const stops = [
    stores.autoscalers.watch(({ type, object, previous }) => {
      if (type !== 'DELETED' && !sameJson(object.spec, previous?.spec)) queue.addAfter(keyOf(object), syncMs);
    }),
    queue.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function reconcile(context: ControllerContext, autoscaler: HorizontalPodAutoscaler): void {
  const { stores, clock, events } = context;
  const { kind, name } = autoscaler.spec?.scaleTargetRef ?? { kind: '', name: '' };
  const { namespace } = autoscaler.metadata;
  const target =
    kind === 'Deployment'
      ? stores.deployments.find(namespace, name)
      : kind === 'StatefulSet'
        ? stores.statefulSets.find(namespace, name)
        : undefined;
  const now = timestamp(clock.now());
  const about = { ...autoscaler, apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };
  const source = { component: 'horizontal-pod-autoscaler' };
  const condition = (type: string, status: string, reason: string, message: string) => ({
    lastTransitionTime: now,
    message,
    reason,
    status,
    type,
  });
  if (!target) {
    const message = `the HPA controller was unable to get the target's current scale: ${kind.toLowerCase()}s.apps "${name}" not found`;
    events.record(source, {
      about,
      type: 'Warning',
      reason: 'FailedGetScale',
      message: message.slice(message.indexOf(': ') + 2),
    });
    write(context, autoscaler, 0, [condition('AbleToScale', 'False', 'FailedGetScale', message)]);
    return;
  }
  const failures = (autoscaler.spec?.metrics ?? []).flatMap((metric) => failureOf(metric) ?? []);
  for (const { failure } of failures) {
    events.record(source, { about, type: 'Warning', reason: 'FailedGetResourceMetric', message: failure });
  }
  const { resource = 'cpu', failure = '' } = failures[0] ?? {};
  const count = failures.length;
  const summary = `invalid metrics (${count} invalid out of ${count}), first error is: failed to get ${resource} resource metric value: ${failure}`;
  events.record(source, { about, type: 'Warning', reason: 'FailedComputeMetricsReplicas', message: summary });
  write(context, autoscaler, target.status?.replicas ?? 0, [
    condition(
      'AbleToScale',
      'True',
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    ),
    condition(
      'ScalingActive',
      'False',
      'FailedGetResourceMetric',
      `the HPA was unable to compute the replica count: ${failure}`,
    ),
  ]);
}

type Metric = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number];

/** Only resources are asked for here: other metrics have no API that could lack them. */
function failureOf({ resource }: Metric): { resource: string; failure: string } | undefined {
  if (!resource) return undefined;
  const { name, target } = resource;
  const cause = `unable to get metrics for resource ${name}: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`;
  const what = target.averageValue === undefined ? 'utilization' : 'usage';
  return { resource: name, failure: `failed to get ${name} ${what}: ${cause}` };
}

function write(
  { stores }: ControllerContext,
  autoscaler: HorizontalPodAutoscaler,
  replicas: number,
  conditions: object[],
): void {
  const status = { conditions, currentMetrics: null, currentReplicas: replicas, desiredReplicas: 0 };
  stores.autoscalers.updateStatus({ ...autoscaler, status } as unknown as HorizontalPodAutoscaler);
}
