/** awk as a program: its options, and the records of its files. */
import type { Process, Program } from '../process.ts';
import { absolute, die, openInput, parseOptions, readAll, usage } from './applet.ts';
import type { MainInput } from './awk-evaluate.ts';
import { AwkProblem } from './awk-lexer.ts';
import { parseAwk } from './awk-parser.ts';
import { AwkRun } from './awk-run.ts';
import { AwkState } from './awk-state.ts';
import { type RecordReader, recordReader } from './awk-streams.ts';
import { toNumber, toText } from './awk-values.ts';
import { interpretEscapes } from './echo-text.ts';

export const awk: Program = async (process) => {
  const { values, lists, operands } = await parseOptions(process, {
    short: '+F:v:f:e:',
    long: { 'field-separator': 'F', assign: 'v' },
  });
  const sources = [...(lists.get('e') ?? [])];
  for (const file of lists.get('f') ?? []) {
    const source = await openInput(process, file);
    if (!source) return 1;
    sources.push(new TextDecoder().decode(await readAll(source)));
  }
  const files = [...operands];
  if (sources.length === 0) {
    const first = files.shift();
    if (first === undefined) return usage(process);
    sources.push(first);
  }
  const state = new AwkState();
  const separator = values.get('F');
  if (separator !== undefined) state.set('FS', separator === 't' ? '\t' : unescaped(separator));
  for (const assignment of lists.get('v') ?? []) assign(state, assignment);
  for (const [i, word] of ['awk', ...files].entries()) state.array('ARGV').set(String(i), word);
  state.set('ARGC', files.length + 1);
  for (const [name, value] of process.env) state.array('ENVIRON').set(name, { input: value });
  try {
    return await new AwkRun(process, parseAwk(sources.join('\n')), state, mainInput(process)).run();
  } catch (error) {
    if (error instanceof AwkProblem) return die(process, `cmd. line:1: ${error.message}`);
    throw error;
  }
};

function unescaped(text: string): string {
  return new TextDecoder().decode(interpretEscapes(text, false).bytes);
}

function assign(state: AwkState, text: string): void {
  const at = text.indexOf('=');
  state.set(text.slice(0, at), { input: unescaped(text.slice(at + 1)) });
}

/** ARGV is read while it goes: files, `-`, and assignments between them. */
function mainInput(process: Process): MainInput {
  let index = 1;
  let used = false;
  let reader: RecordReader | undefined;
  const open = async (state: AwkState): Promise<RecordReader | undefined> => {
    for (; index < toNumber(state.get('ARGC')); ) {
      const word = toText(state.array('ARGV').get(String(index++)));
      if (word === '') continue;
      if (/^[A-Za-z_]\w*=/.test(word)) {
        assign(state, word);
        continue;
      }
      used = true;
      if (word !== '-' && !process.fs.stat(absolute(process, word)))
        return die(process, `${word}: No such file or directory`);
      const source = await openInput(process, word);
      if (!source) continue;
      state.set('FILENAME', word);
      state.set('FNR', 0);
      return recordReader(source);
    }
    if (used) return undefined;
    used = true;
    const stdin = await openInput(process, '-');
    return stdin && recordReader(stdin);
  };
  return {
    async next(state) {
      for (;;) {
        reader ??= await open(state);
        if (!reader) return undefined;
        const record = await reader.next(toText(state.get('RS')));
        if (record !== undefined) return record;
        reader = undefined;
      }
    },
    skipFile() {
      reader = undefined;
    },
  };
}
