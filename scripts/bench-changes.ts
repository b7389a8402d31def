/** Random changes of a cluster, as they happen in real ones: mostly policies and pods, now and then a namespace's labels. */
import type { Random } from '../src/kit/random.ts';
import type { ExplainingEngine } from '../src/policy/engine.ts';
import type { PolicyNamespace, PolicyObject, PolicyPod, PolicySnapshot } from '../src/policy/model.ts';
import { allowPolicy } from './bench-cluster.ts';

/** What both engines have in common. */
export interface Changeable {
  setNamespace(namespace: PolicyNamespace): void;
  setPod(pod: PolicyPod): void;
  removePod(namespace: string, name: string): void;
  setPolicy(policy: PolicyObject): void;
  removePolicy(policy: PolicyObject): void;
}

export interface Change {
  readonly kind: 'policy' | 'noPolicy' | 'pod' | 'noPod' | 'labels' | 'namespace';
  apply(engine: Changeable): void;
}

const apps = ['api', 'cache', 'db', 'queue', 'web', 'worker'] as const;

/** `plain` knows the cluster as it is now, `start` as it was. */
export function changeCluster(random: Random, plain: ExplainingEngine, start: PolicySnapshot, index: number): Change {
  const names = start.namespaces.map(({ name }) => name);
  const pods = [...plain.store.pods.values()];
  const policies = [...plain.store.policies];
  const pod = random.pick(pods);
  const roll = random.integer(10);
  if (roll < 3) {
    const policy = allowPolicy(random, random.pick(names), random.integer(300), names);
    return { kind: 'policy', apply: (engine) => engine.setPolicy(policy) };
  }
  if (roll < 5) {
    const { object } = random.pick(policies);
    return { kind: 'noPolicy', apply: (engine) => engine.removePolicy(object) };
  }
  if (roll < 7) {
    const changed: PolicyPod = { ...pod, labels: { ...pod.labels, app: random.pick(apps) } };
    return { kind: 'labels', apply: (engine) => engine.setPod(changed) };
  }
  if (roll < 8) return { kind: 'noPod', apply: (engine) => engine.removePod(pod.namespace, pod.name) };
  if (roll < 9) {
    const ips = [`10.200.${index >>> 8}.${index & 255}`];
    const made: PolicyPod = { ...pod, name: `new-${index}`, ips, labels: { ...pod.labels, app: random.pick(apps) } };
    return { kind: 'pod', apply: (engine) => engine.setPod(made) };
  }
  const namespace = random.pick(start.namespaces);
  const relabelled = { ...namespace, labels: { ...namespace.labels, team: random.pick(['blue', 'green', 'red']) } };
  return { kind: 'namespace', apply: (engine) => engine.setNamespace(relabelled) };
}
