/** Prompts on a terminal's keys: what Escape, Ctrl-C, Ctrl-D and a paste of several lines do. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createStyle } from '../../src/ui/style.ts';
import { createPrompter } from '../../src/ui/terminal/prompter.ts';

function prompts(env: Readonly<Record<string, string>> = {}) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let written = '';
  output.on('data', (chunk) => {
    written += chunk;
  });
  const controller = new AbortController();
  let interrupts = 0;
  const prompter = createPrompter({
    input,
    output,
    style: createStyle({ env: { FORCE_COLOR: '1', ...env }, isTerminal: true, columns: 80 }),
    signal: controller.signal,
    interrupt: () => {
      interrupts++;
      controller.abort(new Error('interrupted'));
    },
    onContinue: () => () => undefined,
  });
  const press = async (keys: string, after: string) => {
    while (!written.includes(after)) await new Promise((resolve) => setTimeout(resolve, 5));
    input.write(keys);
  };
  return { prompter, press, interrupts: () => interrupts };
}

test('Escape leaves a question with no, and leaves the session alone', async () => {
  const { prompter, press, interrupts } = prompts();
  const [answer] = await Promise.all([prompter.confirm('Sure?'), press('\u001b', 'Sure?')]);
  expect([answer, interrupts()]).toEqual([false, 0]);
  const [chosen] = await Promise.all([prompter.choose('Which?', ['a', 'b']), press('\u001b', 'Which?')]);
  expect([chosen, interrupts()]).toEqual([undefined, 0]);
});

test('Ctrl-C at a question interrupts', async () => {
  const { prompter, press, interrupts } = prompts();
  await Promise.all([expect(prompter.confirm('Sure?')).rejects.toThrow('interrupted'), press('\u0003', 'Sure?')]);
  expect(interrupts()).toBe(1);
});

test.each([[{}], [{ NO_COLOR: '1' }], [{ ACCESSIBLE: '1' }]])('with %o, yes is yes and enter is no', async (env) => {
  const { prompter, press } = prompts(env);
  const [yes] = await Promise.all([prompter.confirm('Sure?'), press('y\r', 'Sure?')]);
  const [no] = await Promise.all([prompter.confirm('Really?'), press('\r', 'Really?')]);
  expect([yes, no]).toEqual([true, false]);
});

test('lines that are pasted together are given one by one', async () => {
  const { prompter, press } = prompts();
  const [first] = await Promise.all([prompter.line('> '), press('apply <<EOF\rkind: Pod\r\rEOF\r', '> ')]);
  const rest = [await prompter.line('> '), await prompter.line('> '), await prompter.line('> ')];
  expect([first, ...rest]).toEqual(['apply <<EOF', 'kind: Pod', '', 'EOF']);
});

test('Ctrl-C empties a line that has something on it, and interrupts on an empty one', async () => {
  const { prompter, press, interrupts } = prompts();
  const [line] = await Promise.all([prompter.line('> '), press('kubectl delete\u0003kubectl get\r', '> ')]);
  expect([line, interrupts()]).toEqual(['kubectl get', 0]);
  await Promise.all([expect(prompter.line('$ ')).rejects.toThrow('interrupted'), press('\u0003', '$ ')]);
  expect(interrupts()).toBe(1);
});

test.each(['\u0003', 'spec:\u0003', '\u0004'])('what was begun is given up by %j', async (keys) => {
  const { prompter, press, interrupts } = prompts();
  const [line] = await Promise.all([prompter.more('> '), press(keys, '> ')]);
  expect([line, interrupts()]).toEqual([undefined, 0]);
});
