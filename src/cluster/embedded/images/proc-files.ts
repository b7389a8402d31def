/**
 * /proc and /sys as far as people who look for a fault read them: the machine, the mounts, and the network namespace in
 * the kernel's own format.
 */
import type { MemoryFs } from '../../../shell/memory-fs.ts';
import { kernel, memoryKib } from '../../../shell/programs/system.ts';
import type { NetStack, SocketAddress, SocketRow } from '../net/sockets.ts';
import { interfacesOf, linkLocal, netmask, routesOf } from './interfaces.ts';

export interface ProcOptions {
  readonly stack: NetStack;
  readonly hostname: string;
  readonly uptimeMs: () => number;
}

export function installProc(fs: MemoryFs, { stack, hostname, uptimeMs }: ProcOptions): void {
  const file = (path: string, text: () => string): void => fs.generate(path, () => new TextEncoder().encode(text()));
  const seconds = (): string => (uptimeMs() / 1000).toFixed(2);
  file('/proc/version', () => `Linux version ${kernel.release} (buildd@lcy02) (gcc 13.2.0) ${kernel.version}\n`);
  file('/proc/uptime', () => `${seconds()} ${seconds()}\n`);
  file('/proc/loadavg', () => '0.08 0.05 0.01 1/234 12\n');
  file('/proc/cpuinfo', () => [0, 1].map(cpu).join(''));
  file('/proc/meminfo', memory);
  file('/proc/mounts', () => mounts);
  file('/proc/filesystems', () => 'nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\toverlay\n\text4\n');
  file('/proc/1/cgroup', () => '0::/\n');
  for (const [key, value] of Object.entries(settings(hostname))) file(`/proc/sys/${key}`, () => `${value}\n`);
  file('/proc/net/dev', () => devices(stack));
  file('/proc/net/route', () => routes(stack));
  file('/proc/net/arp', () => neighbours(stack));
  file('/proc/net/if_inet6', () => addresses6(stack));
  for (const protocol of ['tcp', 'udp'] as const) {
    file(`/proc/net/${protocol}`, () => sockets(stack, protocol, false));
    file(`/proc/net/${protocol}6`, () => sockets(stack, protocol, true));
  }
  for (const { name, mac, mtu, kind } of interfacesOf(stack)) {
    const folder = `/sys/class/net/${name}`;
    const values = { address: mac, mtu, operstate: kind === 'loopback' ? 'unknown' : 'up' };
    for (const [key, value] of Object.entries(values)) file(`${folder}/${key}`, () => `${value}\n`);
  }
}

/** What `sysctl` can ask for, by path below /proc/sys. */
function settings(hostname: string): Readonly<Record<string, string>> {
  return {
    'fs/file-max': '9223372036854775807',
    'kernel/hostname': hostname,
    'kernel/osrelease': kernel.release,
    'kernel/ostype': 'Linux',
    'kernel/pid_max': '4194304',
    'net/core/somaxconn': '4096',
    'net/ipv4/ip_forward': '0',
    'net/ipv4/ip_local_port_range': '32768\t60999',
    'net/ipv4/ip_unprivileged_port_start': '0',
    'net/ipv4/ping_group_range': '0\t2147483647',
    'net/ipv4/tcp_syn_retries': '6',
    'net/ipv4/tcp_keepalive_time': '7200',
    'net/ipv4/conf/all/rp_filter': '0',
    'net/ipv6/conf/all/disable_ipv6': '0',
    'vm/max_map_count': '1048576',
    'vm/overcommit_memory': '1',
  };
}

function cpu(number: number): string {
  return `processor\t: ${number}\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) Processor\ncpu MHz\t\t: 2600.000\ncpu cores\t: 2\n\n`;
}

function memory(): string {
  const { total, free, available, buffers } = memoryKib;
  const rows: readonly (readonly [string, number])[] = [
    ['MemTotal', total],
    ['MemFree', free],
    ['MemAvailable', available],
    ['Buffers', 104_128],
    ['Cached', buffers - 104_128],
    ['SwapCached', 0],
    ['SwapTotal', 0],
    ['SwapFree', 0],
  ];
  return rows.map(([name, kib]) => `${`${name}:`.padEnd(15)} ${String(kib).padStart(8)} kB\n`).join('');
}

