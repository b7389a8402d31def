/** Every scenario of the catalogue keeps its contract on the embedded cluster. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { scenariosFolder } from '../../src/cli/paths.ts';
import { makeHome } from '../cli/program.ts';

const names = readdirSync(scenariosFolder).sort();

describe('every scenario proves itself', { timeout: 120_000 }, () => {
  test.each(names)('%s', async (name) => {
    await using home = await makeHome();
    const { stdout, exitCode } = await home.run(['test', name]);
    expect(stdout).toContain('1 proved, 0 invalid');
    expect(exitCode).toBe(0);
  });
});
