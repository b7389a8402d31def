/** `kubectl apply -f - <<EOF` at a prompt of ours goes on until its delimiter, as in a shell. */
import type { Prompter } from '../../ui/terminal/prompter.ts';

/** The whole command; undefined where it is given up before its end. */
export async function readHereDocument(prompter: Pick<Prompter, 'more'>, first: string): Promise<string | undefined> {
  const delimiter = /<<-?\s*(['"]?)([A-Za-z_]\w*)\1\s*$/.exec(first)?.[2];
  if (!delimiter) return first;
  const lines = [first];
  while (lines.at(-1) !== delimiter) {
    const line = await prompter.more('> ');
    if (line === undefined) return undefined;
    lines.push(line.replace(/\r$/, ''));
  }
  return lines.join('\n');
}
