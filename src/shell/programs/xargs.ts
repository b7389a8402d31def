/** xargs: words from the input become the arguments of a program. */
import type { Process, Program } from '../process.ts';
import { emptySource } from '../streams.ts';
import { die, openInput, parseOptions, readAll } from './applet.ts';

interface XargsOptions {
  readonly replace: string | undefined;
  readonly perCommand: number;
  readonly perLine: number | undefined;
  readonly verbose: boolean;
  readonly skipEmpty: boolean;
  readonly parallel: number;
}

export const xargs: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: '+prt0n:s:e:E:I:i::L:xP:a:',
    long: { 'no-run-if-empty': 'r', null: '0', 'max-args': 'n', 'max-procs': 'P' },
  });
  const source = await openInput(process, values.get('a') ?? '-');
  if (!source) return 1;
  const text = new TextDecoder().decode(await readAll(source));
  const options: XargsOptions = {
    replace: values.get('I') ?? (flags.has('i') ? (values.get('i') ?? '{}') : undefined),
    perCommand: Number(values.get('n') ?? 1000),
    perLine: values.has('L') ? Number(values.get('L')) : undefined,
    verbose: flags.has('t'),
    skipEmpty: flags.has('r'),
    parallel: Math.max(1, Number(values.get('P') ?? 1) || 64),
  };
  const command = operands.length === 0 ? ['echo'] : operands;
  const batches = makeBatches(text, flags.has('0'), options);
  return runBatches(process, command, batches, options);
};

function makeBatches(text: string, nulls: boolean, options: XargsOptions): readonly (readonly string[])[] {
  if (options.replace !== undefined)
    return (nulls ? text.split('\0') : text.split('\n'))
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => [line]);
  const lines = nulls
    ? [text.split('\0').filter((word) => word !== '')]
    : text
        .split('\n')
        .map(splitWords)
        .filter((words) => words.length > 0);
  const size = options.perLine ?? options.perCommand;
  const items: readonly (readonly string[])[] =
    options.perLine === undefined ? lines.flat().map((word) => [word]) : lines;
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size).flat());
  return batches.length === 0 && !options.skipEmpty ? [[]] : batches;
}

/** Blanks separate, quotes and backslashes protect. */
function splitWords(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /'([^']*)'|"([^"]*)"|\\(.)/g,
      (_, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? '',
    ),
  );
}

/** 123 when a command failed, 124 when one said 255, 127 when it does not exist. */
async function runBatches(
  process: Process,
  command: readonly string[],
  batches: readonly (readonly string[])[],
  options: XargsOptions,
): Promise<number> {
  let status = 0;
  const running = new Set<Promise<void>>();
  for (const batch of batches) {
    const argv =
      options.replace === undefined
        ? [...command, ...batch]
        : command.map((word) => word.replaceAll(options.replace ?? '{}', batch[0] ?? ''));
    if (options.verbose) await process.stderr.write(new TextEncoder().encode(`${argv.join(' ')}\n`));
    const child = process.spawn(argv, { stdin: emptySource() });
    if (!child) return die(process, `${argv[0]}: No such file or directory`, 127);
    const ended = child.status.then((each) => {
      if (each === 255) status = 124;
      else if (each !== 0 && status === 0) status = 123;
      running.delete(ended);
    });
    running.add(ended);
    if (running.size >= options.parallel) await Promise.race(running);
    if (status === 124) return die(process, `${argv[0]}: exited with status 255; aborting`, 124);
  }
  await Promise.all(running);
  return status;
}
