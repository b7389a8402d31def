/** Markdown for terminals: the few constructs that pages use, wrapped to the width. Unknown constructs are printed as written. */

import type { Token, Tokens } from 'marked';
import { lexer } from 'marked';
import type { Style } from '../style.ts';
import { wrap } from './wrap.ts';

/** Ends with a newline unless it is empty. */
export function renderMarkdown(markdown: string, style: Style): string {
  const blocks = lexer(markdown).flatMap((token) => {
    const block = renderBlock(token, style, '');
    return block === '' ? [] : [block];
  });
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
}

function renderBlock(token: Token, style: Style, indent: string): string {
  switch (token.type) {
    case 'space':
    case 'html':
      return '';
    case 'heading':
      return style.bold(inline((token as Tokens.Heading).tokens, style));
    case 'paragraph':
    case 'text':
      return wrap(inlineOf(token as Tokens.Paragraph, style), style.columns, indent);
    case 'blockquote':
      return (token as Tokens.Blockquote).tokens
        .map((inner) => renderBlock(inner, style, `${indent}${bar(style)} `))
        .filter((block) => block !== '')
        .join('\n');
    case 'list':
      return renderList(token as Tokens.List, style, indent);
    case 'code':
      return (token as Tokens.Code).text
        .split('\n')
        .map((line) => `${indent}    ${style.code(line)}`)
        .join('\n');
    case 'hr':
      return style.dim((style.unicode ? '─' : '-').repeat(style.columns));
    default:
      return token.raw.trimEnd();
  }
}

function renderList(list: Tokens.List, style: Style, indent: string): string {
  return list.items
    .map((item, i) => {
      const bullet = list.ordered ? `${Number(list.start || 1) + i}.` : style.unicode ? '•' : '*';
      const inner = `${indent}${' '.repeat(bullet.length + 1)}`;
      const blocks = item.tokens.map((token) => renderBlock(token, style, inner)).filter((block) => block !== '');
      return `${indent}${bullet} ${blocks.join('\n').slice(inner.length)}`;
    })
    .join('\n');
}

function inlineOf(token: { readonly tokens?: Token[]; readonly text: string }, style: Style): string {
  return token.tokens ? inline(token.tokens, style) : plain(token.text);
}

function inline(tokens: readonly Token[], style: Style): string {
  return tokens.map((token) => renderInline(token, style)).join('');
}

function renderInline(token: Token, style: Style): string {
  switch (token.type) {
    case 'strong':
      return style.bold(inline((token as Tokens.Strong).tokens, style));
    case 'em':
      return inline((token as Tokens.Em).tokens, style);
    case 'codespan':
      return style.code(plain((token as Tokens.Codespan).text));
    case 'link': {
      const { tokens, href } = token as Tokens.Link;
      const text = inline(tokens, style);
      return text === href ? href : `${text} (${href})`;
    }
    case 'br':
      return ' ';
    default:
      return 'text' in token ? plain(String(token.text)) : token.raw;
  }
}

/** marked escapes what HTML would read. */
function plain(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
  );
}

function bar(style: Style): string {
  return style.unicode ? '│' : '|';
}
