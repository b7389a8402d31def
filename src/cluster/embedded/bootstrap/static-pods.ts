/** The control plane's own pods, as kubeadm writes their manifests: shown, and standing where a learner expects them. */
import type { Node, Pod } from '../../../kube/objects.ts';

const versions = { kubernetes: 'v1.36.2', etcd: '3.6.8-0' } as const;

const components = [
  { name: 'etcd', image: `registry.k8s.io/etcd:${versions.etcd}`, cpu: '100m', memory: '100Mi' },
  { name: 'kube-apiserver', image: `registry.k8s.io/kube-apiserver:${versions.kubernetes}`, cpu: '250m' },
  {
    name: 'kube-controller-manager',
    image: `registry.k8s.io/kube-controller-manager:${versions.kubernetes}`,
    cpu: '200m',
  },
  { name: 'kube-scheduler', image: `registry.k8s.io/kube-scheduler:${versions.kubernetes}`, cpu: '100m' },
] as const;

export function staticPods(node: Node, address: string, hash: (length: number) => string, seen: string): Pod[] {
  const { name: nodeName = '', uid = '' } = node.metadata;
  return components.map((component) => {
    const { name, image, cpu } = component;
    const config = hash(32);
    const requests = { cpu, ...('memory' in component && { memory: component.memory }) };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-${nodeName}`,
        namespace: 'kube-system',
        labels: { component: name, tier: 'control-plane' },
        annotations: {
          ...(name === 'etcd' && { 'kubeadm.kubernetes.io/etcd.advertise-client-urls': `https://${address}:2379` }),
          ...(name === 'kube-apiserver' && {
            'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': `${address}:6443`,
          }),
          'kubernetes.io/config.hash': config,
          'kubernetes.io/config.mirror': config,
          'kubernetes.io/config.seen': seen,
          'kubernetes.io/config.source': 'file',
        },
        ownerReferences: [{ apiVersion: 'v1', controller: true, kind: 'Node', name: nodeName, uid }],
      },
      spec: {
        automountServiceAccountToken: false,
        containers: [{ name, image, imagePullPolicy: 'IfNotPresent', command: [name], resources: { requests } }],
        enableServiceLinks: true,
        hostNetwork: true,
        nodeName,
        priority: 2000001000,
        priorityClassName: 'system-node-critical',
        tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
      },
    } as unknown as Pod;
  });
}