const mounts = `overlay / overlay rw,relatime,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs,upperdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/40/fs,workdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/40/work 0 0
proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0
tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0
devpts /dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666 0 0
mqueue /dev/mqueue mqueue rw,nosuid,nodev,noexec,relatime 0 0
sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0
cgroup /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec,relatime 0 0
/dev/vda1 /product_uuid ext4 ro,relatime 0 0
/dev/vda1 /etc/hosts ext4 rw,relatime 0 0
/dev/vda1 /dev/termination-log ext4 rw,relatime 0 0
/dev/vda1 /etc/hostname ext4 rw,relatime 0 0
/dev/vda1 /etc/resolv.conf ext4 rw,relatime 0 0
shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0
tmpfs /var/run/secrets/kubernetes.io/serviceaccount tmpfs ro,relatime 0 0
`;

function devices(stack: NetStack): string {
  const head =
    'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';
  const zeros =
    '       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0';
  return (
    head +
    interfacesOf(stack)
      .map(({ name }) => `${name.padStart(6)}:${zeros}\n`)
      .join('')
  );
}

/** Addresses are little endian there. */
function hexIp(ip: string): string {
  return ip
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
    .join('');
}

function routes(stack: NetStack): string {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
  const rows = routesOf(stack).map(({ to, via, device }) => {
    const [address = '', prefix = '32'] = to === 'default' ? ['0.0.0.0', '0'] : to.split('/');
    const flags = via === undefined ? (prefix === '32' ? '0005' : '0001') : '0003';
    return `${device}\t${hexIp(address)}\t${hexIp(via ?? '0.0.0.0')}\t${flags}\t0\t0\t0\t${hexIp(netmask(Number(prefix)))}\t0\t0\t0`;
  });
  return [head, ...rows].map((line) => `${line.padEnd(127)}\n`).join('');
}

function neighbours(stack: NetStack): string {
  const [gateway] = routesOf(stack);
  const row = `${(gateway?.via ?? '').padEnd(16)} 0x1         0x2         ee:ee:ee:ee:ee:ee     *        ${gateway?.device}\n`;
  return `IP address       HW type     Flags       HW address            Mask     Device\n${row}`;
}

function addresses6(stack: NetStack): string {
  const words = linkLocal(stack.mac).slice('fe80::'.length).split(':');
  const eth = `fe80000000000000${words.map((word) => word.padStart(4, '0')).join('')}`;
  return `${'0'.repeat(31)}1 01 80 10 80       lo\n${eth} 02 40 20 80     eth0\n`;
}

const states: Readonly<Record<SocketRow['state'], string>> = {
  ESTABLISHED: '01',
  SYN_SENT: '02',
  CLOSE_WAIT: '08',
  LISTEN: '0A',
  '': '07',
};

function sockets(stack: NetStack, protocol: 'tcp' | 'udp', dual: boolean): string {
  const address = ({ ip, port }: SocketAddress): string => {
    const hex = port.toString(16).padStart(4, '0').toUpperCase();
    if (!dual) return `${hexIp(ip)}:${hex}`;
    return `${ip === '0.0.0.0' ? '0'.repeat(32) : `0000000000000000FFFF0000${hexIp(ip)}`}:${hex}`;
  };
  const any = { ip: '0.0.0.0', port: 0 };
  const rows = stack
    .sockets()
    .filter((row) => row.protocol === protocol && (row.dual ?? false) === dual)
    .map(({ local, remote = any, state }, i) => {
      const queues = '00000000:00000000 00:00000000 00000000     0        0';
      return `${String(i).padStart(4)}: ${address(local)} ${address(remote)} ${states[state]} ${queues} ${31_000 + i} 1 0000000000000000 100 0 0 10 0`;
    });
  const head = dual
    ? '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
    : '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
  return [head, ...rows].map((line) => `${line.padEnd(149)}\n`).join('');
}
