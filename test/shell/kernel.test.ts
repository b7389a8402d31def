/** The process world of a container: pipes, signals, PID 1, files, and how processes end. */
import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/kit/clock.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';
import { createContainerKernel } from '../../src/shell/kernel.ts';
import { createMemoryFs } from '../../src/shell/memory-fs.ts';
import { openPipe } from '../../src/shell/pipe.ts';
import { BrokenPipe, Exit, FileError, type Program } from '../../src/shell/process.ts';
import { installPrograms } from '../../src/shell/program-files.ts';
import { recorder, startContainer } from './container.ts';

const text = new TextEncoder();
const env = new Map([['PATH', '/bin']]);

function kernelWith(programs: Readonly<Record<string, Program>>) {
  const clock = virtualClock({ startMs: 0 });
  const fs = createMemoryFs(() => clock.now());
  const table = new Map(Object.entries(programs).map(([name, program]) => [`/bin/${name}`, program]));
  installPrograms(fs, table);
  const bugs: unknown[] = [];
  const kernel = createContainerKernel({
    fs,
    programs: table,
    clock,
    hostname: 'box',
    user: { uid: 0, gid: 0, name: 'root' },
    onBug: (error) => bugs.push(error),
  });
  const start = (...argv: readonly string[]) => {
    const stdout = recorder();
    const stderr = recorder();
    const result = kernel.start({ argv, env, stdout, stderr, urgent: true });
    if (result.outcome !== 'started') throw new Error(result.outcome);
    return { child: result.process, stdout, stderr };
  };
  return { clock, fs, kernel, start, bugs };
}

const forever: Program = async (process) => {
  await new Promise((_, reject) => process.signal.addEventListener('abort', () => reject(process.signal.reason)));
  return 0;
};

describe('a pipe', () => {
  it('holds 64 KiB and makes the writer wait for the reader', async () => {
    const { source, sink } = openPipe();
    let done = false;
    const written = sink.write(new Uint8Array(100_000)).then(() => {
      done = true;
    });
    await Promise.resolve();
    expect(done).toBe(false);
    expect((await source.read(60_000))?.length).toBe(60_000);
    expect((await source.read(60_000))?.length).toBe(40_000);
    await written;
    expect(done).toBe(true);
  });

  it('ends for the reader when the last writer closes, and breaks for the writer when the last reader does', async () => {
    const first = openPipe();
    const second = first.sink.dup();
    first.sink.close();
    await second.write(text.encode('x'));
    second.close();
    expect(await first.source.read()).toEqual(text.encode('x'));
    expect(await first.source.read()).toBeUndefined();
    const broken = openPipe();
    broken.source.close();
    await expect(broken.sink.write(text.encode('x'))).rejects.toBeInstanceOf(BrokenPipe);
  });

  it('gives a line to `readUntil` and leaves the rest', async () => {
    const { source, sink } = openPipe();
    await sink.write(text.encode('one\ntwo\nthr'));
    sink.close();
    expect(await source.readUntil(10)).toEqual(text.encode('one\n'));
    expect(await source.read()).toEqual(text.encode('two\nthr'));
  });
});

