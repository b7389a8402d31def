/** find: walks a tree and asks every entry; the common tests and actions. */
import { plainPattern } from '../interpreter/pattern.ts';
import { pacer } from '../pacer.ts';
import { baseName, joinPath } from '../paths.ts';
import type { FileStat, Process, Program } from '../process.ts';
import { absolute, complain, die, print, reasonOf, usage } from './applet.ts';
import { permTest, sizeTest } from './find-tests.ts';

interface Found {
  /** As the user would write it: begins with the starting point. */
  readonly shown: string;
  readonly path: string;
  readonly stat: FileStat;
  readonly depth: number;
}

type Test = (found: Found) => Promise<boolean>;

interface Plan {
  readonly test: Test;
  readonly acts: boolean;
  readonly maxDepth: number;
  readonly minDepth: number;
  readonly depthFirst: boolean;
  /** Runs what `-exec … +` has gathered. */
  readonly finish: () => Promise<void>;
}

export const find: Program = async (process) => {
  const args = process.argv.slice(1).filter((arg, i) => !(i === 0 && /^-[HLP]$/.test(arg)));
  const firstTest = args.findIndex((arg) => /^[-!(]/.test(arg));
  const paths = firstTest < 0 ? args : args.slice(0, firstTest);
  const state = { status: 0, pruned: false };
  const plan = await new Planner(process, firstTest < 0 ? [] : args.slice(firstTest), state).plan();
  const pace = pacer(process);
  const show = async (found: Found): Promise<void> => {
    if (found.depth < plan.minDepth) return;
    if ((await plan.test(found)) && !plan.acts) await print(process, `${found.shown}\n`);
  };
  const visit = async (shown: string, path: string, depth: number): Promise<void> => {
    const pause = pace.step(4);
    if (pause) await pause;
    const stat = process.fs.lstat(path);
    if (!stat) {
      if (depth === 0) {
        await complain(process, `${shown}: No such file or directory`);
        state.status = 1;
      }
      return;
    }
    const found: Found = { shown, path, stat, depth };
    state.pruned = false;
    if (!plan.depthFirst) await show(found);
    if (stat.type === 'directory' && depth < plan.maxDepth && !state.pruned) {
      for (const name of process.fs.list(path) ?? [])
        await visit(joinPath(shown, name), joinPath(path, name), depth + 1);
    }
    if (plan.depthFirst) await show(found);
  };
  for (const path of paths.length === 0 ? ['.'] : paths)
    await visit(path, absolute(process, path).replace(/(.)\/$/, '$1'), 0);
  await plan.finish();
  return state.status;
};

class Planner {
  readonly #process: Process;
  readonly #args: readonly string[];
  readonly #state: { status: number; pruned: boolean };
  readonly #gathered: { readonly argv: readonly string[]; readonly names: string[] }[] = [];
  #at = 0;
  #acts = false;
  #maxDepth = Number.POSITIVE_INFINITY;
  #minDepth = 0;
  #depthFirst = false;

  constructor(process: Process, args: readonly string[], state: { status: number; pruned: boolean }) {
    this.#process = process;
    this.#args = args;
    this.#state = state;
  }

  async plan(): Promise<Plan> {
    const test = this.#args.length === 0 ? async () => true : await this.#or();
    if (this.#at < this.#args.length) await this.#unknown(this.#args[this.#at] ?? '');
    return {
      test,
      acts: this.#acts,
      maxDepth: this.#maxDepth,
      minDepth: this.#minDepth,
      depthFirst: this.#depthFirst,
      finish: async () => {
        for (const { argv, names } of this.#gathered) if (names.length > 0) await this.#run([...argv, ...names]);
      },
    };
  }

  #accept(...words: readonly string[]): boolean {
    if (!words.includes(this.#args[this.#at] ?? '')) return false;
    this.#at++;
    return true;
  }

  async #or(): Promise<Test> {
    const tests = [await this.#and()];
    while (this.#accept('-o', '-or')) tests.push(await this.#and());
    return async (found) => {
      for (const test of tests) if (await test(found)) return true;
      return false;
    };
  }

  async #and(): Promise<Test> {
    const tests = [await this.#not()];
    for (;;) {
      this.#accept('-a', '-and');
      const next = this.#args[this.#at];
      if (next === undefined || next === ')' || next === '-o' || next === '-or') break;
      tests.push(await this.#not());
    }
    return async (found) => {
      for (const test of tests) if (!(await test(found))) return false;
      return true;
    };
  }

  async #not(): Promise<Test> {
    if (this.#accept('!', '-not')) {
      const test = await this.#not();
      return async (found) => !(await test(found));
    }
    if (this.#accept('(')) {
      const test = await this.#or();
      if (!this.#accept(')')) await die(this.#process, "unpaired '('");
      return test;
    }
    return this.#primary();
  }

  async #value(name: string): Promise<string> {
    const value = this.#args[this.#at++];
    return value ?? die(this.#process, `${name} requires an argument`);
  }

  async #primary(): Promise<Test> {
    const name = this.#args[this.#at++] ?? '';
    const always: Test = async () => true;
    switch (name) {
      case '-name':
      case '-iname': {
        const fold = (text: string): string => (name === '-iname' ? text.toLowerCase() : text);
        const pattern = plainPattern(fold(await this.#value(name)));
        return async (found) => pattern.matches(fold(baseName(found.shown)));
      }
      case '-path':
      case '-wholename': {
        const pattern = plainPattern(await this.#value(name));
        return async (found) => pattern.matches(found.shown);
      }
      case '-type': {
        const kind = { f: 'file', d: 'directory', l: 'symlink', c: 'device' }[(await this.#value(name)) as 'f'];
        return async (found) => found.stat.type === kind;
      }
      case '-maxdepth':
        this.#maxDepth = Number(await this.#value(name));
        return always;
      case '-mindepth':
        this.#minDepth = Number(await this.#value(name));
        return always;
      case '-depth':
        this.#depthFirst = true;
        return always;
      case '-xdev':
      case '-mount':
      case '-follow':
      case '-true':
        return always;
      case '-size':
        return sizeTest(await this.#value(name));
      case '-empty':
        return async (found) =>
          found.stat.type === 'directory'
            ? this.#process.fs.list(found.path)?.length === 0
            : found.stat.type === 'file' && found.stat.size === 0;
      case '-mtime':
      case '-mmin':
        return this.#ageTest(await this.#value(name), name === '-mtime' ? 86_400_000 : 60_000);
      case '-newer': {
        const than = this.#process.fs.stat(absolute(this.#process, await this.#value(name)))?.modifiedMs ?? 0;
        return async (found) => found.stat.modifiedMs > than;
      }
      case '-perm':
        return permTest(await this.#value(name));
      case '-user':
      case '-group': {
        const owner = await this.#value(name);
        return async () => owner === 'root' || owner === '0';
      }
      case '-prune':
        return async () => {
          this.#state.pruned = true;
          return true;
        };
      default:
        return this.#action(name);
    }
  }

  async #action(name: string): Promise<Test> {
    this.#acts = true;
    switch (name) {
      case '-print':
      case '-print0':
        return async (found) => {
          await print(this.#process, `${found.shown}${name === '-print' ? '\n' : '\0'}`);
          return true;
        };
      case '-delete':
        this.#depthFirst = true;
        return async (found) => this.#remove(found);
      case '-quit':
        return async () => die(this.#process, '', 0);
      case '-exec':
      case '-ok':
        return this.#exec();
      default:
        return this.#unknown(name);
    }
  }

  async #unknown(word: string): Promise<never> {
    await complain(this.#process, `unrecognized: ${word}`);
    return usage(this.#process);
  }

  async #remove(found: Found): Promise<boolean> {
    try {
      this.#process.fs.remove(found.path);
      return true;
    } catch (error) {
      await complain(this.#process, `${found.shown}: ${reasonOf(error)}`);
      this.#state.status = 1;
      return false;
    }
  }

  async #exec(): Promise<Test> {
    const start = this.#at;
    while (
      this.#at < this.#args.length &&
      this.#args[this.#at] !== ';' &&
      !(this.#args[this.#at] === '+' && this.#args[this.#at - 1] === '{}')
    )
      this.#at++;
    const end = this.#args[this.#at++];
    const argv = this.#args.slice(start, this.#at - 1);
    if (end === undefined || argv.length === 0) await die(this.#process, '-exec requires an argument');
    if (end === '+') {
      const gathered = { argv: argv.slice(0, -1), names: [] as string[] };
      this.#gathered.push(gathered);
      return async (found) => {
        gathered.names.push(found.shown);
        return true;
      };
    }
    return async (found) => (await this.#run(argv.map((word) => word.replaceAll('{}', found.shown)))) === 0;
  }

  async #run(argv: readonly string[]): Promise<number> {
    const child = this.#process.spawn(argv);
    if (child) return child.status;
    await complain(this.#process, `${argv[0]}: No such file or directory`);
    return 127;
  }

  #ageTest(text: string, unitMs: number): Test {
    const amount = Number(text.replace(/^[-+]/, ''));
    return async (found) => {
      const age = Math.floor((this.#process.clock.now() - found.stat.modifiedMs) / unitMs);
      return text.startsWith('+') ? age > amount : text.startsWith('-') ? age < amount : age === amount;
    };
  }
}
