/** The machine outside the cluster on which `@outside` commands run: it has curl and a shell, like a Debian container. */
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import { createMemoryFs } from '../../../shell/memory-fs.ts';
import type { Network } from '../net/network.ts';
import type { RunningContainer } from '../runtime.ts';
import { findImage } from './catalogue.ts';
import { startContainer } from './container.ts';

/** The container is made on first use. */
export function createOutsideShell(
  network: Network,
  clock: Clock,
  random: Random,
  onStart: (container: RunningContainer) => void,
): () => RunningContainer {
  let running: RunningContainer | undefined;
  return () => {
    if (running) return running;
    const { machine, resolverIp } = network.outside;
    const image = findImage('nginx')?.image;
    if (!image) throw new Error('assertion failed: the catalogue has nginx');
    const pod = { metadata: { name: 'outside', namespace: 'outside' }, spec: { dnsPolicy: 'Default', containers: [] } };
    running = startContainer({
      container: { name: 'outside', image: 'nginx', command: ['sleep', 'infinity'] },
      env: new Map(),
      files: new Map(),
      sharedDirectories: new Map(),
      onOutput: () => {},
      image,
      net: { stack: machine, libc: image.libc, random, zone: network.zone },
      podFiles: { pod, nodeName: 'outside', ips: [machine.ip], clusterDns: resolverIp, nodeResolver: resolverIp },
      hostname: 'outside',
      clock,
      random,
      volume: () => createMemoryFs(() => clock.now()),
    });
    onStart(running);
    return running;
  };
}
