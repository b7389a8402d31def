/** sed as a program: its options and its files. */
import type { Process, Program } from '../process.ts';
import {
  absolute,
  complain,
  die,
  type Line,
  openInput,
  parseOptions,
  print,
  readAll,
  readLines,
  usage,
} from './applet.ts';
import { type SedCommand, SedProblem } from './sed-commands.ts';
import { SedRun } from './sed-run.ts';
import { parseSed } from './sed-script.ts';

export const sed: Program = async (process) => {
  const { flags, lists, values, operands } = await parseOptions(process, {
    short: 'i::rEne:f:s',
    long: { quiet: 'n', silent: 'n', expression: 'e', 'in-place': 'i', 'regexp-extended': 'r' },
  });
  const scripts = [...(lists.get('e') ?? [])];
  for (const file of lists.get('f') ?? []) {
    const source = await openInput(process, file);
    if (!source) return 1;
    scripts.push(new TextDecoder().decode(await readAll(source)));
  }
  const files = [...operands];
  if (scripts.length === 0) {
    const first = files.shift();
    if (first === undefined) return usage(process);
    scripts.push(first);
  }
  void values;
  try {
    const commands = parseSed(scripts.join('\n'), flags.has('r') || flags.has('E'));
    return await runFiles(process, commands, files, { quiet: flags.has('n'), inPlace: flags.has('i') });
  } catch (error) {
    if (error instanceof SedProblem) return die(process, error.message);
    throw error;
  }
};

interface Mode {
  readonly quiet: boolean;
  readonly inPlace: boolean;
}

async function runFiles(
  process: Process,
  commands: readonly SedCommand[],
  files: readonly string[],
  mode: Mode,
): Promise<number> {
  let status = 0;
  const missing = async (file: string): Promise<void> => {
    status = 1;
    await complain(process, `${file}: No such file or directory`);
  };
  if (!mode.inPlace) {
    const end = await new SedRun(process, commands, mode.quiet, (text) => print(process, text)).run(
      allLines(process, files.length === 0 ? ['-'] : files, missing),
    );
    return end ?? status;
  }
  for (const file of files) {
    const bytes = process.fs.readFile(absolute(process, file));
    if (!bytes) {
      await missing(file);
      continue;
    }
    let result = '';
    const run = new SedRun(process, commands, mode.quiet, async (text) => {
      result += text;
    });
    async function* lines(): AsyncGenerator<Line> {
      const parts = new TextDecoder().decode(bytes).split(/(?<=\n)/);
      for (const part of parts) if (part !== '') yield { text: part.replace(/\n$/, ''), ended: part.endsWith('\n') };
    }
    await run.run(lines());
    process.fs.writeFile(absolute(process, file), new TextEncoder().encode(result));
  }
  return status;
}

async function* allLines(
  process: Process,
  files: readonly string[],
  missing: (file: string) => Promise<void>,
): AsyncGenerator<Line> {
  for (const file of files) {
    if (
      file !== '-' &&
      process.fs.stat(absolute(process, file))?.type !== 'file' &&
      !process.fs.device(absolute(process, file))
    ) {
      await missing(file);
      continue;
    }
    const source = await openInput(process, file);
    if (source) yield* readLines(source);
    source?.close();
  }
}
