import { describe, expect, test } from 'vitest';
import { containerLog, type ReadOptions, readLog } from '../../../../src/cluster/embedded/kubelet/container-log.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function read(
  log: ReturnType<typeof containerLog>,
  options: ReadOptions = {},
  signal = new AbortController().signal,
) {
  let text = '';
  for await (const chunk of readLog(log, options, signal)) text += new TextDecoder().decode(chunk);
  return text;
}

describe('a container log', () => {
  test('shows a line when it is whole, and what is left of one when the container ends', async () => {
    const log = containerLog(() => 0);
    log.write('stdout', bytes('one\ntw'));
    expect(await read(log)).toBe('one\n');
    log.write('stdout', bytes('o\nrest'));
    log.end();
    expect(await read(log)).toBe('one\ntwo\nrest');
  });

  test('keeps the streams apart until their lines end', async () => {
    const log = containerLog(() => 0);
    log.write('stdout', bytes('a'));
    log.write('stderr', bytes('b\n'));
    log.write('stdout', bytes('c\n'));
    expect(await read(log)).toBe('b\nac\n');
  });

  test('splits a line of more than 16 KiB and joins it again for the reader, under one timestamp', async () => {
    const log = containerLog(() => Date.UTC(2026, 0, 1));
    log.write('stdout', bytes(`${'x'.repeat(40_000)}\n`));
    expect((await read(log)).length).toBe(40_001);
    const stamped = await read(log, { timestamps: true });
    expect(stamped.match(/2026-01-01T00:00:00\.\d{9}Z /g)).toHaveLength(1);
  });

  test('honours tail, since and the limit of bytes', async () => {
    let now = 0;
    const log = containerLog(() => now);
    for (now = 1000; now <= 5000; now += 1000) log.write('stdout', bytes(`line ${now / 1000}\n`));
    expect(await read(log, { tailLines: 2 })).toBe('line 4\nline 5\n');
    expect(await read(log, { tailLines: 0 })).toBe('');
    expect(await read(log, { sinceMs: 3000 })).toBe('line 3\nline 4\nline 5\n');
    expect(await read(log, { limitBytes: 10 })).toBe('line 1\nlin');
  });

  test('is followed until it ends, and let go when the reader leaves', async () => {
    const log = containerLog(() => 0);
    log.write('stdout', bytes('first\n'));
    const followed = read(log, { follow: true });
    const left = new AbortController();
    const leaving = read(log, { follow: true }, left.signal);
    await Promise.resolve();
    left.abort();
    expect(await leaving).toBe('first\n');
    log.write('stdout', bytes('second\n'));
    log.end();
    expect(await followed).toBe('first\nsecond\n');
  });

  test('forgets its beginning when it grows without end, and a follower does not trip over that', async () => {
    const log = containerLog(() => 0);
    const block = bytes(`${'y'.repeat(1023)}\n`);
    const followed = read(log, { follow: true, tailLines: 0 });
    for (let i = 0; i < 9000; i++) log.write('stdout', block);
    expect(log.entries.length * 1024).toBeLessThanOrEqual(4 * 1024 * 1024);
    log.write('stdout', bytes('the end\n'));
    log.end();
    expect(await followed).toMatch(/the end\n$/);
  });
});
