/** What V8 compiled is kept for the next run, and nothing that happens to that file keeps the program from running. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netpol-lab-code-'));
  await mkdir(join(folder, 'dist/cli'), { recursive: true });
  for (const name of ['main.js', 'main.cjs']) await cp(join(root, 'dist/cli', name), join(folder, 'dist/cli', name));
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['node_modules', 'scenarios', 'labs'])
    await symlink(join(root, name), join(folder, name), 'junction');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const lab = async (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(folder, 'dist/cli/main.js'), ...args]);
const kept = async () => (await readdir(join(folder, 'dist/cli'))).filter((name) => name.includes('.cache'));

it('the program is plain ASCII, as its launcher reads it', async () => {
  expect(await readFile(join(root, 'dist/cli/main.cjs'), 'utf8')).not.toMatch(/[\u0080-\uffff]/);
});

it('a run that compiled much leaves it for the next, a damaged file is replaced, and a run without one is as good', async () => {
  await lab('--version');
  expect(await kept()).toEqual([]);
  await lab('test', 'backend-default-deny');
  const [name = '', ...others] = await kept();
  expect(name).toMatch(/^main\.[0-9a-f]{12}-[0-9a-f]+\.cache$/);
  expect(others).toEqual([]);
  const file = join(folder, 'dist/cli', name);
  const good = await readFile(file);
  const help = await lab('--help');
  expect(good.equals(await readFile(file))).toBe(true);

  const damaged = Buffer.from(good);
  damaged.writeUInt8(damaged.readUInt8(good.length >> 1) ^ 0xff, good.length >> 1);
  for (const bytes of [damaged, good.subarray(0, good.length >> 1), Buffer.alloc(0)]) {
    await writeFile(file, bytes);
    expect(await lab('--help')).toEqual(help);
  }
  await lab('test', 'backend-default-deny');
  expect((await readFile(file)).length).toBeGreaterThan(good.length / 2);

  await rm(file);
  await mkdir(file);
  await lab('test', 'backend-default-deny');
  expect(await kept()).toEqual([name]);
});
