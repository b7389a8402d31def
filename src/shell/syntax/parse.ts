/**
 * From text to our syntax tree, by way of the parser library. The library reads bash and forgives; a POSIX shell does
 * neither, so what only bash would accept is turned back into plain commands or refused here.
 */
import * as unbash from 'unbash';
import {
  type Command,
  type CompoundCommand,
  type List,
  type ListItem,
  type Pipeline,
  type Redirect,
  type Script,
  SyntaxFailure,
} from './ast.ts';
import { convertRedirects, convertSimple, rawSimple, wordAt } from './convert-simple.ts';
import { failureOf, refuse, type Source, sourceOf } from './source.ts';

export interface Dialect {
  /** BusyBox ash's additions: `$'…'`, `${x/y/z}`, `[[`, `function`. */
  readonly extensions: boolean;
}

/** Throws SyntaxFailure. `firstLine` numbers the first line of the text. */
export function parseScript(text: string, dialect: Dialect, firstLine = 1): Script {
  const tree = unbash.parse(text);
  const source = sourceOf(text, firstLine, dialect.extensions, tree, (inner, offset) =>
    parseScript(inner, dialect, firstLine + lineBreaks(text, offset)),
  );
  const errors = (tree.errors ?? []).filter((error) => error.message !== 'expected compound command as function body');
  if (errors.length > 0) throw failureOf(source, errors);
  return { list: convertList(source, tree.commands) };
}

/** Whether more lines would still belong to this text: an open quote, compound, here-document or continued line. */
export function needsMore(text: string, dialect: Dialect): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\\n$/.test(text)) return true;
  try {
    parseScript(text, dialect);
  } catch (error) {
    return error instanceof SyntaxFailure && error.incomplete;
  }
  return text.includes('<<') && hasOpenHeredoc(unbash.parse(text));
}

function hasOpenHeredoc(node: unbash.SyntaxNode): boolean {
  if (node.type === 'HereDoc') return node.closing === undefined;
  let open = false;
  unbash.forEachChild(node, (child) => {
    open ||= hasOpenHeredoc(child);
  });
  return open;
}

