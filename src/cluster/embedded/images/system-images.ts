/** The images of kube-system and of the pause container: CoreDNS works, the others are there to be looked at. */
import { type Image, type Repository, root } from './image.ts';
import type { NetProgram } from './net-program.ts';
import type { ProgramSet } from './program-set.ts';
import { coredns } from './programs/coredns.ts';
import { idle } from './programs/idle.ts';

interface Daemon {
  readonly names: readonly string[];
  readonly path: string;
  readonly program: NetProgram;
  readonly sizeBytes: number;
}

const quiet =
  (lines: readonly string[] = []) =>
  () =>
    idle(lines);

const daemons: readonly Daemon[] = [
  { names: ['coredns/coredns', 'coredns'], path: '/coredns', program: coredns, sizeBytes: 20_939_036 },
  {
    names: ['pause', 'google-containers/pause', 'google_containers/pause'],
    path: '/pause',
    program: quiet(),
    sizeBytes: 320_448,
  },
  { names: ['kube-apiserver'], path: '/usr/local/bin/kube-apiserver', program: quiet(), sizeBytes: 29_000_000 },
  {
    names: ['kube-controller-manager'],
    path: '/usr/local/bin/kube-controller-manager',
    program: quiet(),
    sizeBytes: 27_000_000,
  },
  { names: ['kube-scheduler'], path: '/usr/local/bin/kube-scheduler', program: quiet(), sizeBytes: 20_000_000 },
  { names: ['kube-proxy'], path: '/usr/local/bin/kube-proxy', program: quiet(), sizeBytes: 30_000_000 },
  { names: ['etcd'], path: '/usr/local/bin/etcd', program: quiet(), sizeBytes: 58_000_000 },
  { names: ['calico/node'], path: '/usr/bin/start_runit', program: quiet(), sizeBytes: 156_000_000 },
  { names: ['calico/cni'], path: '/opt/cni/bin/install', program: () => async () => 0, sizeBytes: 71_000_000 },
  { names: ['calico/kube-controllers'], path: '/usr/bin/kube-controllers', program: quiet(), sizeBytes: 36_000_000 },
  { names: ['calico/typha'], path: '/usr/bin/calico-typha', program: quiet(), sizeBytes: 30_000_000 },
  { names: ['kindest/kindnetd'], path: '/bin/kindnetd', program: quiet(), sizeBytes: 36_000_000 },
  {
    names: ['kindest/local-path-provisioner'],
    path: '/local-path-provisioner',
    program: quiet(),
    sizeBytes: 17_000_000,
  },
  {
    names: ['cloudnativelabs/kube-router'],
    path: '/usr/local/bin/kube-router',
    program: quiet(),
    sizeBytes: 50_000_000,
  },
  { names: ['cilium/cilium'], path: '/usr/bin/cilium-agent', program: quiet(), sizeBytes: 250_000_000 },
  {
    names: ['cilium/operator-generic'],
    path: '/usr/bin/cilium-operator-generic',
    program: quiet(),
    sizeBytes: 30_000_000,
  },
  {
    names: ['flannel/flannel', 'flannel-io/flannel'],
    path: '/opt/bin/flanneld',
    program: quiet(),
    sizeBytes: 30_000_000,
  },
];

export const systemImages: readonly Repository[] = daemons.map(({ names, path, program, sizeBytes }) => ({
  names,
  image: (): Image => ({
    libc: 'glibc',
    entrypoint: [path],
    cmd: [],
    env: [],
    workingDir: '/',
    user: root,
    sizeBytes,
    // Whatever command the pod names, it is this program: there is nothing else in the image.
    programs: programSet(path, program),
    seed: () => {},
    readsNoFiles: program !== coredns,
  }),
}));

function programSet(path: string, program: NetProgram): ProgramSet {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return new Map([path, `/usr/local/bin/${name}`, `/usr/bin/${name}`, `/bin/${name}`].map((file) => [file, program]));
}
