/** Fills an empty cluster with what kind and a network plugin leave behind, all of it running for a few minutes already. */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { KubeObject, Node } from '../../../kube/objects.ts';
import { defaultClusterRoles } from '../api/http/default-roles.ts';
import type { Machinery } from '../api/machinery.ts';
import type { Kubelet } from '../kubelet/kubelet.ts';
import type { CniName } from '../net/cni-profiles.ts';
import {
  clusterRole,
  clusterRoleBindings,
  kubernetesService,
  namespaceObject,
  namespaces,
  priorityClasses,
} from './base-objects.ts';
import { leaseObject, type NodePlan, nodeObject } from './nodes.ts';
import { pluginWorkloads } from './plugin-workloads.ts';
import { staticPods } from './static-pods.ts';
import { systemWorkloads } from './system-workloads.ts';

export interface BootstrapOptions {
  readonly machinery: Machinery;
  readonly kubelet: Kubelet;
  readonly clock: Clock;
  readonly random: Random;
  readonly clusterName: string;
  readonly nodes: readonly NodePlan[];
  readonly cni: CniName;
}

/** Controllers must be running: they make the pods of the workloads. Resolves when everything has settled. */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const { machinery, kubelet, clock, random, clusterName, nodes, cni } = options;
  const now = clock.now();
  kubelet.adoptSince = now;
  const put = (object: KubeObject): KubeObject =>
    machinery.create(resourceOf(machinery, object), object.metadata.namespace, object, { fieldManager: 'kubeadm' });
  for (const name of namespaces) put(namespaceObject(name));
  const controlPlane = nodes.find((plan) => plan.controlPlane);
  for (const object of [...priorityClasses(), ...kubernetesService(controlPlane?.ip ?? '')]) put(object);
  for (const [name, rules] of Object.entries(defaultClusterRoles)) put(clusterRole(name, rules));
  for (const object of clusterRoleBindings()) put(object);
  for (const plan of nodes) {
    const node = put(
      nodeObject(plan, clusterName, random, now, cni === 'calico') as unknown as KubeObject,
    ) as unknown as Node;
    put(leaseObject(node, now));
    if (plan.controlPlane) {
      for (const pod of staticPods(node, plan.ip, random.hex, new Date(now).toISOString()))
        put(pod as unknown as KubeObject);
    }
  }
  for (const object of [...systemWorkloads(), ...pluginWorkloads(cni)]) put(object);
  await settled(machinery);
  kubelet.adoptSince = undefined;
}

function resourceOf(machinery: Machinery, { apiVersion = 'v1', kind }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const type = machinery.types().find((candidate) => candidate.kind === kind && candidate.group === group);
  if (!type) throw new Error(`assertion failed: no kind ${kind} in ${apiVersion}`);
  return type.id;
}

/** Work queues run in microtasks: when a whole turn of the event loop brings nothing new, all is done. */
async function settled(machinery: Machinery): Promise<void> {
  for (let version = -1; version !== machinery.resourceVersion; ) {
    version = machinery.resourceVersion;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
