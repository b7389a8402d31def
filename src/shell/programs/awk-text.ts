/** sub and gsub: replacing what a regular expression finds, `&` standing for it. */

export function substituteText(
  text: string,
  regex: RegExp,
  replacement: string,
  all: boolean,
): { readonly text: string; readonly count: number } {
  let count = 0;
  const result = text.replace(new RegExp(regex.source, all ? 'g' : ''), (found: string) => {
    count++;
    return replacement.replace(/\\(.)|&/g, (whole, escaped?: string) =>
      escaped === undefined ? found : escaped === '&' || escaped === '\\' ? escaped : whole,
    );
  });
  return { text: result, count };
}
