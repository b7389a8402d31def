/** A guided session as a person has it: a real terminal (tmux), keys, Ctrl-Z, a paste, a second terminal, an earlier session. */
import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Home, makeHome, self } from '../cli/program.ts';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const socket = `netpol-lab-test-${process.pid}`;
const tmux = (...args: readonly string[]) => execFileSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });
const screen = () => tmux('capture-pane', '-p', '-J', '-S', '-500', '-t', 'lab');
const type = (...keys: readonly string[]) => tmux('send-keys', '-t', 'lab', ...keys);
const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Waits for `text` on the screen since the last clearing, and clears it. */
async function sees(text: string): Promise<string> {
  for (let i = 0; i < 600; i++) {
    const shown = screen();
    if (shown.includes(text)) {
      // What is on its way to the screen belongs to the same answer.
      await pause(100);
      const whole = screen();
      tmux('send-keys', '-R', '-t', 'lab');
      tmux('clear-history', '-t', 'lab');
      return whole;
    }
    await pause(50);
  }
  throw new Error(`"${text}" never came:\n${screen()}`);
}

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(async () => {
  spawnSync('tmux', ['-L', socket, 'kill-server']);
  await home[Symbol.asyncDispose]();
});

function start(...args: readonly string[]): void {
  spawnSync('tmux', ['-L', socket, 'kill-session', '-t', 'lab']);
  const env = [
    'env',
    `NETPOL_LAB_HOME=${home.folder}`,
    'CI=',
    'NO_COLOR=1',
    ...self,
    'start',
    ...args,
    '--kubectl',
    'builtin',
  ];
  const command = env.map(quote).join(' ');
  // An interactive shell has jobs: Ctrl-Z and fg.
  tmux('new-session', '-d', '-s', 'lab', '-x', '80', '-y', '24', 'env PS1="done> " bash --norc --noprofile -i');
  type(command, 'Enter');
}

describe.skipIf(!hasTmux)('a person at a terminal', { timeout: 120_000 }, () => {
  test('solves a scenario by hand, is told what comes next, and finds the session again', async () => {
    await home.run(['cluster', 'up', '--detach', '--clock', 'virtual']);
    start('selector-mismatch');
    expect(await sees('1/7 (enter: next) >')).toContain('broken   BLOCKED    storefront/deploy/frontend');
    type('C-z');
    await sees('done>');
    type('fg', 'Enter');
    await sees('1/7 (enter: next) >');
    type('oops', 'C-c');
    type('hnt', 'Enter');
    expect(await sees('did you mean "hint"?')).not.toContain('interrupted');
    type('kubectl apply -f - <<EOF', 'Enter');
    await pause(300);
    type('kind: Pod', 'Enter');
    await pause(300);
    type('C-c');
    await sees('Given up: nothing was run.');
    tmux('set-buffer', 'kubectl -n storefront label pod -l app=frontend tier=web\rv\r');
    tmux('paste-buffer', '-t', 'lab');
    const solved = await sees('Next of "First night on call": netpol-lab start firewall-restriction');
    expect(solved).toContain('SOLVED: every check passes.');
    type('p', 'Enter');
    await sees('fixed    ALLOWED');
    type('Enter');
    await sees('2/7 (enter: next) >');
    type('x', 'Enter');
    expect(await sees('Back to the broken state? (y or n):')).toContain(
      'A reset will discard Pod storefront/frontend-',
    );
    type('n', 'Enter');
    await pause(200);
    type('q', 'Enter');
    await sees('the cluster "netpol" stays as it is');

    start('selector-mismatch');
    expect(await sees('or nothing to skip:')).toContain('selector-mismatch, page 2, no hint taken, solved');
    type('1', 'Enter');
    await sees('2/7 (enter: next) >');
    expect((await home.run(['list'])).stdout).toMatch(/5\. {2}selector-mismatch +solved/);

    await home.run(['reset']);
    type('watch', 'Enter');
    await sees('FAIL frontend-works');
    await home.run(['kubectl', '-n', 'storefront', 'label', 'pod', '-l', 'app=frontend', 'tier=web']);
    await sees('SOLVED');
  });
});

test('a walk on a cluster that another walk was on starts from its own broken state', {
  timeout: 120_000,
}, async () => {
  await home.run(['cluster', 'up', '--detach', '--clock', 'virtual', '--name', 'shared']);
  const walk = () => home.run(['start', 'backend-default-deny', '--auto', '--name', 'shared', '--kubectl', 'builtin']);
  expect((await walk()).exitCode).toBe(0);
  const again = await walk();
  expect(again.stderr).toContain('cleared what a session of backend-default-deny had left on it');
  expect(again.exitCode).toBe(0);
});
