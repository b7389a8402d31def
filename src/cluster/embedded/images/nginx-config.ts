/** As much of nginx's configuration as lab pods use: the server blocks of conf.d, or those of nginx.conf itself. */
import type { FileSystem } from '../../../shell/process.ts';

export interface NginxLocation {
  readonly prefix: string;
  readonly root?: string;
  readonly type?: string;
  readonly returns?: { readonly status: number; readonly text: string };
}

export interface NginxServer {
  readonly ports: readonly number[];
  readonly root: string;
  readonly returns?: { readonly status: number; readonly text: string };
  readonly locations: readonly NginxLocation[];
}

interface Directive {
  readonly words: readonly string[];
  readonly block?: readonly Directive[];
}

const defaultRoot = '/usr/share/nginx/html';
const decoder = new TextDecoder();

export function readNginxServers(fs: FileSystem): readonly NginxServer[] {
  const main = parse(read(fs, '/etc/nginx/nginx.conf'));
  const http = main.find(({ words }) => words[0] === 'http')?.block ?? [];
  const included = http
    .filter(({ words }) => words[0] === 'include' && words[1]?.endsWith('/*.conf'))
    .flatMap(({ words }) => {
      const folder = (words[1] ?? '').replace(/\/\*\.conf$/, '');
      const names = (fs.list(folder) ?? []).filter((name) => name.endsWith('.conf'));
      return names.flatMap((name) => parse(read(fs, `${folder}/${name}`)));
    });
  return [...http, ...included].filter(({ words }) => words[0] === 'server').map(({ block = [] }) => toServer(block));
}

function toServer(block: readonly Directive[]): NginxServer {
  const ports = block
    .filter(({ words }) => words[0] === 'listen')
    .map(({ words }) => Number(/(\d+)$/.exec(words[1] ?? '')?.[1] ?? 80));
  const returns = returnOf(block);
  return {
    ports: ports.length > 0 ? [...new Set(ports)] : [80],
    root: directiveValue(block, 'root') ?? defaultRoot,
    ...(returns && { returns }),
    locations: block.filter(({ words }) => words[0] === 'location').map(toLocation),
  };
}

function toLocation({ words, block = [] }: Directive): NginxLocation {
  const root = directiveValue(block, 'root');
  const type = directiveValue(block, 'default_type');
  const returns = returnOf(block);
  return {
    prefix: words.at(-1) ?? '/',
    ...(root !== undefined && { root }),
    ...(type !== undefined && { type }),
    ...(returns && { returns }),
  };
}

function directiveValue(block: readonly Directive[], name: string): string | undefined {
  return block.find(({ words }) => words[0] === name)?.words[1];
}

function returnOf(block: readonly Directive[]): { status: number; text: string } | undefined {
  const words = block.find((directive) => directive.words[0] === 'return')?.words;
  return words && { status: Number(words[1]), text: (words[2] ?? '').replace(/\\n/g, '\n') };
}

function read(fs: FileSystem, path: string): string {
  const bytes = fs.readFile(path);
  return bytes ? decoder.decode(bytes) : '';
}

function parse(text: string): Directive[] {
  const tokens = [...text.matchAll(/#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([;{}])|([^\s;{}#]+)/g)];
  const stack: { words: string[]; block: Directive[] }[] = [];
  let block: Directive[] = [];
  const top = block;
  let words: string[] = [];
  for (const [whole, double, single, mark, bare] of tokens) {
    if (whole.startsWith('#')) continue;
    if (mark === ';') {
      if (words.length > 0) block.push({ words });
      words = [];
    } else if (mark === '{') {
      const inner: Directive[] = [];
      block.push({ words, block: inner });
      stack.push({ words, block });
      block = inner;
      words = [];
    } else if (mark === '}') {
      block = stack.pop()?.block ?? top;
      words = [];
    } else words.push(double ?? single ?? bare ?? '');
  }
  return top;
}
