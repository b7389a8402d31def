/** A machinery on a clock that the test moves, with namespaces `default` and `shop`, and short ways to write to it. */
import { createMachinery } from '../../../../src/cluster/embedded/api/machinery/create.ts';
import { type Machinery, type RequestInfo, StatusError } from '../../../../src/cluster/embedded/api/machinery.ts';
import type { Clock } from '../../../../src/kit/clock.ts';
import { seededRandom } from '../../../../src/kit/random.ts';
import type { KubeObject, Status } from '../../../../src/kube/objects.ts';

export interface Bench {
  readonly machinery: Machinery;
  /** Moves the clock. */
  pass(ms: number): void;
  /** Creates in the namespace that the object names, or in `shop`. */
  put(id: string, object: object, request?: RequestInfo): KubeObject;
}

export const startMs = Date.parse('2026-03-01T12:00:00Z');

export function bench(seed: string | number = 1): Bench {
  let nowMs = startMs;
  const clock: Clock = { now: () => nowMs, after: () => ({ cancel() {} }), urgent: () => clock };
  const machinery = createMachinery({ clock, random: seededRandom(seed) });
  for (const name of ['default', 'shop']) machinery.create('namespaces', undefined, { metadata: { name } });
  return {
    machinery,
    pass: (ms) => {
      nowMs += ms;
    },
    put: (id, object, request) => {
      const given = object as KubeObject;
      return machinery.create(id, given.metadata?.namespace ?? 'shop', given, request);
    },
  };
}

/** The Status that a call is refused with; fails the test when it is not. */
export function refusal(call: () => unknown): Status {
  try {
    call();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error('expected a refusal, and there was none');
}

export function pod(name: string, spec: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { containers: [{ name: 'c', image: 'busybox:1.36' }], ...spec },
  };
}

export function deployment(name: string, spec: object = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
      ...spec,
    },
  };
}

export function configMap(name: string, data: Record<string, unknown> = { a: 'b' }): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

export function networkPolicy(name: string, spec: object = { podSelector: {} }): KubeObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec };
}

export function service(name: string, spec: object): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
}

export const policies = 'networkpolicies.networking.k8s.io';
export const deployments = 'deployments.apps';
