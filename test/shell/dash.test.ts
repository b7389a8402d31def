/** Does our shell do what dash does? The same scripts run in both; standard output and exit status must be equal. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startContainer } from './container.ts';
import { dashScripts } from './dash-scripts.ts';

const dash = spawnSync('/bin/dash', ['-c', 'echo here'], { encoding: 'utf8' }).stdout === 'here\n';

describe.skipIf(!dash)('the shell against /bin/dash (skipped where the machine has none)', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'netpol-lab-dash-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  for (const [group, scripts] of Object.entries(dashScripts)) {
    describe(group, () => {
      for (const [i, script] of scripts.entries()) {
        it(`${i + 1}: ${script.split('\n')[0]}`, async () => {
          const temporary = mkdtempSync(join(directory, 'case-'));
          const real = spawnSync('/bin/dash', ['-c', script, 'sh'], {
            encoding: 'utf8',
            input: '',
            cwd: temporary,
            timeout: 10_000,
            env: { PATH: '/usr/bin:/bin', TMP: temporary, HOME: '/root', LC_ALL: 'C.UTF-8' },
          });
          const container = startContainer('dash');
          const ours = await container.run(['sh', '-c', script, 'sh'], { env: { TMP: '/tmp' } });
          expect({ stdout: ours.stdout, status: ours.status }, ours.stderr).toEqual({
            stdout: real.stdout,
            status: real.status,
          });
          expect(
            container.kernel.table.list().map((entry) => entry.pid),
            'nothing is left behind',
          ).toEqual([1]);
        });
      }
    });
  }
});
