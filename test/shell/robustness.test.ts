/** Whatever is typed into a container: it ends or can be ended, nothing crashes, nothing is left behind. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipe } from '../../src/shell/pipe.ts';
import type { Program } from '../../src/shell/process.ts';
import { needsMore } from '../../src/shell/syntax/parse.ts';
import { startContainer } from './container.ts';

const word = fc.constantFrom(
  'a',
  '"b c"',
  "'d'",
  '$x',
  '"$@"',
  '${x:-y}',
  '${#x}',
  '$((x+1))',
  '$(echo s)',
  '`echo t`',
  '*',
  '-n',
  '~',
  '$?',
  '\\\\',
  '""',
  '${x%a*}',
  '$#',
  '1',
  '2',
);
const name = fc.constantFrom(
  'echo',
  'cat',
  'true',
  'false',
  'read x',
  'sleep 3',
  ':',
  'test',
  'printf',
  'nosuch',
  'yes',
  'head -n 2',
  'grep a',
  'sort',
  'wc -l',
  'x=1',
  'set --',
  'shift',
  'exit 3',
  'return',
  'break',
  'eval',
  'kill $$',
  'wait',
  'local y',
  'seq 3',
  'sed s/a/b/',
  'awk 1',
  'xargs',
  'timeout 1 sleep 9',
  'trap : TERM',
  'exec',
  'cd /tmp',
  'tee f',
  'export x',
  'unset x',
  'f',
);
const redirect = fc.constantFrom(
  '',
  '',
  '',
  '',
  ' >f',
  ' 2>&1',
  ' <f',
  ' >>f',
  ' </dev/null',
  ' <<H\nbody $x\nH\n',
  ' 3>&1',
  ' >&-',
);

const simple = fc
  .tuple(name, fc.array(word, { maxLength: 3 }), redirect)
  .map(([head, words, to]) => `${[head, ...words].join(' ')}${to}`);

const script = fc.letrec<{ list: string; command: string }>((tie) => ({
  command: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    simple,
    fc.tuple(tie('list'), tie('list')).map(([a, b]) => `if ${a}\nthen ${b}\nfi`),
    tie('list').map((a) => `( ${a}\n)`),
    tie('list').map((a) => `{ ${a}\n}`),
    tie('list').map((a) => `for i in 1 2; do ${a}\ndone`),
    tie('list').map((a) => `n=0; while [ $n -lt 2 ]; do n=$((n+1)); ${a}\ndone`),
    tie('list').map((a) => `f() { ${a}\n}`),
    fc.tuple(word, tie('list')).map(([a, b]) => `case ${a} in a*) ${b}\n;; *) : ;; esac`),
    tie('list').map((a) => `while :; do ${a}\ndone`),
  ),
  list: fc
    .tuple(
      tie('command'),
      fc.array(fc.tuple(fc.constantFrom('\n', ' &&', ' ||', ' |', ' &\n'), tie('command')), { maxLength: 3 }),
    )
    .map(([first, rest]) =>
      rest.reduce((text, [operator, command]) => `${text}${text.endsWith('\n') ? '' : operator} ${command}`, first),
    ),
})).list;

const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

describe('whatever is run', () => {
  beforeEach(() => {
    rejections.length = 0;
    process.on('unhandledRejection', onRejection);
  });
  afterEach(() => {
    process.off('unhandledRejection', onRejection);
  });

  it('random scripts end by themselves or by SIGKILL, at any moment, and leave no process and no timer', async () => {
    await fc.assert(
      fc.asyncProperty(
        script,
        fc.nat({ max: 300 }),
        fc.constantFrom('ash' as const, 'dash' as const),
        async (text, killAfterMs, shell) => {
          const container = startContainer(shell);
          const input = openPipe();
          await input.sink.write(new TextEncoder().encode('line one\nline two\n'));
          const started = container.kernel.start({
            argv: ['sh', '-c', text],
            env: new Map([['PATH', '/bin:/usr/bin']]),
            stdin: input.source,
          });
          if (started.outcome !== 'started') throw new Error(started.outcome);
          await container.clock.advance(killAfterMs);
          started.process.kill('SIGKILL');
          const status = await started.process.status;
          expect(status).toBeGreaterThanOrEqual(0);
          expect(status).toBeLessThanOrEqual(255);
          await container.clock.advance(0);
          const before = container.clock.now();
          container.kernel.stop();
          await container.clock.advance(1_000_000);
          expect(container.kernel.table.list()).toEqual([]);
          expect(container.clock.now()).toBe(before + 1_000_000);
          expect(rejections).toEqual([]);
        },
      ),
      { numRuns: 60, interruptAfterTimeLimit: 10_000 },
    );
  });

  it('random text is an error of syntax or runs, but never crashes the parser or hangs', async () => {
    const characters = fc.string({
      unit: fc.constantFrom(...'ab1 $"\'`\\(){}[]<>|&;*?~#=!-+%:/\n\t@^,.'.split('')),
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(characters, async (text) => {
        needsMore(text, { extensions: true });
        const container = startContainer('ash');
        const started = container.kernel.start({ argv: ['sh', '-c', text], env: new Map([['PATH', '/nowhere']]) });
        if (started.outcome === 'started') throw new Error('there is no sh in /nowhere');
        const result = container.kernel.start({ argv: ['/bin/sh', '-c', text], env: new Map([['PATH', '/nowhere']]) });
        if (result.outcome !== 'started') throw new Error(result.outcome);
        await container.clock.advance(100);
        result.process.kill('SIGKILL');
        await result.process.status;
        expect(container.kernel.table.list().map((entry) => entry.pid)).toEqual([1]);
        expect(rejections).toEqual([]);
      }),
      { numRuns: 200, interruptAfterTimeLimit: 8_000 },
    );
  });

  it('endless programs let others run and can be ended', async () => {
    for (const endless of [
      'while :; do :; done',
      'yes >/dev/null',
      'cat /dev/zero >/dev/null',
      'awk "BEGIN { while (1) x++ }"',
      'echo a | sed ":a;ba"',
      'f() { f & f; }; sleep 1; yes | yes >/dev/null',
      'until false; do true; done',
    ]) {
      const container = startContainer('ash');
      const limited = await container.run(['timeout', '0.3', 'sh', '-c', endless]);
      expect(limited.status, endless).toBe(143);
    }
  });

  it('a program that is killed between two of its writes learns of it at the next', async () => {
    for (let turns = 0; turns < 40; turns++) {
      let killed = false;
      let written = 0;
      const chatty: Program = async (process) => {
        for (let i = 0; i < 1000; i++) {
          await process.stdout.write(new Uint8Array([0x79]));
          if (killed) written++;
        }
        return 0;
      };
      const container = startContainer('ash', new Map([['/bin/chatty', chatty]]));
      const started = container.kernel.start({ argv: ['/bin/sh', '-c', '/bin/chatty >/dev/null'], env: new Map() });
      if (started.outcome !== 'started') throw new Error(started.outcome);
      for (let i = 0; i < 80 + turns; i++) await Promise.resolve();
      killed = true;
      started.process.kill('SIGKILL');
      await started.process.status;
      await container.clock.advance(10);
      expect(written, `killed after ${80 + turns} microtasks`).toBeLessThanOrEqual(1);
    }
  });

  it('recursion and expansion have limits that are told', async () => {
    const container = startContainer('ash');
    const recursive = await container.run(['sh', '-c', 'f() { f; }; f; echo no']);
    expect(recursive).toMatchObject({ status: 2, stdout: '' });
    expect(recursive.stderr).toContain('nesting level');
    expect(await container.run(['sh', '-c', 'x=$(head -c 300000 /dev/zero | tr "\\0" a); echo ${#x}'])).toMatchObject({
      stdout: '300000\n',
    });
    expect(await container.run(['sh', '-c', 'echo $((2**100000000)) $((1<<100))'])).toMatchObject({
      stdout: '0 68719476736\n',
    });
  });
});
