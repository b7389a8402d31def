/** Where does a value stand in a document? Only what is wrong or unknown is told its place, so it is put into words late. */

export interface Place {
  readonly above: Place | undefined;
  /** A field's name, an index in a list, or `key` of a map. */
  readonly step: string | number | { readonly key: string };
  /** The innermost struct. */
  readonly owner: string;
}

/** `spec.containers[0].port` */
export function pathOf(place: Place): string {
  const { above, step } = place;
  if (!above) return '';
  const before = pathOf(above);
  if (typeof step === 'number') return `${before}[${step}]`;
  const name = typeof step === 'string' ? step : step.key;
  return before === '' ? name : `${before}.${name}`;
}

/** As Go names the place: the fields alone. */
export function goPathOf(place: Place): string {
  const { above, step } = place;
  if (!above) return '';
  const before = goPathOf(above);
  if (typeof step !== 'string') return before;
  return before === '' ? step : `${before}.${step}`;
}
