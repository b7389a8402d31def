/** Real folders with real mistakes: each is reported with its place, and all of them at once. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LabError } from '../../src/kit/errors.ts';
import { loadScenario, readScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/location.ts';

const original = fileURLToPath(new URL('../../scenarios/firewall-restriction', import.meta.url));
let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'netpol lab '));
  folder = join(parent, 'firewall-restriction');
  await cp(original, folder, { recursive: true });
});

afterEach(() => rm(parent, { recursive: true, force: true }));

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, file);
  const before = await readFile(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
}

async function problems(): Promise<readonly string[]> {
  return (await readScenario(folder, 's')).problems.map(formatProblem);
}

describe('loading a scenario', () => {
  test('the first scenario loads, from a path with a space', async () => {
    const scenario = await loadScenario(folder);
    expect(scenario.id).toBe('firewall-restriction');
    expect(scenario.solutions.length).toBeGreaterThanOrEqual(3);
    expect(scenario.traps.length).toBeGreaterThanOrEqual(5);
    expect(scenario.pages.map(({ id }) => id)[0]).toBe('01-story');
    expect(scenario.cause.probe).toBe('web-by-name');
  });

  test('CRLF files load as well', async () => {
    for (const file of ['scenario.yaml', 'manifests/10-pods.yaml', 'fault/deny-all-egress.yaml', 'steps/05-fix.md']) {
      await edit(file, (text) => text.replaceAll('\n', '\r\n'));
    }
    const fix = (await loadScenario(folder)).pages.find(({ id }) => id === '05-fix');
    expect(fix?.parts.some((part) => part.kind === 'command' && part.command.text.includes('\r'))).toBe(false);
  });

  test('every problem of every file is reported at once, each with its place', async () => {
    await edit('scenario.yaml', (text) =>
      text
        .replace('level: beginner', 'levle: beginner')
        .replace('minutes: 15', 'minutes: soon')
        .replace(
          'expect: { healthy: allowed, broken: unresolved, fixed: allowed }',
          'expect: { healthy: allowed, broken: dropped, fixed: allowed }',
        ),
    );
    await edit('manifests/10-pods.yaml', (text) => text.replace('kind: Pod', 'knd: Pod'));
    await edit('steps/02-symptom.md', (text) =>
      text.replace('```sh shows="wget: bad address \'google.com\'" shows="blocked"', '```sh'),
    );
    const found = await problems();
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^s\/scenario\.yaml:6:1: levle: unknown key "levle" \(did you mean "level"\?\)$/),
        expect.stringMatching(/^s\/scenario\.yaml:\d+:\d+: level: missing$/),
        's/scenario.yaml:7:10: minutes: expected number, saw "soon"',
        expect.stringMatching(
          /^s\/scenario\.yaml:\d+:\d+: probes\[0\]\.expect\.broken: expected "allowed" or "blocked" or "refused" or "unresolved", saw "dropped"/,
        ),
        's/manifests/10-pods.yaml:1:1: not a Kubernetes object: kind missing',
        expect.stringMatching(/^s\/steps\/02-symptom\.md:\d+:1: the command has no expectation/),
      ]),
    );
    expect(found).toHaveLength(6);
  });

  const mistakes: readonly [string, string, (text: string) => string, RegExp][] = [
    [
      'a reference to a probe that is not there',
      'scenario.yaml',
      (text) => text.replace('probes: [ask-dns-udp]', 'probes: [ask-dns-upd]'),
      /checks\[1\]\.probes\[0\]: no probe "ask-dns-upd" \(did you mean "ask-dns-udp"\?\)/,
    ],
    [
      'a trap that is caught by nobody known',
      'scenario.yaml',
      (text) => text.replace('caughtBy: [dns-tcp]', 'caughtBy: [dns-tpc]'),
      /traps\[\d+\]\.caughtBy\[0\]: no check "dns-tpc" \(did you mean "dns-tcp"\?\)/,
    ],
    [
      'a solution without its file',
      'scenario.yaml',
      (text) => text.replace('apply: solutions/add-a-policy.yaml', 'apply: solutions/add-policy.yaml'),
      /solutions\[0\]\.apply: no file solutions\/add-policy\.yaml \(did you mean "solutions\/add-a-policy\.yaml"\?\)/,
    ],
    [
      'an end of a probe that cannot be read',
      'scenario.yaml',
      (text) => text.replace('to: google.com:80/tcp', 'to: google.com'),
      /probes\[0\]\.to: expected name:port\/tcp/,
    ],
    [
      'a probe over UDP that nothing would answer',
      'scenario.yaml',
      (text) => text.replace('kube-dns:53/udp', 'kube-dns:123/udp'),
      /over UDP only DNS/,
    ],
    [
      'a probe that no check asks for',
      'scenario.yaml',
      (text) =>
        text.replace('[neighbour-web, neighbour-payments, neighbour-orders]', '[neighbour-web, neighbour-payments]'),
      /the probe "neighbour-orders" is in no check/,
    ],
    [
      'two checks of one name',
      'scenario.yaml',
      (text) => text.replace('- id: dns-tcp\n    says: The pod', '- id: dns-udp\n    says: The pod'),
      /checks\[2\]\.id: "dns-udp" is there twice/,
    ],
    [
      'an identifier that is not the folder',
      'scenario.yaml',
      (text) => text.replace('id: firewall-restriction', 'id: firewall'),
      /id: "firewall" is not the folder's name/,
    ],
    [
      'a pod to restart that is not there',
      'scenario.yaml',
      (text) => text.replace('restarts: [default/firewall-restriction-pod]', 'restarts: [default/firewall-pod]'),
      /fault\.restarts\[0\]: no Pod "default\/firewall-pod"/,
    ],
    [
      'a solution that is no kubectl command',
      'scenario.yaml',
      (text) => text.replace('"kubectl -n default label pod firewall-restriction-pod egress=web"', '"rm -rf /"'),
      /expected a kubectl command, saw "rm -rf \/"/,
    ],
    ['YAML that is none', 'scenario.yaml', (text) => `${text}\n  - [`, /s\/scenario\.yaml:\d+:\d+: /],
    [
      'a manifest that is no YAML',
      'fault/deny-all-egress.yaml',
      (text) => `${text}\n: [`,
      /s\/fault\/deny-all-egress\.yaml:\d+:\d+: /,
    ],
    [
      'a pipe in a command',
      'steps/02-symptom.md',
      (text) => text.replace('kubectl get pods -o wide', 'kubectl get pods | cat'),
      /02-symptom\.md:5:1: "\|" is not supported/,
    ],
    [
      'a program that a learner may lack',
      'steps/02-symptom.md',
      (text) => text.replace('kubectl get pods -o wide', 'calicoctl get nodes'),
      /"calicoctl": a page's commands are kubectl or netpol-lab/,
    ],
    [
      'an unknown variable',
      'steps/03-narrow-down.md',
      (text) => text.replace('node/${NODE}', 'node/${HOST}'),
      /unknown variable \$\{HOST\}/,
    ],
    [
      'an unknown expectation',
      'steps/02-symptom.md',
      (text) => text.replace('shows="Running"', 'says="Running"'),
      /says="Running": unknown expectation/,
    ],
    [
      'a question with two right answers',
      'steps/04-cause.md',
      (text) => text.replace('- [ ] CoreDNS', '- [x] CoreDNS'),
      /exactly one is right/,
    ],
    [
      'a page without a heading',
      'steps/01-story.md',
      (text) => text.replace(/^# .*\n/, ''),
      /01-story\.md:1:1: the page has no heading/,
    ],
  ];
  test.each(mistakes)('%s is found', async (_, file, change, message) => {
    await edit(file, change);
    const found = await problems();
    expect(found.join('\n')).toMatch(message);
    expect(found.every((line) => /^s\/[\w./-]+:\d+:\d+: /.test(line))).toBe(true);
  });

  test('what is thrown names the place and exits with 5', async () => {
    await edit('scenario.yaml', (text) => text.replace('level: beginner', 'level: easy'));
    const error = await loadScenario(folder, 's').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({ code: 'ERR_SCENARIO_INVALID', exitCode: 5 });
    expect((error as LabError).details).toBe(
      's/scenario.yaml:6:8: level: expected "beginner" or "intermediate" or "advanced", saw "easy"',
    );
  });

  test('a folder without scenario.yaml is no scenario', async () => {
    await rm(join(folder, 'scenario.yaml'));
    expect(await problems()).toEqual([expect.stringContaining('s/scenario.yaml:1:1: there is no such file')]);
  });

  test('folders that hold nothing are named', async () => {
    for (const part of ['manifests', 'fault', 'steps']) await rm(join(folder, part), { recursive: true });
    const found = await problems();
    for (const part of ['manifests', 'fault', 'steps'])
      expect(found.join('\n')).toContain(`s/${part}:1:1: the folder holds nothing`);
  });
});
