/** What a network plugin runs in the cluster: the pods that a learner looks at first when the network is in doubt. */
import type { KubeObject } from '../../../kube/objects.ts';
import type { CniName } from '../net/cni-profiles.ts';
import {
  account,
  controlPlaneToleration,
  criticalToleration,
  hostDaemon,
  systemNamespace as namespace,
} from './host-daemon.ts';

/** Namespaces of its own, then accounts and workloads. */
export function pluginWorkloads(cni: CniName): KubeObject[] {
  switch (cni) {
    case 'calico':
      return [account('calico-node'), account('calico-kube-controllers'), calicoNode(), calicoControllers()];
    case 'kube-router':
      return daemon('kube-router', 'docker.io/cloudnativelabs/kube-router:v2.5.0', 'kube-router', [
        '--run-router=true',
        '--run-firewall=true',
        '--run-service-proxy=false',
      ]);
    case 'kindnet':
      return daemon('kindnet', 'docker.io/kindest/kindnetd:v20250512-df8de77b', 'kindnet-cni', []);
    case 'cilium':
      return [
        ...daemon('cilium', 'quay.io/cilium/cilium:v1.18.0', 'cilium-agent', ['--config-dir=/tmp/cilium/config-map']),
        ...ciliumOperator(),
      ];
    case 'flannel':
      return [
        {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: flannelNamespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
        },
        account('flannel', flannelNamespace),
        hostDaemon(
          'kube-flannel-ds',
          { app: 'flannel', tier: 'node' },
          {
            name: 'kube-flannel',
            image: 'ghcr.io/flannel-io/flannel:v0.27.0',
            args: ['--ip-masq', '--kube-subnet-mgr'],
            securityContext: { privileged: false, capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
          },
          nodeTolerations,
          { namespace: flannelNamespace, serviceAccountName: 'flannel' },
        ),
      ];
  }
}

const flannelNamespace = 'kube-flannel';
const nodeTolerations = [
  { effect: 'NoSchedule', operator: 'Exists' },
  criticalToleration,
  { effect: 'NoExecute', operator: 'Exists' },
];

function daemon(name: string, image: string, container: string, args: readonly string[]): KubeObject[] {
  const labels: Record<string, string> =
    name === 'kindnet' ? { app: 'kindnet', 'k8s-app': 'kindnet', tier: 'node' } : { 'k8s-app': name };
  const spec = {
    name: container,
    image,
    imagePullPolicy: 'IfNotPresent',
    ...(args.length > 0 && { args }),
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    securityContext: { privileged: true },
  };
  return [account(name), hostDaemon(name, labels, spec, nodeTolerations)];
}

function ciliumOperator(): KubeObject[] {
  const name = 'cilium-operator';
  const labels = { 'io.cilium/app': 'operator', name };
  return [
    account(name),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name, image: 'quay.io/cilium/operator-generic:v1.18.0', imagePullPolicy: 'IfNotPresent' }],
            hostNetwork: true,
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            priorityClassName: 'system-cluster-critical',
            serviceAccountName: name,
            tolerations: [{ operator: 'Exists' }],
          },
        },
      },
    },
  ];
}

function calicoNode(): KubeObject {
  const container = {
    name: 'calico-node',
    image: 'quay.io/calico/node:v3.32.1',
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'DATASTORE_TYPE', value: 'kubernetes' },
      { name: 'NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'CALICO_IPV4POOL_IPIP', value: 'Never' },
      { name: 'CALICO_IPV4POOL_VXLAN', value: 'CrossSubnet' },
      { name: 'FELIX_DEFAULTENDPOINTTOHOSTACTION', value: 'ACCEPT' },
    ],
    resources: { requests: { cpu: '250m' } },
    securityContext: { privileged: true },
  };
  return hostDaemon('calico-node', { 'k8s-app': 'calico-node' }, container, nodeTolerations);
}

function calicoControllers(): KubeObject {
  const name = 'calico-kube-controllers';
  const labels = { 'k8s-app': name };
  const container = {
    name,
    image: 'quay.io/calico/kube-controllers:v3.32.1',
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'ENABLED_CONTROLLERS', value: 'node,loadbalancer' },
      { name: 'DATASTORE_TYPE', value: 'kubernetes' },
    ],
    livenessProbe: {
      exec: { command: ['/usr/bin/check-status', '-l'] },
      initialDelaySeconds: 10,
      timeoutSeconds: 10,
      failureThreshold: 6,
    },
    readinessProbe: { exec: { command: ['/usr/bin/check-status', '-r'] } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      strategy: { type: 'Recreate' },
      template: {
        metadata: { labels, name, namespace },
        spec: {
          containers: [container],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: name,
          tolerations: [
            criticalToleration,
            controlPlaneToleration,
            { effect: 'NoSchedule', key: 'node-role.kubernetes.io/master' },
          ],
        },
      },
    },
  };
}
