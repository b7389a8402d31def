/** The main job as its users run it: the walk by itself, the contract, a session on a cluster of its own, and Ctrl-C in between. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Home, makeHome } from '../cli/program.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

describe('firewall-restriction', { timeout: 120_000 }, () => {
  test('plays itself without a terminal: fails, is explained, is fixed, is verified', async () => {
    const { exitCode, stdout } = await home.run(['start', 'firewall-restriction', '--kubectl', 'builtin']);
    expect(stdout).not.toContain('UNEXPECTED');
    const story = [
      'healthy  ALLOWED    default/firewall-restriction-pod -> google.com:80/TCP',
      'broken   UNRESOLVED default/firewall-restriction-pod -> google.com:80/TCP',
      '$ kubectl logs firewall-restriction-pod\n',
      'blocked\n',
      '<none> (Selected pods are isolated for egress connectivity)',
      'networkpolicy.networking.k8s.io/allow-dns-and-web created',
      'PASS web-works',
      'SOLVED firewall-restriction',
    ];
    let from = 0;
    for (const part of story) {
      const at = stdout.indexOf(part, from);
      expect(at, `"${part}" after\n${stdout.slice(0, from)}`).toBeGreaterThanOrEqual(from);
      from = at;
    }
    expect(exitCode).toBe(0);
  });

  test('keeps its contract, and reports the same with one seed', async () => {
    const first = await home.run(['test', 'firewall-restriction', '--output', 'json', '--seed', '7']);
    const second = await home.run(['test', 'firewall-restriction', '--output', 'json', '--seed', '7']);
    expect(JSON.parse(first.stdout)).toMatchObject({ schemaVersion: 1, scenarios: [{ status: 'proved' }] });
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    const withoutTimes = (json: string) => json.replace(/"durationMs": \d+/g, '"durationMs": 0');
    expect(withoutTimes(first.stdout)).toBe(withoutTimes(second.stdout));
  });

  test('a running lab is verified, hinted at and reset from another terminal', async () => {
    expect((await home.run(['cluster', 'up', '--detach', '--clock', 'virtual'])).exitCode).toBe(0);
    const walk = await home.run([
      'start',
      'firewall-restriction',
      '--auto',
      '--name',
      'netpol',
      '--kubectl',
      'builtin',
    ]);
    expect(walk.stdout).toContain('SOLVED firewall-restriction');
    const solved = await home.run(['verify', '--output', 'json']);
    expect(JSON.parse(solved.stdout)).toMatchObject({
      schemaVersion: 1,
      scenario: 'firewall-restriction',
      solved: true,
    });
    const reset = await home.run(['reset']);
    expect(reset.stdout).toContain('discarded NetworkPolicy default/allow-dns-and-web');
    const broken = await home.run(['verify']);
    expect(broken.exitCode).toBe(1);
    expect(broken.stdout).toContain(
      [
        'FAIL web-works              default/firewall-restriction-pod -> google.com:80/TCP',
        '     expected allowed, saw unresolved (DNS gave no answer)',
        '     decided by: NetworkPolicy default/deny-all-egress isolates default/firewall-restriction-pod for egress, and no rule allows 53/UDP',
        '     next: netpol-lab why default/firewall-restriction-pod google.com:80/tcp',
      ].join('\n'),
    );
    const hints = [await home.run(['hint']), await home.run(['hint'])];
    expect(hints.map(({ stdout }) => stdout.split('\n')[0])).toEqual(['Hint 1 of 4', 'Hint 2 of 4']);
    const why = await home.run(['why', 'default/checkout', 'google.com:80/tcp']);
    expect(why.stdout).toContain('seen:       allowed (connected)');
  });

  test('an interrupted walk leaves no folder, no cluster and no process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'netpol-lab-interrupt-'));
    try {
      const walk = home.start(['start', 'firewall-restriction', '--auto', '--clock', 'real'], { TMPDIR: folder });
      await walk.until('2/7');
      walk.kill('SIGINT');
      const { exitCode, stderr } = await walk.finished;
      expect(exitCode).toBe(130);
      expect(stderr).toContain('interrupted: cleaned up, nothing is left running');
      expect((await readdir(folder)).filter((name) => name.startsWith('netpol-lab-'))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
