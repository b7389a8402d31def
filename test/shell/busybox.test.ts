/** Do the text programs print what BusyBox prints? Scripts and outputs were recorded with the real program. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startContainer } from './container.ts';

interface Recording {
  readonly script: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const file = new URL('../fixtures/shell/busybox.json', import.meta.url);
const { recordings } = JSON.parse(readFileSync(file, 'utf8')) as { readonly recordings: readonly Recording[] };

describe('scripts recorded with BusyBox', () => {
  for (const [i, recording] of recordings.entries()) {
    it(`${i + 1}: ${recording.script.split('\n')[0]?.slice(0, 90)}`, async () => {
      const container = startContainer('ash');
      const ours = await container.run(['sh', '-c', `cd /tmp; ${recording.script}`], { env: { TMP: '/tmp' } });
      const stderr = ours.stderr.replace(/BusyBox v[^\n]*/g, 'BusyBox v1.36.1 multi-call binary.');
      expect({ stdout: ours.stdout, stderr, status: ours.status }).toEqual({
        stdout: recording.stdout,
        stderr: recording.stderr,
        status: recording.status,
      });
      // A program whose shell was killed lives on, as on Linux, until it ends by itself.
      await container.clock.advance(60_000);
      expect(container.kernel.table.list().map((entry) => entry.pid)).toEqual([1]);
    });
  }
});
