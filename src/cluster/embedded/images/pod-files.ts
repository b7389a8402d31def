/**
 * What the kubelet writes into every container: /etc/resolv.conf by dnsPolicy, /etc/hosts, /etc/hostname. Programs read
 * them from the file system, so a learner who edits them sees the effect.
 */
import type { Pod } from '../../../kube/objects.ts';
import type { MemoryFs } from '../../../shell/memory-fs.ts';
import { writeText } from './seed-files.ts';

export interface PodFilesOptions {
  readonly pod: Pod;
  readonly nodeName: string;
  readonly ips: readonly string[];
  readonly clusterDns: string;
  /** The resolver of the nodes' network. */
  readonly nodeResolver: string;
}

export function writePodFiles(fs: MemoryFs, options: PodFilesOptions): void {
  const { pod, nodeName } = options;
  const hostname = hostnameOf(pod, nodeName);
  writeText(fs, '/etc/resolv.conf', resolvConf(options));
  writeText(fs, '/etc/hostname', `${hostname}\n`);
  writeText(fs, '/etc/hosts', hosts(options, hostname));
}

export function hostnameOf(pod: Pod, nodeName: string): string {
  if (pod.spec?.hostNetwork) return nodeName;
  const name = pod.spec?.hostname || pod.metadata.name || '';
  // A host name has at most 63 characters (kubelet, GeneratePodHostNameAndDomain).
  return name.slice(0, 63).replace(/[-.]+$/, '');
}

function resolvConf({ pod, clusterDns, nodeResolver }: PodFilesOptions): string {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = pod.spec ?? {};
  const cluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const namespace = pod.metadata.namespace ?? 'default';
  const base =
    dnsPolicy === 'None'
      ? { servers: [], search: [], options: [] }
      : cluster
        ? {
            servers: [clusterDns],
            search: [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'],
            options: ['ndots:5'],
          }
        : { servers: [nodeResolver], search: [], options: ['edns0', 'trust-ad', 'ndots:0'] };
  const servers = [...base.servers, ...(dnsConfig?.nameservers ?? [])].slice(0, 3);
  const search = [...new Set([...base.search, ...(dnsConfig?.searches ?? [])])];
  const options = mergeOptions(base.options, dnsConfig?.options ?? []);
  const lines = [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function mergeOptions(base: readonly string[], extra: readonly { name?: string; value?: string }[]): readonly string[] {
  const merged = new Map(base.map((option) => [option.split(':')[0] ?? '', option]));
  for (const { name = '', value } of extra) merged.set(name, value === undefined ? name : `${name}:${value}`);
  return [...merged.values()];
}

function hosts({ pod, ips, nodeName }: PodFilesOptions, hostname: string): string {
  const { subdomain, hostNetwork, hostAliases = [] } = pod.spec ?? {};
  // The kubelet writes fe00:: for the groups; a node's own file, which its pods get as it is, has what Docker writes.
  const groups = hostNetwork ? ['ff00::0', 'ff02::1', 'ff02::2'] : ['fe00::0', 'fe00::1', 'fe00::2'];
  const loopback = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    `${groups[0]}\tip6-mcastprefix`,
    `${groups[1]}\tip6-allnodes`,
    `${groups[2]}\tip6-allrouters`,
  ];
  const domain = subdomain ? `${hostname}.${subdomain}.${pod.metadata.namespace}.svc.cluster.local\t` : '';
  const own = hostNetwork ? `${ips[0]}\t${nodeName}` : `${ips[0]}\t${domain}${hostname}`;
  const head = hostNetwork ? '# Kubernetes-managed hosts file (host network).' : '# Kubernetes-managed hosts file.';
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}`);
  const extra = aliases.length > 0 ? ['', '# Entries added by HostAliases.', ...aliases] : [];
  return [head, ...loopback, own, ...extra].map((line) => `${line}\n`).join('');
}
