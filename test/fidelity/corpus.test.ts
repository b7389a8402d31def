/**
 * Replays every recording of a real kind + Calico cluster with the kubectl on PATH. A step may differ only where
 * docs/fidelity-exceptions.yaml says why.
 */
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { applyExceptions, loadExceptions } from '../../scripts/fidelity/exceptions.ts';
import { type Fixture, loadDifferences, loadFixtures } from '../../scripts/fidelity/fixture.ts';
import { prepareKubectl } from '../../scripts/fidelity/prepare-kubectl.ts';
import { replay } from '../../scripts/fidelity/replay.ts';

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const kubectl = await prepareKubectl('system').catch((error: Error) => error);
const reason =
  kubectl instanceof Error
    ? kubectl.message
    : kubectl.minor < 30
      ? `kubectl ${kubectl.version} is older than 1.30`
      : '';
const fixtures = await loadFixtures([folder('kubectl'), folder('network')]);
const differences = await loadDifferences(folder('kubectl'));
const exceptions = await loadExceptions();

afterAll(() => (kubectl instanceof Error ? undefined : kubectl.dispose()));

/**
 * Its commands start a kubectl beside them, or type into one, and go on after one to four real seconds, or at once where the file
 * of the step before, not yet emptied, holds the word that they wait for.
 */
const races = ({ steps }: Fixture) =>
  steps.some((step) => step.type === 'run' && (step.terminal || step.argv.some((word) => word.includes(' & '))));

describe.skipIf(reason !== '')(`recordings of kind + Calico${reason && ` (skipped: ${reason})`}`, () => {
  // On a machine that runs a whole suite a kubectl may lose such a race: these may begin again.
  for (const [options, group] of [
    [{}, fixtures.filter((fixture) => !races(fixture))],
    [{ retry: 1 }, fixtures.filter(races)],
  ] as const)
    test.concurrent.each(group.map((fixture) => [`${fixture.corpus}/${fixture.name}`, fixture] as const))(
      '%s',
      { timeout: 240_000, ...options },
      async (_name, fixture) => {
        if (kubectl instanceof Error) return;
        const results = await replay(fixture, { kubectl: kubectl.path, clientMinor: kubectl.minor, differences });
        const failed = applyExceptions(fixture.name, results, exceptions).filter(({ outcome }) => outcome === 'failed');
        expect(failed.map(({ command, lines }) => [`$ ${command}`, ...lines].join('\n')).join('\n\n')).toBe('');
      },
    );
});
