/** Runs scenarios on embedded and on a real cluster, compares, and reports. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import { ApiError } from '../../kube/client.ts';
import type { Scenario } from '../../scenario/model.ts';
import { openScenario } from '../../scenario/open.ts';
import type { Cli } from '../cli.ts';
import type { AttachedCluster } from '../clusters/attach.ts';
import { hostPrivately } from '../clusters/host.ts';
import { openPlayground, type Playground } from '../elsewhere/playground.ts';
import { clean, reasonToSkip } from '../elsewhere/test.ts';
import { scenariosFolder } from '../paths.ts';
import { openLab } from '../play/open-lab.ts';
import { type Comparison, compareSeen } from './compare.ts';
import { observeScenario, type SeenPhase } from './observe.ts';
import type { ParityOptions } from './options.ts';
import { type Failed, isEqual, jsonReport, markdownReport, type ParityReport, type Skipped } from './report.ts';

/** Exit 0 when nothing differs but wording, 1 otherwise, 3 when nothing could be compared. */
export async function runParity(cli: Cli, names: readonly string[], options: ParityOptions): Promise<ExitCode> {
  const scenarios = await Promise.all(names.map((name) => openScenario(scenariosFolder, name)));
  const skipped: Skipped[] = [];
  const playable = scenarios.filter((scenario) => {
    const reason = reasonToSkip(scenario, options);
    if (reason !== undefined) skipped.push({ scenario: scenario.id, skipped: reason });
    return reason === undefined;
  });
  const { compared, failed } = playable.length > 0 ? await compareAll(cli, playable, options) : nothing;
  const report = { real: options.on, compared, skipped, failed };
  const texts = { json: jsonReport(report), markdown: markdownReport(report) };
  cli.io.stdout.write(texts[options.output]);
  if (options.json !== undefined) await writeFile(resolve(cli.io.cwd, options.json), texts.json);
  if (options.markdown !== undefined) await writeFile(resolve(cli.io.cwd, options.markdown), texts.markdown);
  if (compared.length === 0 && failed.length === 0) return EXIT.notApplicable;
  return failed.length === 0 && compared.every(isEqual) ? EXIT.ok : EXIT.checksFailed;
}

type Compared = Pick<ParityReport, 'compared' | 'failed'>;

const nothing: Compared = { compared: [], failed: [] };

/** One that fails half-way does not take the others' report with it. */
async function compareAll(cli: Cli, scenarios: readonly Scenario[], options: ParityOptions): Promise<Compared> {
  const compared: Comparison[] = [];
  const failed: Failed[] = [];
  const playground = await openPlayground(cli, options.on, scenarios, options);
  try {
    for (const scenario of scenarios) {
      try {
        compared.push(await compareOne(cli, playground, scenario, options));
      } catch (error) {
        if (!(error instanceof LabError || error instanceof ApiError) || cli.io.signal.aborted) throw error;
        cli.io.stderr.write(`parity: ${scenario.id} failed: ${error.message}\n`);
        const details = error instanceof LabError && error.details ? `: ${error.details}` : '';
        failed.push({ scenario: scenario.id, failed: `${error.message}${details}` });
      }
    }
  } finally {
    await playground.close();
  }
  return { compared, failed };
}

async function compareOne(
  cli: Cli,
  playground: Playground,
  scenario: Scenario,
  options: ParityOptions,
): Promise<Comparison> {
  cli.io.stderr.write(`parity: ${scenario.id} on embedded\n`);
  const ours = await onEmbedded(cli, scenario, options);
  cli.io.stderr.write(`parity: ${scenario.id} on ${options.on}\n`);
  return compareSeen(scenario.id, ours, await onReal(cli, playground, scenario, options), plainNames(playground));
}

async function onEmbedded(cli: Cli, scenario: Scenario, options: ParityOptions): Promise<readonly SeenPhase[]> {
  await using cluster = await hostPrivately(cli.io, { name: 'netpol', clock: 'virtual', seed: '1' });
  return await observe(cli, scenario, cluster, options, 3000);
}

async function onReal(
  cli: Cli,
  { cluster, place }: Playground,
  scenario: Scenario,
  options: ParityOptions,
): Promise<readonly SeenPhase[]> {
  return observe(cli, await place(scenario), cluster, options);
}

async function observe(
  cli: Cli,
  scenario: Scenario,
  cluster: AttachedCluster,
  { kubectl = 'builtin', probeImage }: ParityOptions,
  patienceMs?: number,
): Promise<readonly SeenPhase[]> {
  using lab = await openLab(cli, { scenario, cluster, kubectl, probeImage, emit: () => undefined });
  return await clean(lab.context, () => observeScenario(lab.context, patienceMs));
}

/** Namespaces of our own are called what the scenario calls them. */
function plainNames({ cluster }: Playground): (text: string) => string {
  return (text) => (cluster.provider === 'existing' ? text.replaceAll(`${cluster.name}-`, '') : text);
}
