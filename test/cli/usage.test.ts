/** Wrong usage: a clear message on stderr, nothing on stdout, and the documented exit code. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Home, makeHome } from './program.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home[Symbol.asyncDispose]());

describe('usage', () => {
  const table: readonly [readonly string[], number, string][] = [
    [
      ['start', 'firewal-restriction'],
      2,
      'there is no scenario "firewal-restriction" (did you mean "firewall-restriction"?) [ERR_UNKNOWN_SCENARIO]',
    ],
    [['test', 'nothing-like-it'], 2, 'how to solve it: netpol-lab list'],
    [['strat'], 2, "unknown command 'strat'"],
    [['start'], 2, "missing required argument 'scenario'"],
    [['start', 'firewall-restriction', '--on', 'minikube'], 2, 'Allowed choices are embedded, kind, existing'],
    [['start', 'firewall-restriction', '--on', 'existing'], 3, 'existing has no outside-world, host-network'],
    [['cluster', 'up', '--workers', 'some'], 2, 'Expected a number of nodes from 0 to 50'],
    [['cluster', 'list', '--output', 'yaml'], 2, 'Allowed choices are text, json'],
    [['verify', '--output', 'xml'], 2, 'Allowed choices are text, json'],
    [['cluster', 'up', '--name', '../x'], 2, '"../x" is no name for a cluster'],
    [['cluster', 'down', '--name', 'nobody'], 4, 'no cluster "nobody" is running'],
    [['verify'], 4, 'no cluster is running [ERR_CLUSTER_NOT_FOUND]'],
    [['why', 'web', 'x:1/tcp'], 2, 'cannot read the source "web"'],
    [['why', 'shop/web', 'x'], 2, 'cannot read the destination "x"'],
  ];
  test.each(table)('%j exits with %i', async (args, exitCode, message) => {
    const result = await home.run(args);
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toContain('this is a bug');
    expect(result.stdout).toBe('');
    expect(result.exitCode).toBe(exitCode);
  });

  test('a folder that is no scenario is a result, with exit code 5', async () => {
    const { stdout, exitCode } = await home.run(['test', 'test/fixtures/no such folder/']);
    expect(stdout).toContain('scenario.yaml:1:1: there is no such file: a scenario is a folder with a scenario.yaml');
    expect(exitCode).toBe(5);
  });

  test('--help and list say what there is, on stdout', async () => {
    const [help, list, json] = await Promise.all([
      home.run(['--help']),
      home.run(['list']),
      home.run(['list', '--output', 'json']),
    ]);
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain('130 interrupted, cleaned up');
    expect(list.stdout).toMatch(/^SCENARIO .*\n(.*\n)*firewall-restriction +beginner/);
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      scenarios: expect.arrayContaining([expect.objectContaining({ id: 'firewall-restriction' })]),
    });
  });

  test.each([
    [['kubectl', '--help'], 0, 'kubectl controls the Kubernetes cluster manager.'],
    [['kubectl', 'get', '-h'], 0, 'Display one or many resources.'],
    [['kubectl', 'version', '--client'], 0, 'Client Version: v1.36'],
    [['kubectl', 'get', '--bogus'], 1, 'error: unknown flag: --bogus'],
    [['kubectl', 'get', 'pods'], 4, 'no cluster is running'],
  ])('%j asks for a cluster only where it needs one', async (args, exitCode, text) => {
    const result = await home.run(args);
    expect(result.stdout + result.stderr).toContain(text);
    expect(result.exitCode).toBe(exitCode);
  });
});
