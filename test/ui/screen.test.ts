/** What somebody sees who waits: one line that goes away, or words now and then where nothing may move. */
import { expect, test } from 'vitest';
import { createStyle, type StyleOptions } from '../../src/ui/style.ts';
import { createScreen } from '../../src/ui/terminal/screen.ts';

const terminal: StyleOptions = { env: { NO_COLOR: '1' }, isTerminal: true, columns: 40 };

function record(options: StyleOptions, heartbeatMs = 30_000) {
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  const screen = createScreen({ style: createStyle(options), out: write, progress: write, patienceMs: 5, heartbeatMs });
  const until = async (text: string) => {
    while (!written.join('').includes(text)) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return { screen, until, text: () => written.join('') };
}

test('a terminal shows what is waited for in one row, and every word of it goes away', async () => {
  const { screen, until, text } = record(terminal);
  screen.out('before\n');
  screen.busy(`asking ${'a long way '.repeat(10)}`);
  await until('… 0 s');
  screen.out('answer\n');
  screen.idle();
  const [row = ''] = /asking[^\r]*/.exec(text()) ?? [];
  expect([...row].length).toBeLessThan(40);
  expect(text().replace(/asking[^\r]*\r\u001b\[2K/g, '')).toBe('before\nanswer\n');
});

test('a row is never drawn over text that has not ended its line, coloured or not', async () => {
  const { screen, until, text } = record({ env: { FORCE_COLOR: '1' }, isTerminal: true, columns: 40 });
  screen.out('half a line');
  screen.busy('waiting');
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(text()).toBe('half a line');
  screen.progress('\u001b[2m, ended\n\u001b[22m');
  await until('waiting');
  screen.idle();
});

test.each([
  ['--accessible', { ...terminal, accessible: true }, 'asking\nstill at it after 0 s: asking\n'],
  ['TERM=dumb', { ...terminal, env: { TERM: 'dumb' } }, 'still at it after 0 s: asking\n'],
  ['a pipe', { ...terminal, isTerminal: false }, 'still at it after 0 s: asking\n'],
] as const)('%s is told in lines, without moving the cursor', async (_name, options, expected) => {
  const { screen, until, text } = record(options, 5);
  screen.busy('asking');
  await until('still at it');
  screen.idle();
  expect(text().startsWith(expected)).toBe(true);
  expect(text()).not.toMatch(/[\r\u001b]/);
});

test('a gap is one empty line, however often it is asked for', () => {
  const { screen, text } = record(terminal);
  screen.gap();
  screen.out('a\n');
  screen.gap();
  screen.gap();
  screen.out('b\n\n');
  screen.gap();
  expect(text()).toBe('a\n\nb\n\n');
});