describe('a process', () => {
  it('ends with what its program returns or throws', async () => {
    const { start, bugs } = kernelWith({
      init: forever,
      seven: async () => 7,
      exits: async () => {
        throw new Exit(9);
      },
      pipes: async () => {
        throw new BrokenPipe();
      },
      files: async () => {
        throw new FileError('ENOENT', '/x');
      },
      wrong: async () => {
        throw new TypeError('oops');
      },
    });
    start('init');
    expect(await start('seven').child.status).toBe(7);
    expect(await start('exits').child.status).toBe(9);
    expect(await start('pipes').child.status).toBe(141);
    expect(await start('files').child.status).toBe(1);
    expect(bugs).toEqual([]);
    const wrong = start('wrong');
    expect(await wrong.child.status).toBe(70);
    expect(wrong.stderr.text()).toContain('this is a bug in netpol-lab');
    expect(bugs).toHaveLength(1);
  });

  it('is interrupted wherever it waits, and its descriptors are closed', async () => {
    const { source, sink } = openPipe();
    const { start, kernel } = kernelWith({
      init: forever,
      reader: async (process) => {
        await process.stdin.read();
        return 0;
      },
    });
    start('init');
    const stuck = kernel.start({ argv: ['reader'], env, stdin: source, stdout: sink });
    if (stuck.outcome !== 'started') throw new Error(stuck.outcome);
    source.close();
    sink.close();
    stuck.process.kill('SIGTERM');
    expect(await stuck.process.status).toBe(143);
    expect(stuck.process.endedBy?.()).toBe('SIGTERM');
    expect(kernel.table.list()).toHaveLength(1);
  });

  it('waits in virtual time', async () => {
    const { start, clock } = kernelWith({
      init: forever,
      nap: async (process) => {
        await sleep(process.clock, 20_000, process.signal);
        return 0;
      },
    });
    start('init');
    expect(await start('nap').child.status).toBe(0);
    expect(clock.now()).toBe(20_000);
  });

  it('can be executable, missing, not executable, or removed', () => {
    const { kernel, fs } = kernelWith({ init: forever, tar: async () => 0 });
    fs.mkdir('/etc');
    fs.writeFile('/etc/motd', text.encode('hi'));
    expect(kernel.lookup('tar', env)).toBe('found');
    expect(kernel.lookup('/bin/tar', env)).toBe('found');
    expect(kernel.lookup('nosuch', env)).toBe('not-found');
    expect(kernel.lookup('/etc', env)).toBe('not-executable');
    expect(kernel.lookup('/etc/motd', env)).toBe('not-executable');
    fs.remove('/bin/tar');
    expect(kernel.lookup('tar', env)).toBe('not-found');
  });
});

describe('PID 1', () => {
  it('ignores signals that it has no handler for, and dies of SIGKILL from outside only', async () => {
    const { start, kernel } = kernelWith({ init: forever });
    const init = start('init');
    init.child.kill('SIGTERM');
    expect(kernel.table.kill(1, 'SIGKILL')).toBe(true);
    expect(kernel.table.list()).toHaveLength(1);
    init.child.kill('SIGKILL');
    expect(await init.child.status).toBe(137);
  });

  it('takes everybody along when it ends, and nothing starts any more', async () => {
    const { start, kernel } = kernelWith({
      init: async (process) => {
        await sleep(process.clock, 1000, process.signal);
        return 0;
      },
      other: forever,
    });
    const init = start('init');
    const other = start('other');
    expect(await init.child.status).toBe(0);
    expect(await other.child.status).toBe(137);
    expect(kernel.table.list()).toEqual([]);
    expect(kernel.start({ argv: ['other'], env }).outcome).toBe('not-found');
  });

  it('as a shell that has a trap handles SIGTERM', async () => {
    const { kernel, clock } = startContainer('ash', new Map(), [
      'sh',
      '-c',
      "trap 'exit 3' TERM; while :; do sleep 1; done",
    ]);
    await clock.advance(1500);
    expect(kernel.table.kill(1, 'SIGTERM')).toBe(true);
    await clock.advance(1000);
    expect(kernel.table.list()).toEqual([]);
  });
});

