/** awk's built-in functions that touch fields, arrays, streams or other programs. */
import type { Process } from '../process.ts';
import { callPure } from './awk-functions.ts';
import { AwkProblem } from './awk-lexer.ts';
import type { AwkState } from './awk-state.ts';
import type { AwkStreams } from './awk-streams.ts';
import { substituteText } from './awk-text.ts';
import type { Expr, Target } from './awk-tree.ts';
import { toNumber, toText, type Value } from './awk-values.ts';

/** What these functions need of the evaluator. */
export interface BuiltinHost {
  readonly process: Process;
  readonly state: AwkState;
  readonly streams: AwkStreams;
  value(expr: Expr): Promise<Value>;
  read(target: Target): Promise<Value>;
  store(target: Target, value: Value): Promise<void>;
  regexOf(expr: Expr): Promise<RegExp>;
}

export async function callBuiltin(evaluator: BuiltinHost, name: string, args: readonly Expr[]): Promise<Value> {
  const [first, second, third] = args;
  switch (name) {
    case 'length':
      if (first?.type === 'variable' && evaluator.state.isArray(first.name))
        return evaluator.state.array(first.name).size;
      return [...(first ? toText(await evaluator.value(first)) : evaluator.state.record)].length;
    case 'split': {
      if (second?.type !== 'variable' || !first) throw new AwkProblem('Too few arguments');
      const text = toText(await evaluator.value(first));
      const separator =
        third === undefined
          ? toText(evaluator.state.get('FS'))
          : third.type === 'regex'
            ? evaluator.state.regex(third.source)
            : toText(await evaluator.value(third));
      const parts = evaluator.state.split(text, separator);
      const array = evaluator.state.array(second.name);
      array.clear();
      for (const [i, part] of parts.entries()) array.set(String(i + 1), { input: part });
      return parts.length;
    }
    case 'sub':
    case 'gsub': {
      if (!first || !second) throw new AwkProblem('Too few arguments');
      const target: Target =
        third && (third.type === 'variable' || third.type === 'field' || third.type === 'element')
          ? third
          : { type: 'field', index: { type: 'number', value: 0 } };
      const regex = await evaluator.regexOf(first);
      const { text, count } = substituteText(
        toText(await evaluator.read(target)),
        regex,
        toText(await evaluator.value(second)),
        name === 'gsub',
      );
      if (count > 0) await evaluator.store(target, text);
      return count;
    }
    case 'match': {
      if (!first || !second) throw new AwkProblem('Too few arguments');
      const found = (await evaluator.regexOf(second)).exec(toText(await evaluator.value(first)));
      evaluator.state.set('RSTART', found ? found.index + 1 : 0);
      evaluator.state.set('RLENGTH', found ? found[0].length : -1);
      return found ? found.index + 1 : 0;
    }
    case 'rand':
      return evaluator.state.random();
    case 'srand':
      return evaluator.state.seed(
        first ? toNumber(await evaluator.value(first)) : Math.floor(evaluator.process.clock.now() / 1000),
      );
    case 'system':
      return (
        (await evaluator.process.spawn(['sh', '-c', first ? toText(await evaluator.value(first)) : ''])?.status) ?? 127
      );
    case 'close':
      return first ? evaluator.streams.close(toText(await evaluator.value(first))) : -1;
    case 'fflush':
      return 0;
  }
  const values: Value[] = [];
  for (const arg of args) values.push(await evaluator.value(arg));
  const result = callPure(name, values, evaluator.process.clock.now());
  if (result === 'unknown') throw new AwkProblem(`Call to undefined function`);
  return result;
}
