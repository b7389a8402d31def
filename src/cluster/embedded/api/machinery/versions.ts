/** Two served versions of one stored kind: how does an object look in the other? HorizontalPodAutoscaler and Event have two. */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { Kind } from '../kinds/kind.ts';
import { apiVersionOf } from './core.ts';

type Raw = Record<string, unknown>;

/** The stored shape of what a client wrote. Custom kinds of several versions differ in apiVersion only. */
export function toStorage(kind: Kind, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(kind);
  if (object.apiVersion === apiVersion) return object;
  const converted = { ...object, apiVersion };
  if (object.apiVersion === 'autoscaling/v1') return autoscalerToV2(converted);
  if (object.apiVersion === 'events.k8s.io/v1') return eventToCore(converted);
  return converted;
}

/** A stored object as `group/version` shows it. */
export function fromStorage(object: KubeObject, apiVersion: string): KubeObject {
  if (object.apiVersion === apiVersion) return object;
  const converted = { ...object, apiVersion };
  if (apiVersion === 'autoscaling/v1') return autoscalerToV1(converted);
  if (apiVersion === 'events.k8s.io/v1') return eventToGroup(converted);
  return converted;
}

function autoscalerToV2(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: percentage, ...spec } = (object['spec'] ?? {}) as Raw;
  const { currentCPUUtilizationPercentage: _cpu, ...status } = (object['status'] ?? {}) as Raw;
  const target = { type: 'Utilization', averageUtilization: percentage };
  const metrics = percentage === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', target } }];
  return {
    ...object,
    spec: { ...spec, ...(metrics && { metrics }) },
    status: { desiredReplicas: 0, currentMetrics: null, ...status },
  };
}

function autoscalerToV1(object: KubeObject): KubeObject {
  const { metrics, behavior: _behavior, ...spec } = (object['spec'] ?? {}) as Raw;
  const { currentMetrics: _m, conditions: _c, ...status } = (object['status'] ?? {}) as Raw;
  const cpu = (metrics as Raw[] | undefined)?.find(
    (metric) => (metric['resource'] as Raw | undefined)?.['name'] === 'cpu',
  );
  const target = (cpu?.['resource'] as Raw | undefined)?.['target'] as Raw | undefined;
  const percentage = target?.['averageUtilization'];
  return {
    ...object,
    spec: { ...spec, ...(percentage !== undefined && { targetCPUUtilizationPercentage: percentage }) },
    status: { currentReplicas: 0, desiredReplicas: 0, ...status },
  };
}

const eventFields = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

function eventToGroup(object: KubeObject): KubeObject {
  return rename(object, eventFields);
}

function eventToCore(object: KubeObject): KubeObject {
  return rename(
    object,
    eventFields.map(([core, group]) => [group, core] as const),
  );
}

function rename(object: KubeObject, pairs: readonly (readonly [string, string])[]): KubeObject {
  const names = new Map(pairs);
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value])) as KubeObject;
}
