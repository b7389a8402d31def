/** Which kubectl plays: the one on PATH if it works, the built-in one otherwise, and never a broken one in silence. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Home, makeHome } from './program.ts';

let home: Home;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  home = await makeHome();
  const folder = join(home.folder, 'some tools');
  await mkdir(folder);
  await writeFile(join(folder, 'kubectl'), '#!/bin/sh\necho "cannot load libfoo" >&2\nexit 7\n');
  await chmod(join(folder, 'kubectl'), 0o755);
  env = { PATH: `${folder}${delimiter}${process.env['PATH']}` };
});
afterAll(() => home[Symbol.asyncDispose]());

test.skipIf(process.platform === 'win32')('a broken one is told, and the walk goes on without it', async () => {
  const walk = await home.run(['start', 'firewall-restriction'], env);
  expect(walk.stderr).toContain('the kubectl on PATH does not work (exit code 7): the built-in one is used instead');
  expect(walk.stdout).toContain('SOLVED firewall-restriction\n');
  expect(walk.exitCode).toBe(0);
});

test.skipIf(process.platform === 'win32')('a broken one that was asked for is an error with what it said', async () => {
  const walk = await home.run(['start', 'firewall-restriction', '--kubectl', 'system'], env);
  expect(walk.exitCode).toBe(4);
  expect(walk.stderr).toContain('cannot load libfoo');
  expect(walk.stderr).toContain('how to solve it: --kubectl builtin needs none');
});
