/**
 * Reads a page of the guided walk: Markdown whose `sh` blocks are commands with expectations, and whose `question` blocks ask
 * the learner. How to write them is in docs/authoring.md.
 */

import type { Tokens } from 'marked';
import { lexer } from 'marked';
import { parseCommand } from './command-line.ts';
import type { Location, Problem } from './location.ts';
import type { Expectation, Page, PagePart, Question } from './model.ts';
import type { ProblemCode } from './problem-codes.ts';

/** Programs that a page may ask for: they exist, or are built in, wherever the lab runs. */
const programs = ['kubectl', 'netpol-lab'];
export const pageVariables = ['NODE'] as const;

type Report = (message: string, code?: ProblemCode) => void;

export function parsePage(text: string, file: string, id: string): { page: Page; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const parts: PagePart[] = [];
  let title: string | undefined;
  let line = 1;
  for (const token of lexer(text.replaceAll('\r\n', '\n'))) {
    const at: Location = { file, line, column: 1 };
    const report: Report = (message, code) => problems.push({ ...at, message, ...(code && { code }) });
    if (token.type === 'heading' && title === undefined) title = (token as Tokens.Heading).text;
    else if (token.type === 'code') parts.push(parseBlock(token as Tokens.Code, at, report));
    else appendProse(parts, token.raw);
    line += token.raw.split('\n').length - 1;
  }
  if (title === undefined) problems.push({ file, line: 1, column: 1, message: 'the page has no heading' });
  return { page: { id, title: title ?? id, parts, file }, problems };
}

function parseBlock(token: Tokens.Code, at: Location, report: Report): PagePart {
  const info = token.lang ?? '';
  const body = token.text;
  const language = info.split(/\s/, 1)[0] ?? '';
  if (language === 'question') return { kind: 'question', question: parseQuestion(body, report) };
  if (['sh', 'bash', 'shell', 'console'].includes(language)) {
    const expect = parseExpectation(info.slice(language.length), report);
    checkCommand(body, report);
    return { kind: 'command', command: { text: body, expect, at } };
  }
  return { kind: 'prose', markdown: token.raw };
}

function checkCommand(body: string, report: (message: string) => void): void {
  const plain = body.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    if ((pageVariables as readonly string[]).includes(name)) return 'x';
    report(`unknown variable ${whole}: a command may use ${pageVariables.map((known) => `\${${known}}`).join(', ')}`);
    return 'x';
  });
  const parsed = parseCommand(plain);
  if ('problem' in parsed) report(parsed.problem);
  else if (!programs.includes(parsed.command.argv[0] ?? '')) {
    report(`"${parsed.command.argv[0]}": a page's commands are ${programs.join(' or ')}, which every learner has`);
  }
}

/** ` shows="blocked" lacks="refused" exit=1`: at least one of shows, lacks, exit. */
function parseExpectation(info: string, report: Report): Expectation {
  const shows: string[] = [];
  const lacks: string[] = [];
  let exitCode: number | undefined;
  const rest = info.replace(
    /(\w+)=(?:"((?:\\.|[^"\\])*)"|(\S+))/g,
    (whole, key: string, quoted: string | undefined, bare: string | undefined) => {
      const value = quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1');
      if (key === 'shows') shows.push(value);
      else if (key === 'lacks') lacks.push(value);
      else if (key === 'exit' && /^\d+$/.test(value)) exitCode = Number(value);
      else report(`${whole}: unknown expectation; known are shows="text", lacks="text", exit=N`);
      return '';
    },
  );
  if (rest.trim() !== '') report(`${rest.trim()}: expected shows="text", lacks="text" or exit=N after the language`);
  if (shows.length + lacks.length === 0 && exitCode === undefined) {
    report(
      'the command has no expectation: say what it shows, as in ```sh shows="blocked"',
      'command-without-expectation',
    );
  }
  return { shows, lacks, exitCode: exitCode ?? 0 };
}

function parseQuestion(body: string, report: (message: string) => void): Question {
  const options: { text: string; right: boolean }[] = [];
  const prose: string[] = [];
  for (const line of body.split('\n')) {
    const match = /^- \[([ x])\] (.+)$/.exec(line.trim());
    if (match) options.push({ text: match[2] ?? '', right: match[1] === 'x' });
    else if (line.trim() !== '') prose.push(line.trim());
  }
  if (options.length < 2 || options.filter((option) => option.right).length !== 1) {
    report('a question needs at least two options (- [ ] …) of which exactly one is right (- [x] …)');
  }
  if (prose.length === 0) report('the question has no text');
  return { text: prose.join(' '), options };
}

function appendProse(parts: PagePart[], markdown: string): void {
  const last = parts.at(-1);
  if (last?.kind === 'prose') parts[parts.length - 1] = { kind: 'prose', markdown: last.markdown + markdown };
  else if (markdown.trim() !== '') parts.push({ kind: 'prose', markdown });
}
