/** `test --on kind|existing`: scenarios prove themselves on packets; side by side where each can have namespaces of its own. */
import { existingCapabilities } from '../../cluster/existing/provider.ts';
import { kindCapabilities } from '../../cluster/kind/provider.ts';
import { clearLab, rememberBefore } from '../../runner/clear-lab.ts';
import type { LabContext } from '../../runner/context.ts';
import { proveScenario } from '../../runner/prove.ts';
import type { Scenario } from '../../scenario/model.ts';
import { type Outcome, stageName } from '../../ui/report/outcome.ts';
import type { Cli } from '../cli.ts';
import type { KubectlChoice } from '../commands/options.ts';
import { openLab } from '../play/open-lab.ts';
import type { ElsewhereOptions } from './options.ts';
import { openPlayground, type Playground } from './playground.ts';
import { kindCni } from './providers.ts';
import { whatIsBeyond } from './relocated.ts';

export interface ElsewhereTestOptions extends ElsewhereOptions {
  readonly on: 'kind' | 'existing';
  readonly kubectl?: KubectlChoice;
  /** How many scenarios at once; default 3. */
  readonly parallel?: number;
}

/** In the order of `scenarios`. */
export async function testElsewhere(
  cli: Cli,
  scenarios: readonly Scenario[],
  options: ElsewhereTestOptions,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<Scenario, Outcome>();
  const playable: Scenario[] = [];
  for (const scenario of scenarios) {
    const reason = reasonToSkip(scenario, options);
    if (reason === undefined) playable.push(scenario);
    else outcomes.set(scenario, { scenario: scenario.id, status: 'skipped', reason });
  }
  if (playable.length > 0) {
    const playground = await openPlayground(cli, options.on, playable, options);
    try {
      const apart = playable.filter((scenario) => whatIsBeyond(scenario) === undefined);
      await inParallel(apart, options.parallel ?? 3, async (scenario, i) => {
        outcomes.set(scenario, await proveApart(cli, playground, scenario, `t${i + 1}`, options));
      });
      for (const scenario of playable) {
        if (!apart.includes(scenario)) outcomes.set(scenario, await proveAlone(cli, playground, scenario, options));
      }
    } finally {
      await playground.close();
    }
  }
  return scenarios.flatMap((scenario) => outcomes.get(scenario) ?? []);
}

export function reasonToSkip(
  scenario: Scenario,
  { on, cni }: Pick<ElsewhereTestOptions, 'on' | 'cni'>,
): string | undefined {
  const capabilities = on === 'kind' ? kindCapabilities(kindCni(cni)) : existingCapabilities;
  const unmet = scenario.needs.filter((need) => !capabilities.has(need));
  if (unmet.length > 0) return `${on} has no ${unmet.join(', ')}`;
  const beyond = on === 'existing' ? whatIsBeyond(scenario) : undefined;
  return beyond && `on a cluster that is not ours: ${beyond}`;
}

async function proveApart(
  cli: Cli,
  playground: Playground,
  scenario: Scenario,
  suffix: string,
  { kubectl = 'builtin', probeImage }: ElsewhereTestOptions,
): Promise<Outcome> {
  const part = await playground.fork(suffix);
  try {
    const placed = await part.place(scenario);
    using lab = await openLab(cli, { scenario: placed, cluster: part.cluster, kubectl, probeImage, emit: tell(cli) });
    return await proveScenario(lab.context);
  } finally {
    await part.close();
  }
}

async function proveAlone(
  cli: Cli,
  { cluster }: Playground,
  scenario: Scenario,
  { kubectl = 'builtin', probeImage }: ElsewhereTestOptions,
): Promise<Outcome> {
  using lab = await openLab(cli, { scenario, cluster, kubectl, probeImage, emit: tell(cli) });
  return await clean(lab.context, () => proveScenario(lab.context));
}

/** On a cluster that stays: what an earlier session has left goes first, what this one makes goes afterwards. */
export async function clean<T>(context: LabContext, work: () => Promise<T>): Promise<T> {
  await clearLab(context);
  await rememberBefore(context);
  try {
    return await work();
  } finally {
    // Also after Ctrl-C: cleaning up does not listen for it any more.
    await clearLab({ ...context, signal: new AbortController().signal });
  }
}

function tell({ io }: Cli): LabContext['emit'] {
  return (event) => {
    if (event.type !== 'stage-finished') return;
    io.stderr.write(
      `${event.stage.status === 'pass' ? 'PASS' : 'FAIL'} ${event.scenario}: ${stageName(event.stage)}\n`,
    );
  };
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T, index: number) => Promise<void>) {
  const waiting = [...items.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await work(next[1], next[0]);
  };
  const results = await Promise.allSettled(Array.from({ length: Math.max(1, width) }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
