/**
 * Which objects does `labelSelector=` mean? The grammar of k8s.io/apimachinery/pkg/labels with its complaints, as a list of
 * requirements that kube/selectors.ts can match.
 */
import type { LabelSelectorRequirement, Labels } from '../../../../kube/objects.ts';
import { matchesRequirement } from '../../../../kube/selectors.ts';
import { labelKeyProblems, labelValueProblems } from '../validation/names.ts';
import { badRequest } from './status.ts';

export type LabelMatcher = (labels: Labels | undefined) => boolean;

type Token = { readonly kind: 'word' | 'symbol' | 'end'; readonly text: string };

/** Throws the 400 of an unparsable selector. Empty text matches everything. */
export function parseLabelSelector(text: string): LabelMatcher {
  const requirements = parseRequirements(text);
  return (labels) => requirements.every((requirement) => matchesRequirement(requirement, labels));
}

/** Operators as in LabelSelectorRequirement; `=` and `!=` are In and NotIn of one value. */
export function parseRequirements(text: string): readonly LabelSelectorRequirement[] {
  const parser = new Parser(tokenize(text));
  const requirements = parser.parse();
  requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return requirements;
}

function refuse(message: string): Error {
  return badRequest(`unable to parse requirement: ${message}`);
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/\s+|(==|!=|[=!<>(),])|([^\s=!<>(),]+)/g)) {
    const [, symbol, word] = match;
    if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
  }
  return tokens;
}

const end: Token = { kind: 'end', text: '' };

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): LabelSelectorRequirement[] {
    const requirements: LabelSelectorRequirement[] = [];
    if (this.#peek().kind === 'end') return requirements;
    for (;;) {
      const first = this.#peek();
      if (first.kind !== 'word' && first.text !== '!') {
        throw refuse(`found '${first.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const next = this.#next();
      if (next.kind === 'end') return requirements;
      if (next.text !== ',') throw refuse(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.kind !== 'word' && after.text !== '!')
        throw refuse(`found '${after.text}', expected: identifier after ','`);
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? end;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #requirement(): LabelSelectorRequirement {
    const absent = this.#peek().text === '!' && this.#peek().kind === 'symbol';
    if (absent) this.#at++;
    const key = this.#next();
    if (key.kind !== 'word') throw refuse(`found '${key.text}', expected: identifier`);
    const [problem] = labelKeyProblems(key.text);
    if (problem) throw refuse(`key: Invalid value: ${JSON.stringify(key.text)}: ${problem}`);
    if (absent) return { key: key.text, operator: 'DoesNotExist' };
    const operator = this.#peek();
    if (operator.kind === 'end' || operator.text === ',') return { key: key.text, operator: 'Exists' };
    this.#at++;
    return this.#withOperator(key.text, operator);
  }

  #withOperator(key: string, operator: Token): LabelSelectorRequirement {
    switch (operator.text) {
      case 'in':
      case 'notin':
        return checkValues({ key, operator: operator.text === 'in' ? 'In' : 'NotIn', values: this.#values() });
      case '=':
      case '==':
        return checkValues({ key, operator: 'In', values: [this.#exactValue()] });
      case '!=':
        return checkValues({ key, operator: 'NotIn', values: [this.#exactValue()] });
      case '>':
      case '<':
        return checkNumber({ key, operator: operator.text === '>' ? 'Gt' : 'Lt', values: [this.#exactValue()] });
      default:
        throw refuse(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #exactValue(): string {
    const value = this.#peek();
    if (value.kind === 'end' || value.text === ',') return '';
    this.#at++;
    if (value.kind === 'word') return value.text;
    throw refuse(`found '${value.text}', expected: identifier`);
  }

  #values(): string[] {
    const open = this.#next();
    if (open.text !== '(') throw refuse(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    for (;;) {
      const token = this.#next();
      if (token.kind === 'word') values.add(token.text);
      else if (token.text === ',') {
        if (this.#peek().text === ')' || this.#peek().text === ',') values.add('');
      } else if (token.text === ')') return [...values].sort();
      else throw refuse(`found '${token.text}', expected: ',', ')' or identifier`);
    }
  }
}

function checkValues(requirement: LabelSelectorRequirement): LabelSelectorRequirement {
  for (const [index, value] of (requirement.values ?? []).entries()) {
    const [problem] = labelValueProblems(value);
    if (problem)
      throw refuse(`values[${index}][${requirement.key}]: Invalid value: ${JSON.stringify(value)}: ${problem}`);
  }
  return requirement;
}

function checkNumber(requirement: LabelSelectorRequirement): LabelSelectorRequirement {
  const [value = ''] = requirement.values ?? [];
  if (/^[+-]?\d+$/.test(value)) return requirement;
  throw refuse(
    `values[0][${requirement.key}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
  );
}
