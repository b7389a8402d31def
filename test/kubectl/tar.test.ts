import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTar, writeTar } from '../../src/kubectl/commands/tar.ts';
import { unifiedDiff } from '../../src/kubectl/print/unified-diff.ts';

const long = `${'deep/'.repeat(30)}file.txt`;
const entries = [
  { name: 'dir/', mode: 0o755, bytes: undefined },
  { name: 'dir/a.txt', mode: 0o644, bytes: Buffer.from('hello\n') },
  { name: 'empty', mode: 0o600, bytes: Buffer.alloc(0) },
  { name: long, mode: 0o644, bytes: Buffer.alloc(1500, 7) },
];

test('an archive that is written can be read, long names included', () => {
  const read = [...readTar(writeTar(entries))].map(({ name, mode, bytes }) => ({
    name,
    mode,
    bytes: bytes && Buffer.from(bytes),
  }));
  expect(read).toEqual(entries);
});

test.skipIf(spawnSync('tar', ['--version']).status !== 0)('the tar of this machine unpacks it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'netpol tar '));
  try {
    const { status, stderr } = spawnSync('tar', ['-xmf', '-', '-C', folder], { input: writeTar(entries) });
    expect([status, stderr.toString()]).toEqual([0, '']);
    expect(await readFile(join(folder, 'dir/a.txt'), 'utf8')).toBe('hello\n');
    expect((await readFile(join(folder, long))).length).toBe(1500);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a unified difference has three lines of context and joins near changes', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  const changed = lines.with(4, 'five').with(7, 'eight');
  expect(unifiedDiff(`${lines.join('\n')}\n`, `${changed.join('\n')}\n`)).toBe(
    '@@ -2,10 +2,10 @@\n line 2\n line 3\n line 4\n-line 5\n+five\n line 6\n line 7\n-line 8\n+eight\n line 9\n line 10\n line 11\n',
  );
  expect(unifiedDiff('', 'a\nb\n')).toBe('@@ -0,0 +1,2 @@\n+a\n+b\n');
  expect(unifiedDiff('a\n', 'a\n')).toBe('');
});

/** Applies hunks to lines, independently of how they were made. */
function applyHunks(before: string, hunks: string): string {
  const old = before === '' ? [] : before.replace(/\n$/, '').split('\n');
  const out: string[] = [];
  let at = 0;
  for (const line of hunks.split('\n').slice(0, -1)) {
    const header = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (header) {
      const start = Number(header[1]) - (header[2] === '0' ? 0 : 1);
      while (at < start) out.push(old[at++] ?? '');
    } else if (line.startsWith('+')) out.push(line.slice(1));
    else {
      expect(old[at]).toBe(line.slice(1));
      if (line.startsWith(' ')) out.push(line.slice(1));
      at++;
    }
  }
  out.push(...old.slice(at));
  return out.map((line) => `${line}\n`).join('');
}

test('a difference, applied, gives the other text', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(applyHunks(before, unifiedDiff(before, after))).toBe(after);
    }),
  );
});