function lineBreaks(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function convertList(source: Source, statements: readonly unbash.Statement[]): List {
  return statements.map((statement) => convertStatement(source, statement));
}

function convertStatement(source: Source, statement: unbash.Statement): ListItem {
  const { command } = statement;
  // The library stops before a parenthesis that nothing explains: `echo (a)`.
  if (/^[ \t]*\(/.test(source.text.slice(command.end, command.end + 80))) refuse(source, command.end, '(');
  const raw = source.text.slice(command.pos, command.end);
  const background = statement.background === true;
  if (command.type !== 'AndOr') return { first: convertPipeline(source, command), rest: [], background, source: raw };
  const [first, ...others] = command.commands;
  if (!first) throw new SyntaxFailure({ kind: 'end-of-file', expecting: undefined }, 1, false);
  const rest = others.map((pipeline, i) => ({
    operator: command.operators[i] ?? '&&',
    pipeline: convertPipeline(source, pipeline),
  }));
  return { first: convertPipeline(source, first), rest, background, source: raw };
}

function convertPipeline(source: Source, node: unbash.PipelineNode): Pipeline {
  if (node.type !== 'Pipeline') return { negated: false, timed: false, commands: [convertCommand(source, node)] };
  if (node.operators.includes('|&')) refuse(source, source.text.indexOf('|&', node.pos) + 1, '&');
  return {
    negated: node.prefixes.filter((prefix) => prefix.type === 'Negation').length % 2 === 1,
    timed: node.prefixes.some((prefix) => prefix.type === 'Time'),
    commands: node.commands.map((command) => convertCommand(source, command)),
  };
}

function convertCommand(source: Source, node: unbash.CommandNode): Command {
  switch (node.type) {
    case 'Command':
      return convertSimple(source, node);
    case 'Function':
      return convertFunction(source, node);
    case 'Redirected':
      return withRedirects(convertCompound(source, node.command), convertRedirects(source, node.redirects));
    case 'Coproc':
      return rawSimple(source, node.pos, node.end, ['coproc']);
    default:
      return convertCompound(source, node);
  }
}

function withRedirects(command: Command, redirects: readonly Redirect[]): Command {
  return command.type === 'function' ? command : { ...command, redirects };
}

function convertFunction(source: Source, node: unbash.Function): Command {
  const name = node.name.text;
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) {
    throw new SyntaxFailure({ kind: 'bad-function-name' }, source.lineAt(node.pos), false);
  }
  if (node.body.type !== 'CompoundList') return { type: 'function', name, body: convertCommand(source, node.body) };
  // POSIX wants a compound command here; ash and dash take any.
  const [statement] = node.body.commands;
  if (!statement) throw new SyntaxFailure({ kind: 'end-of-file', expecting: undefined }, source.lineAt(node.pos), true);
  return {
    type: 'function',
    name,
    body: { type: 'group', body: [convertStatement(source, statement)], redirects: [], line: source.lineAt(node.pos) },
  };
}

function convertCompound(source: Source, node: unbash.CompoundCommand): CompoundCommand | Command {
  const base = { redirects: [], line: source.lineAt(node.pos) };
  const list = (body: unbash.CompoundList): List => convertList(source, body.commands);
  switch (node.type) {
    case 'BraceGroup':
      return { ...base, type: 'group', body: list(node.body) };
    case 'Subshell':
      return { ...base, type: 'subshell', body: list(node.body) };
    case 'If': {
      const branches = [node, ...node.elif].map((branch) => ({
        condition: list(branch.clause),
        body: list(branch.then),
      }));
      return { ...base, type: 'if', branches, otherwise: node.else ? list(node.else) : [] };
    }
    case 'While':
      return {
        ...base,
        type: 'loop',
        until: node.kind === 'until',
        condition: list(node.clause),
        body: list(node.body),
      };
    case 'For':
      return { ...base, ...convertFor(source, node), body: list(node.body) };
    case 'Case':
      return { ...base, ...convertCase(source, node) };
    case 'TestCommand':
      return rawSimple(source, node.pos, node.end, testWords(node.expression));
    case 'ArithmeticCommand': {
      // `((1))` is a subshell in a subshell to a POSIX shell.
      const inner = source.parseScript(`(${node.body})`, node.pos);
      return { ...base, type: 'subshell', body: inner.list };
    }
    case 'ArithmeticFor':
      throw new SyntaxFailure({ kind: 'bad-for-variable' }, base.line, false);
    case 'Select':
      return refuse(source, node.body.pos, 'do');
  }
}

function convertFor(source: Source, node: unbash.For) {
  const name = node.name.text;
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw new SyntaxFailure({ kind: 'bad-for-variable' }, source.lineAt(node.pos), false);
  return { type: 'for' as const, name, words: node.wordlist?.map((word) => wordAt(source, word)) };
}

function convertCase(source: Source, node: unbash.Case) {
  const items = node.items.map((item) => {
    if (item.terminator === ';&' || item.terminator === ';;&') refuse(source, item.end, '&');
    return {
      patterns: item.pattern.map((word) => wordAt(source, word)),
      body: convertList(source, item.body.commands),
    };
  });
  return { type: 'case' as const, subject: wordAt(source, node.word), items };
}

/** `[[ … ]]` as the words of a command, which is what BusyBox makes of it; && and || are -a and -o there. */
function testWords(expression: unbash.TestExpression): readonly string[] {
  const words = (node: unbash.TestExpression): readonly string[] => {
    switch (node.type) {
      case 'TestUnary':
        return [node.operator, node.operand.text];
      case 'TestBinary':
        return [node.left.text, `"${node.operator}"`, node.right.text];
      case 'TestLogical':
        return node.operands.flatMap((operand, i) =>
          i === 0 ? words(operand) : [node.operator === '&&' ? '-a' : '-o', ...words(operand)],
        );
      case 'TestNot':
        return [...node.negations.map(() => '!'), ...words(node.operand)];
      case 'TestGroup':
        return ['"("', ...words(node.expression), '")"'];
    }
  };
  return ['[[', ...words(expression), ']]'];
}
