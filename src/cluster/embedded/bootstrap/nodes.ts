/** The nodes of a fresh cluster, as kind names and addresses them, with their leases. */

import type { Random } from '../../../kit/random.ts';
import { type KubeObject, microTimestamp, type Node, timestamp } from '../../../kube/objects.ts';

export interface NodePlan {
  readonly name: string;
  readonly ip: string;
  readonly controlPlane: boolean;
  /** Position, for the pod CIDR 10.244.<index>.0/24. */
  readonly index: number;
}

export function controlPlaneName(cluster: string): string {
  return `${cluster}-control-plane`;
}

/** Control plane first. Docker gives the first worker .2 and the control plane .3, as in the recordings; more follow. */
export function planNodes(cluster: string, workers: number): NodePlan[] {
  const plans: NodePlan[] = [{ name: controlPlaneName(cluster), ip: '172.18.0.3', controlPlane: true, index: 0 }];
  for (let i = 1; i <= workers; i++) {
    const name = i === 1 ? `${cluster}-worker` : `${cluster}-worker${i}`;
    plans.push({ name, ip: i === 1 ? '172.18.0.2' : `172.18.0.${i + 2}`, controlPlane: false, index: i });
  }
  return plans;
}

export function nodeObject(plan: NodePlan, cluster: string, random: Random, bornMs: number, calico: boolean): Node {
  const { name, ip, controlPlane, index } = plan;
  const machineId = random.hex(32);
  const resources = {
    cpu: '4',
    'ephemeral-storage': '263112772Ki',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: '16303428Ki',
    pods: '110',
  };
  const cidr = `10.244.${index}.0/24`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: labelsOf(name, controlPlane), annotations: annotationsOf(ip, index, calico) },
    spec: {
      podCIDR: cidr,
      podCIDRs: [cidr],
      providerID: `kind://docker/${cluster}/${name}`,
      ...(controlPlane && { taints: [{ effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' }] }),
    },
    status: {
      addresses: [
        { address: ip, type: 'InternalIP' },
        { address: name, type: 'Hostname' },
      ],
      allocatable: resources,
      capacity: resources,
      conditions: conditionsOf(bornMs),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: random.uuid(),
        containerRuntimeVersion: 'containerd://2.1.9',
        kernelVersion: '6.18.44-generic',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.36.2',
        machineID: machineId,
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        systemUUID: machineId,
      },
    },
  } as unknown as Node;
}

function labelsOf(name: string, controlPlane: boolean): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    ...(controlPlane && {
      'node-role.kubernetes.io/control-plane': '',
      'node.kubernetes.io/exclude-from-external-load-balancers': '',
    }),
  };
}

function annotationsOf(ip: string, index: number, calico: boolean): Record<string, string> {
  return {
    'node.alpha.kubernetes.io/ttl': '0',
    ...(calico && {
      'projectcalico.org/IPv4Address': `${ip}/16`,
      'projectcalico.org/IPv4VXLANTunnelAddr': `10.244.${index === 0 ? 240 : 39 + index}.0`,
    }),
    'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
  };
}

/** Posted every five minutes while nothing changes; the lease is what proves life. */
function conditionsOf(bornMs: number): Record<string, string>[] {
  const now = timestamp(bornMs);
  const condition = (type: string, status: string, reason: string, message: string) => ({
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    message,
    reason,
    status,
    type,
  });
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}

export function leaseObject(node: Node, nowMs: number): KubeObject {
  const { name = '', uid = '' } = node.metadata;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: 'kube-node-lease',
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTimestamp(nowMs) },
  };
}
