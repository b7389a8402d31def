/** How far a rollout is, in kubectl's sentences (polymorphichelpers/rollout_status.go). */
import type { DaemonSet, Deployment, KubeObject, ResourceType, StatefulSet } from '../../kube/objects.ts';
import { KubectlError } from '../errors.ts';

export interface RolloutState {
  /** With a newline. */
  readonly message: string;
  readonly done: boolean;
}

/** Throws for a failed rollout, and for kinds that have none. */
export function rolloutStatus(type: ResourceType, object: KubeObject, revision: number): RolloutState {
  switch (type.kind) {
    case 'Deployment':
      return deploymentStatus(object as unknown as Deployment, revision);
    case 'DaemonSet':
      return daemonSetStatus(object as unknown as DaemonSet);
    case 'StatefulSet':
      return statefulSetStatus(object as unknown as StatefulSet);
    default:
      throw new KubectlError(
        `no status viewer has been implemented for ${type.kind}${type.group ? `.${type.group}` : ''}`,
      );
  }
}

function waiting(message: string): RolloutState {
  return { message: `${message}\n`, done: false };
}

function deploymentStatus({ metadata, spec, status = {} }: Deployment, revision: number): RolloutState {
  const name = JSON.stringify(metadata.name);
  const now = Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  if (revision > 0 && revision !== now) {
    throw new KubectlError(`desired revision (${revision}) is different from the running revision (${now})`);
  }
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0))
    return waiting('Waiting for deployment spec update to be observed...');
  const progressing = status.conditions?.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    throw new KubectlError(`deployment ${name} exceeded its progress deadline`);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  const desired = spec?.replicas ?? 1;
  const start = `Waiting for deployment ${name} rollout to finish:`;
  if (updatedReplicas < desired)
    return waiting(`${start} ${updatedReplicas} out of ${desired} new replicas have been updated...`);
  if (replicas > updatedReplicas)
    return waiting(`${start} ${replicas - updatedReplicas} old replicas are pending termination...`);
  if (availableReplicas < updatedReplicas)
    return waiting(`${start} ${availableReplicas} of ${updatedReplicas} updated replicas are available...`);
  return { message: `deployment ${name} successfully rolled out\n`, done: true };
}

function daemonSetStatus({ metadata, spec, status }: DaemonSet): RolloutState {
  if (spec?.updateStrategy?.type !== 'RollingUpdate')
    throw new KubectlError('rollout status is only available for RollingUpdate strategy type');
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0))
    return waiting('Waiting for daemon set spec update to be observed...');
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = status ?? {};
  const name = JSON.stringify(metadata.name);
  const start = `Waiting for daemon set ${name} rollout to finish:`;
  if (updatedNumberScheduled < desiredNumberScheduled) {
    return waiting(`${start} ${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...`);
  }
  if (numberAvailable < desiredNumberScheduled)
    return waiting(`${start} ${numberAvailable} of ${desiredNumberScheduled} updated pods are available...`);
  return { message: `daemon set ${name} successfully rolled out\n`, done: true };
}

function statefulSetStatus({ metadata, spec, status }: StatefulSet): RolloutState {
  if (spec?.updateStrategy?.type !== 'RollingUpdate')
    throw new KubectlError('rollout status is only available for RollingUpdate strategy type');
  const observed = status?.observedGeneration ?? 0;
  if (observed === 0 || (metadata.generation ?? 0) > observed)
    return waiting('Waiting for statefulset spec update to be observed...');
  const {
    readyReplicas = 0,
    updatedReplicas = 0,
    currentReplicas = 0,
    updateRevision = '',
    currentRevision = '',
  } = status ?? {};
  const desired = spec.replicas ?? 1;
  if (readyReplicas < desired) return waiting(`Waiting for ${desired - readyReplicas} pods to be ready...`);
  const partition = spec.updateStrategy.rollingUpdate?.partition ?? 0;
  if (partition > 0) {
    if (updatedReplicas < desired - partition) {
      return waiting(
        `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${desired - partition} new pods have been updated...`,
      );
    }
    return { message: `partitioned roll out complete: ${updatedReplicas} new pods have been updated...\n`, done: true };
  }
  if (updateRevision !== currentRevision) {
    return waiting(
      `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...`,
    );
  }
  return {
    message: `statefulset rolling update complete ${currentReplicas} pods at revision ${currentRevision}...\n`,
    done: true,
  };
}
