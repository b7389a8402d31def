/** The keys of a guided session, what they mean, and the line that reminds of them. Pure. */
import type { Style } from '../style.ts';

export type Action =
  | {
      readonly do:
        | 'next'
        | 'back'
        | 'hint'
        | 'verify'
        | 'watch'
        | 'probe'
        | 'type'
        | 'reset'
        | 'list'
        | 'quit'
        | 'help'
        | 'again';
    }
  | { readonly do: 'why'; readonly rest: string }
  | { readonly do: 'command'; readonly text: string }
  | { readonly do: 'unknown'; readonly text: string };

const keys = [
  ['', 'next', 'next page'],
  ['b', 'back', 'page before'],
  ['h', 'hint', 'hint'],
  ['v', 'verify', 'verify'],
  ['watch', 'watch', 'verify again on every change'],
  ['p', 'probe', 'probe'],
  ['w', 'why', 'why'],
  ['t', 'type', 'type it for me'],
  ['x', 'reset', 'reset'],
  ['l', 'list', 'list'],
  ['q', 'quit', 'quit'],
  ['?', 'help', 'help'],
] as const;

export const keyNames: readonly string[] = [...keys.map(([, name]) => name), 'kubectl'];

/** A key, its word, or a kubectl command line. */
export function readAction(line: string): Action {
  const text = line.trim();
  const [word = '', ...rest] = text.split(/\s+/);
  if (/^(kubectl|k)$/.test(word)) return { do: 'command', text: text.replace(/^k /, 'kubectl ') };
  if (word === 'netpol-lab') return readAction(rest.join(' '));
  if (/^(v|verify) --watch$/.test(text)) return { do: 'watch' };
  if (word === 'w' || word === 'why') return { do: 'why', rest: rest.join(' ') };
  const key = keys.find(([letter, name]) => rest.length === 0 && (word === letter || word === name));
  if (!key) return { do: 'unknown', text };
  return key[1] === 'why' ? { do: 'why', rest: '' } : { do: key[1] };
}

/** `h hint · v verify · …`, in short words where the terminal is narrow. */
export function keysLine(style: Style): string {
  const separator = style.unicode ? ' · ' : ' | ';
  const type = style.columns >= 90 ? 't type it for me' : 't type it';
  return ['h hint', 'v verify', 'p probe', 'w why', type, 'x reset', 'l list', 'q quit', '?'].join(separator);
}

export const helpText = `enter    next page (b: the page before)
h        the next hint; asks first
v        verify: every check, by traffic
watch    verify again whenever something changes, in whatever terminal
p        probe: the flow of the symptom, once more
w A B    why: does A reach B, and who decides (w alone: the symptom)
t        types the page's next command for you
x        reset to the broken state; says what it discards
l        list the pages
q        quit; a cluster that was made for the session goes with it
kubectl … runs here as well, a pasted here-document too; for pipes use
         another terminal
`;
