/** Field splitting: how the results of expansions fall apart into words, by IFS. */
import type { Piece } from './pattern.ts';

/** A bit of expanded word. `split`: IFS characters in it separate fields. `break` is the border inside "$@". */
export type Chunk = (Piece & { readonly split: boolean }) | 'break';

export type Field = readonly Piece[];

/** A field without pieces does not exist; an empty quoted piece makes an empty field. */
export function splitFields(chunks: readonly Chunk[], ifs: string): readonly Field[] {
  const fields: Piece[][] = [];
  let current: Piece[] | undefined;
  /** A blank just ended a field: an IFS character that is none belongs to the same separator. */
  let afterBlank = false;
  const finish = (): void => {
    if (current) fields.push(current);
    current = undefined;
  };
  const add = (piece: Piece): void => {
    current ??= [];
    current.push(piece);
    afterBlank = false;
  };
  for (const chunk of chunks) {
    if (chunk === 'break') {
      finish();
      afterBlank = false;
    } else if (!chunk.split || chunk.quoted) {
      if (chunk.quoted || chunk.text !== '') add({ text: chunk.text, quoted: chunk.quoted });
    } else {
      splitText(chunk.text);
    }
  }
  finish();
  return fields;

  function splitText(text: string): void {
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const char = text[at] ?? '';
      if (!ifs.includes(char)) continue;
      if (at > start) add({ text: text.slice(start, at), quoted: false });
      start = at + 1;
      if (' \t\n'.includes(char)) {
        if (current) afterBlank = true;
        finish();
      } else if (afterBlank) {
        afterBlank = false;
      } else {
        current ??= [];
        finish();
      }
    }
    if (start < text.length) add({ text: text.slice(start), quoted: false });
  }
}

export function fieldText(field: Field): string {
  return field.map(({ text }) => text).join('');
}
