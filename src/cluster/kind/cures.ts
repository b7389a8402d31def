/** What helps when docker, kind or kubectl fail in a way that people meet often: read from their output. Pure. */

const known: readonly (readonly [RegExp, string])[] = [
  [
    /cannot connect to the docker daemon|is the docker daemon running|docker daemon is not running/i,
    'start Docker (Docker Desktop, or: sudo systemctl start docker), or set DOCKER_HOST to the daemon that you use',
  ],
  [
    /permission denied.*docker\.sock|docker\.sock.*permission denied/i,
    'sudo usermod -aG docker $USER, then log in again',
  ],
  [
    /containerd.*(not running|connection refused|permission denied|no such file)/i,
    'sudo systemctl start containerd; without root: containerd-rootless-setuptool.sh install',
  ],
  [/cannot connect to podman|podman\.sock/i, 'podman machine start, or: systemctl --user start podman.socket'],
  [/too many open files|inotify/i, 'sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512'],
  [/no space left on device/i, 'free disk space: docker system df, docker system prune'],
  [/port is already allocated|address already in use/i, 'stop what uses that port, or choose another one'],
  [
    /cgroups? ?v1|failCgroupV1/i,
    'this machine has cgroup v1: pass --kind-config-patch FILE with a KubeletConfiguration that says failCgroupV1: false (docs/kind.md)',
  ],
  [
    /toomanyrequests|rate limit/i,
    'wait, or log in to the registry; with the images on this machine nothing is pulled (docker load -i FILE)',
  ],
  [
    /no such host|i\/o timeout|network is unreachable|connection refused.*registry|failed to pull|pull access denied|manifest unknown|TLS handshake timeout|dial tcp/i,
    'without internet: bring the image onto this machine (docker load -i FILE) and name it (--kind-image, --outside-image, --probe-image)',
  ],
  [
    /context deadline exceeded|timed out waiting/i,
    'look at what is slow: netpol-lab doctor, docker stats; then run the same command again',
  ],
  [
    /kubelet is not (healthy|running)|couldn't initialize a kubernetes cluster|failed to init node/i,
    'the node did not start: netpol-lab doctor shows memory, inotify limits and cgroup version; --keep leaves the nodes for: docker logs NAME-control-plane',
  ],
];

/** undefined where the output says nothing that we know. */
export function cureOf(output: string): string | undefined {
  return known.find(([pattern]) => pattern.test(output))?.[1];
}
