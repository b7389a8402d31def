/** A cluster on a virtual clock for tests, with what they ask of it again and again. */

import type { Machinery } from '../../../../src/cluster/embedded/api/machinery.ts';
import {
  createEmbeddedCluster,
  type EmbeddedCluster,
  type EmbeddedClusterOptions,
} from '../../../../src/cluster/embedded/cluster.ts';
import { type VirtualClock, virtualClock } from '../../../../src/kit/virtual-clock.ts';
import type { KubeEvent, KubeObject, Pod } from '../../../../src/kube/objects.ts';
import { parseManifests } from '../../../../src/kube/yaml.ts';

export interface TestLab extends AsyncDisposable {
  readonly cluster: EmbeddedCluster;
  readonly machinery: Machinery;
  readonly clock: VirtualClock;
  /** Creates what the YAML describes, in `default` unless it says otherwise. */
  apply(yaml: string): KubeObject[];
  get<T = KubeObject>(resource: string, name: string, namespace?: string): T;
  pod(name: string, namespace?: string): Pod;
  /** `reason: message`, in order, of the events about an object. */
  events(name: string, namespace?: string): string[];
  /** Lets virtual time pass until the question is answered with yes; fails after `seconds`. */
  until(question: () => unknown, seconds?: number): Promise<void>;
  seconds(count: number): Promise<void>;
}

export async function openLab(options: Partial<EmbeddedClusterOptions> = {}): Promise<TestLab> {
  const clock = virtualClock({ startMs: Date.parse('2026-11-21T01:00:00Z') });
  const cluster = await createEmbeddedCluster({ workers: 1, seed: 'test', ...options, clock });
  const { machinery } = cluster;
  const lab: TestLab = {
    cluster,
    machinery,
    clock,
    apply(yaml) {
      const { manifests, problems } = parseManifests(yaml, 'test.yaml');
      if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
      return manifests.map(({ object }) => {
        const type = machinery
          .types()
          .find(({ kind, group }) => kind === object.kind && (object.apiVersion ?? '').startsWith(group));
        if (!type) throw new Error(`no kind ${object.kind}`);
        const namespace = type.namespaced ? (object.metadata.namespace ?? 'default') : undefined;
        return machinery.create(type.id, namespace, object, { fieldManager: 'test' });
      });
    },
    get: <T>(resource: string, name: string, namespace: string | undefined = 'default') =>
      machinery.get(resource, namespace, name) as unknown as T,
    pod: (name, namespace = 'default') => machinery.get('pods', namespace, name) as unknown as Pod,
    events: (name, namespace = 'default') =>
      (machinery.list('events', namespace) as unknown as KubeEvent[])
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ reason, message }) => `${reason}: ${message}`),
    async until(question, seconds = 60) {
      for (let waited = 0; !question(); waited += 0.25) {
        if (waited > seconds) throw new Error(`not within ${seconds} s: ${question}`);
        await clock.advance(250);
      }
    },
    seconds: (count) => clock.advance(count * 1000),
    [Symbol.asyncDispose]: () => cluster.close(),
  };
  return lab;
}

/** A pod of one container, as a manifest. `spec` and `container` are YAML flow mappings' inner text. */
export function podYaml(name: string, container: string, spec = ''): string {
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: ${name}}}, spec: {${spec}${spec ? ', ' : ''}containers: [{name: ${name}, ${container}}]}}`;
}

export function stateOf(pod: Pod, index = 0) {
  return pod.status?.containerStatuses?.[index]?.state ?? {};
}

export function condition(
  object: { status?: unknown },
  type: string,
): { status?: string; reason?: string; message?: string } | undefined {
  const { conditions = [] } = (object.status ?? {}) as {
    conditions?: { type: string; status?: string; reason?: string; message?: string }[];
  };
  return conditions.find((candidate) => candidate.type === type);
}
