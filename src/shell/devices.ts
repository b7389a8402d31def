/** The device files and the bits of /proc that every container has, whatever its image. */
import type { MemoryFs } from './memory-fs.ts';
import type { Device, ProcessTable } from './process.ts';
import { emptySource, nullSink, openInflow } from './streams.ts';

/** `random` gives bytes for /dev/urandom; seeded, so that two runs are alike. */
export interface DeviceOptions {
  readonly random: (count: number) => Uint8Array;
}

export function installDevices(fs: MemoryFs, options: DeviceOptions): void {
  const endless = (make: (count: number) => Uint8Array): Device => ({
    read: () => openInflow({ fill: async () => make(4096), release: () => {} }),
    write: nullSink,
  });
  fs.setDevice('/dev/null', { read: () => emptySource(), write: () => nullSink() });
  fs.setDevice(
    '/dev/zero',
    endless((count) => new Uint8Array(count)),
  );
  fs.setDevice('/dev/random', endless(options.random));
  fs.setDevice('/dev/urandom', endless(options.random));
  for (const [name, target] of deviceLinks) fs.symlink(target, `/dev/${name}`);
}

const deviceLinks: readonly (readonly [string, string])[] = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
];

/** /proc/PID/cmdline for pids that live now; what `cat /proc/1/cmdline` in a debugging session looks for. */
export function installProcessFiles(fs: MemoryFs, table: ProcessTable): void {
  const commandLine = (pid: number): Uint8Array => {
    const entry = table.list().find((candidate) => candidate.pid === pid);
    return new TextEncoder().encode(entry ? entry.argv.map((word) => `${word}\0`).join('') : '');
  };
  fs.generate('/proc/1/cmdline', () => commandLine(1));
  fs.generate('/proc/1/comm', () => new TextEncoder().encode(`${table.list()[0]?.argv[0] ?? ''}\n`));
}