describe('signals', () => {
  it('kill a group, name who is missing, and end a pipeline with its reader', async () => {
    const container = startContainer('ash');
    expect(await container.run(['sh', '-c', 'yes | head -n 1; echo $?'])).toMatchObject({ stdout: 'y\n0\n' });
    expect(await container.run(['sh', '-c', 'kill -9 $$'])).toMatchObject({ status: 137, stderr: '' });
    expect(await container.run(['kill', '4711'])).toMatchObject({
      status: 1,
      stderr: "kill: can't kill pid 4711: No such process\n",
    });
    expect(await container.run(['sh', '-c', 'trap "" TERM; sh -c "kill \\$\\$; echo ignored"'])).toMatchObject({
      stdout: 'ignored\n',
    });
  });

  it('leave nothing behind when a shell with children is killed from outside', async () => {
    const container = startContainer('ash');
    const started = container.kernel.start({
      argv: ['sh', '-c', 'sleep 100 & sleep 200 | cat & while :; do sleep 1; done'],
      env: new Map([['PATH', '/bin']]),
    });
    if (started.outcome !== 'started') throw new Error(started.outcome);
    await container.clock.advance(3500);
    expect(container.kernel.table.list().length).toBeGreaterThan(4);
    started.process.kill('SIGKILL');
    expect(await started.process.status).toBe(137);
    expect(container.kernel.table.list().map((entry) => entry.pid)).toEqual([1]);
  });
});

describe('files', () => {
  it('follow links, know their errors, and share mounted volumes', () => {
    const now = () => 5000;
    const fs = createMemoryFs(now);
    fs.mkdir('/a/b', { recursive: true });
    fs.writeFile('/a/b/f', text.encode('one'));
    fs.symlink('b/f', '/a/link');
    fs.symlink('/a', '/abs');
    fs.symlink('loop', '/loop');
    expect(new TextDecoder().decode(fs.readFile('/abs/link'))).toBe('one');
    expect(fs.realpath('/abs/link')).toBe('/a/b/f');
    expect(fs.lstat('/a/link')).toMatchObject({ type: 'symlink', target: 'b/f' });
    expect(fs.stat('/loop')).toBeUndefined();
    fs.writeFile('/abs/link', text.encode(' two'), { append: true });
    expect(new TextDecoder().decode(fs.readFile('/a/b/f'))).toBe('one two');
    expect(() => fs.writeFile('/nosuch/f', text.encode(''))).toThrow(new FileError('ENOENT', '/nosuch/f'));
    expect(() => fs.writeFile('/a', text.encode(''))).toThrow(new FileError('EISDIR', '/a'));
    expect(() => fs.mkdir('/a/b/f/g')).toThrow(new FileError('ENOTDIR', '/a/b/f/g'));
    expect(() => fs.remove('/a')).toThrow(new FileError('ENOTEMPTY', '/a'));
    expect(() => fs.rename('/a', '/a/b/c')).toThrow(new FileError('EINVAL', '/a/b/c'));
    const volume = createMemoryFs(now);
    const other = createMemoryFs(now);
    fs.mount('/data', volume);
    other.mount('/mnt/shared', volume);
    fs.writeFile('/data/x', text.encode('shared'));
    expect(new TextDecoder().decode(other.readFile('/mnt/shared/x'))).toBe('shared');
    const config = createMemoryFs(now);
    config.writeFile('/key', text.encode('value'));
    fs.mount('/etc/config', config, { readOnly: true });
    expect(() => fs.writeFile('/etc/config/key', text.encode(''))).toThrow(new FileError('EROFS', '/etc/config/key'));
    expect(() => fs.remove('/etc/config/key')).toThrow(new FileError('EROFS', '/etc/config/key'));
  });

  it('behave under /dev as a Linux container has them', async () => {
    const container = startContainer('ash');
    const run = (script: string) => container.run(['sh', '-c', script]);
    expect(await run('echo gone > /dev/null; cat /dev/null; head -c 4 /dev/zero | od -An -tx1')).toMatchObject({
      stdout: ' 00 00 00 00\n',
    });
    expect(await run('echo out > /dev/stdout; echo err > /dev/stderr; echo in | cat /dev/stdin')).toMatchObject({
      stdout: 'out\nin\n',
      stderr: 'err\n',
    });
    expect(await run('head -c 8 /dev/urandom | wc -c')).toMatchObject({ stdout: '8\n' });
    expect(await run('ls -l /dev/stdout | sed "s/.* -> //"')).toMatchObject({ stdout: '/proc/self/fd/1\n' });
  });
});
