/**
 * npm run fidelity -- [--kubectl PATH|builtin] [--output text|json] [--jobs N] DIR|FILE…
 * Replays recordings of a real kind + Calico cluster against the embedded one. Exit 1 when a step differs that
 * docs/fidelity-exceptions.yaml does not list.
 */
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { applyExceptions, loadExceptions } from './fidelity/exceptions.ts';
import { type Differences, type Fixture, loadDifferences, loadFixtures } from './fidelity/fixture.ts';
import { prepareKubectl } from './fidelity/prepare-kubectl.ts';
import { replay, type StepResult } from './fidelity/replay.ts';
import { type FixtureReport, printReport, summarise } from './fidelity/report.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kubectl: { type: 'string', default: 'system' },
    output: { type: 'string', default: 'text' },
    jobs: { type: 'string', default: '3' },
  },
});

if (positionals.length === 0) {
  process.stderr.write(
    'usage: npm run fidelity -- [--kubectl PATH|builtin] [--output text|json] [--jobs N] DIR|FILE…\n',
  );
  process.exit(2);
}

const kubectl = await prepareKubectl(options.kubectl);
try {
  const fixtures = await loadFixtures(positionals);
  const exceptions = await loadExceptions();
  const queue = [...fixtures];
  const reports: FixtureReport[] = [];
  const worker = async (): Promise<void> => {
    for (let fixture = queue.shift(); fixture; fixture = queue.shift()) {
      const report = await replayOne(fixture, await loadDifferences(dirname(fixture.path)));
      reports.push(report);
      if (options.output === 'text') process.stdout.write(printReport(report));
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
  reports.sort((a, b) => (a.path < b.path ? -1 : 1));
  const summary = summarise(reports, kubectl.version);
  process.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify({ ...summary, fixtures: reports }, null, 2)}\n`
      : `${JSON.stringify(summary)}\n`,
  );
  process.exitCode = summary.failed > 0 ? 1 : 0;

  async function replayOne(fixture: Fixture, differences: Differences): Promise<FixtureReport> {
    let results: readonly StepResult[];
    try {
      results = await replay(fixture, { kubectl: kubectl.path, clientMinor: kubectl.minor, differences });
    } catch (error) {
      const lines = String(error instanceof Error ? error.message : error).split('\n');
      results = fixture.steps
        .filter((step) => step.type === 'run')
        .map((step) => ({ index: step.index, command: step.argv.join(' '), outcome: 'failed', lines }));
    }
    return { name: fixture.name, path: fixture.path, steps: applyExceptions(fixture.name, results, exceptions) };
  }
} finally {
  await kubectl.dispose();
}
