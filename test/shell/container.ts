/** A small container for tests of the shell: its own files, a virtual clock, and everything a command printed. */
import { type VirtualClock, virtualClock } from '../../src/kit/virtual-clock.ts';
import { installDevices } from '../../src/shell/devices.ts';
import { shellProgram } from '../../src/shell/interpreter/main.ts';
import type { ShellName } from '../../src/shell/interpreter/wording.ts';
import { type ContainerKernel, createContainerKernel } from '../../src/shell/kernel.ts';
import { createMemoryFs, type MemoryFs } from '../../src/shell/memory-fs.ts';
import type { ProgramTable, Sink } from '../../src/shell/process.ts';
import { installPrograms } from '../../src/shell/program-files.ts';
import { busyboxPrograms } from '../../src/shell/programs/table.ts';
import { bytesSource } from '../../src/shell/streams.ts';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
  /** Virtual milliseconds. */
  readonly elapsedMs: number;
}

export interface TestContainer {
  readonly kernel: ContainerKernel;
  readonly fs: MemoryFs;
  readonly clock: VirtualClock;
  run(
    argv: readonly string[],
    options?: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Ran>;
}

/** PID 1 is a sleep, as in most pods that people debug from; `sh` speaks as the named shell. */
export function startContainer(
  shell: ShellName = 'ash',
  more: ProgramTable = new Map(),
  init: readonly string[] = ['sleep', '100000'],
): TestContainer {
  const clock = virtualClock({ startMs: Date.UTC(2026, 0, 2, 3, 4, 5) });
  const fs = createMemoryFs(() => clock.now());
  const programs: ProgramTable = new Map([...busyboxPrograms(), ['/bin/sh', shellProgram(shell)], ...more]);
  for (const directory of ['/bin', '/dev', '/etc', '/proc', '/root', '/tmp', '/usr/bin', '/var'])
    fs.mkdir(directory, { recursive: true });
  fs.writeFile('/etc/passwd', new TextEncoder().encode('root:x:0:0:root:/root:/bin/sh\n'));
  installPrograms(fs, programs);
  installDevices(fs, { random: (count) => new Uint8Array(count).map((_, i) => (i * 37) & 0xff) });
  const kernel = createContainerKernel({
    fs,
    programs,
    clock,
    hostname: 'box',
    user: { uid: 0, gid: 0, name: 'root' },
    onBug: (error) => {
      throw error;
    },
  });
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    HOSTNAME: 'box',
  };
  kernel.start({ argv: init, env: new Map(Object.entries(environment)) });
  return {
    kernel,
    fs,
    clock,
    async run(argv, options = {}) {
      const stdout = recorder();
      const stderr = recorder();
      const started = clock.now();
      const result = kernel.start({
        argv,
        env: new Map(Object.entries({ ...environment, ...options.env })),
        stdin: bytesSource(new TextEncoder().encode(options.stdin ?? '')),
        stdout,
        stderr,
        urgent: true,
      });
      if (result.outcome !== 'started') return { stdout: '', stderr: result.outcome, status: 127, elapsedMs: 0 };
      const status = await result.process.status;
      return { stdout: stdout.text(), stderr: stderr.text(), status, elapsedMs: clock.now() - started };
    },
  };
}

/** Keeps what is written to it. */
export function recorder(): Sink & { text(): string } {
  const chunks: Uint8Array[] = [];
  return {
    write: async (bytes) => void chunks.push(bytes.slice()),
    close: () => {},
    text: () => Buffer.concat(chunks).toString(),
  };
}
