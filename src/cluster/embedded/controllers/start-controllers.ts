/** Starts everything that reconciles: what kube-controller-manager and kube-scheduler are in a real cluster. */
import type { ReplicaSet, ReplicationController } from '../../../kube/objects.ts';
import { startAutoscaler } from './autoscaler.ts';
import type { Controller, ControllerContext } from './context.ts';
import { startDeploymentController } from './deployment/deployment-controller.ts';
import { startDisruptionController } from './disruption.ts';
import { startEndpointsController } from './endpoints/endpoints-controller.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { startNamespaceController } from './namespaces.ts';
import { startNodeController } from './nodes.ts';
import { startQuotaController } from './quota.ts';
import { startReplicaManager } from './replicas/replica-manager.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { startTaintEviction } from './taint-eviction.ts';
import { startVolumeController } from './volumes/volume-controller.ts';
import { startCronJobController } from './workloads/cron-job.ts';
import { startDaemonSetController } from './workloads/daemon-set.ts';
import { startJobController } from './workloads/job.ts';
import { startStatefulSetController } from './workloads/stateful-set.ts';

export interface ControllerOptions {
  /** Goes into every namespace's kube-root-ca.crt. */
  readonly caPem: string;
}

export function startControllers(context: ControllerContext, options: ControllerOptions): Controller {
  const { stores } = context;
  const stops: Controller[] = [
    startNamespaceController(context, options.caPem),
    startGarbageCollector(context),
    startScheduler(context),
    startEndpointsController(context),
    startReplicaManager<ReplicaSet>(context, {
      store: stores.replicaSets,
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      component: 'replicaset-controller',
      selectorOf: (set) => set.spec?.selector,
    }),
    startReplicaManager<ReplicationController>(context, {
      store: stores.replicationControllers,
      apiVersion: 'v1',
      kind: 'ReplicationController',
      component: 'replication-controller',
      selectorOf: (controller) => controller.spec?.selector && { matchLabels: controller.spec.selector },
    }),
    startDeploymentController(context),
    startDaemonSetController(context),
    startStatefulSetController(context),
    startJobController(context),
    startCronJobController(context),
    startDisruptionController(context),
    startQuotaController(context),
    startNodeController(context),
    startTaintEviction(context),
    startAutoscaler(context),
    startVolumeController(context),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
