/**
 * Runs one command of a page and compares what it shows with what the page says it shows. Some of it takes time to come true
 * (a log line after a timeout), so a command is asked again, on the cluster's own clock, until it does or patience ends.
 */
import { parseCommand } from '../scenario/command-line.ts';
import type { Expectation, PageCommand } from '../scenario/model.ts';
import type { CommandOutcome } from './commands.ts';
import type { LabContext } from './context.ts';
import { scopeOf } from './scope.ts';
import { settle } from './settle.ts';

export interface PlayedCommand {
  /** With variables replaced. */
  readonly text: string;
  readonly outcome: CommandOutcome;
  /** What differs from the page, in words; empty when all is as it says. */
  readonly problems: readonly string[];
}

export type PageVariables = Readonly<Record<string, string>>;

/** Reading commands may be asked again; a command that changes something may not. */
const repeatable = /^kubectl (-n \S+ )?(get|logs|describe|events)\b/;
/** So may a connection that is tried from a pod: right after a change of policy it may still do what it did before. */
const connecting = /^kubectl (-n \S+ )?exec \S+ (-c \S+ )?-- (wget|nc|curl|nslookup|ping)\b/;
const connectingSeconds = 10;

function patienceFor(text: string, seconds: number): number {
  if (repeatable.test(text)) return seconds;
  return connecting.test(text) ? Math.min(seconds, connectingSeconds) : 0;
}

export async function playCommand(
  context: LabContext,
  command: PageCommand,
  variables: PageVariables,
  patienceSeconds = 120,
): Promise<PlayedCommand> {
  const text = fillVariables(command.text, variables);
  const expect = { ...command.expect, shows: command.expect.shows.map((part) => fillVariables(part, variables)) };
  context.emit({ type: 'command-started', text });
  let outcome = await runText(context, text);
  let problems = compareOutcome(expect, outcome);
  let pause = 1;
  const patience = patienceFor(text, patienceSeconds);
  for (let waited = 0; problems.length > 0 && waited < patience; waited += pause) {
    pause = Math.min(pause + 1, 5);
    await settle(context, scopeOf(context).namespaces, pause);
    outcome = await runText(context, text);
    problems = compareOutcome(expect, outcome);
  }
  context.emit({ type: 'command-finished', text, outcome, problems });
  return { text, outcome, problems };
}

async function runText({ run, scenario, signal }: LabContext, text: string): Promise<CommandOutcome> {
  const parsed = parseCommand(text);
  if ('problem' in parsed)
    return { stdout: '', stderr: `${parsed.problem}\n`, output: `${parsed.problem}\n`, exitCode: 2 };
  const { argv, stdin } = parsed.command;
  return run(argv, { cwd: scenario.folder, signal, ...(stdin !== undefined && { stdin }) });
}

export function fillVariables(text: string, variables: PageVariables): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => variables[name] ?? whole);
}

/** Spaces are squeezed before comparing: columns are as wide as the longest name. */
export function compareOutcome({ shows, lacks, exitCode }: Expectation, outcome: CommandOutcome): readonly string[] {
  const squeeze = (text: string) => text.replace(/[ \t]+/g, ' ');
  const output = squeeze(`${outcome.stdout}\n${outcome.stderr}`);
  return [
    ...shows.filter((part) => !output.includes(squeeze(part))).map((part) => `does not show "${part}"`),
    ...lacks.filter((part) => output.includes(squeeze(part))).map((part) => `shows "${part}"`),
    ...(outcome.exitCode === exitCode ? [] : [`exit code ${outcome.exitCode}, the page says ${exitCode}`]),
  ];
}
