/** The pod spec inside a pod or workload, to be read or replaced. */
import type { KubeObject, PodTemplateSpec } from '../../kube/objects.ts';

type PodSpec = NonNullable<PodTemplateSpec['spec']>;

/** Where it sits, by kind. undefined: the kind has none. */
function pathTo(object: KubeObject): readonly string[] | undefined {
  switch (object.kind) {
    case 'Pod':
      return ['spec'];
    case 'CronJob':
      return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
    case 'Deployment':
    case 'ReplicaSet':
    case 'DaemonSet':
    case 'StatefulSet':
    case 'Job':
    case 'ReplicationController':
      return ['spec', 'template', 'spec'];
    default:
      return undefined;
  }
}

/** A changed copy of the object; undefined when its kind has no pod spec. */
export function changePodSpec(object: KubeObject, change: (spec: PodSpec) => PodSpec): KubeObject | undefined {
  const path = pathTo(object);
  return path && (replaceAt(object, path, change) as KubeObject);
}

export function podSpecOf(object: KubeObject): PodSpec | undefined {
  const path = pathTo(object);
  if (!path) return undefined;
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object) as
    | PodSpec
    | undefined;
}

function replaceAt(value: unknown, [key, ...rest]: readonly string[], change: (spec: PodSpec) => PodSpec): unknown {
  if (key === undefined) return change((value ?? { containers: [] }) as PodSpec);
  const map = (value ?? {}) as Record<string, unknown>;
  return { ...map, [key]: replaceAt(map[key], rest, change) };
}
