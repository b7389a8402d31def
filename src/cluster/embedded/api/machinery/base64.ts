/** Is this text base64 as Go's standard encoding reads it? Node reads anything; Go says at which byte it gave up. */

const alphabet = /[A-Za-z0-9+/]/;
const newline = /[\r\n]/;

/** The index that encoding/base64 names in `illegal base64 data at input byte N`; undefined where all is well. */
export function firstIllegalByte(text: string): number | undefined {
  let at = 0;
  const skipNewlines = (): void => {
    while (newline.test(text.charAt(at))) at += 1;
  };
  for (;;) {
    for (let digits = 0; digits < 4; digits++) {
      skipNewlines();
      if (at >= text.length) return digits === 0 ? undefined : at - digits;
      const char = text.charAt(at);
      at += 1;
      if (alphabet.test(char)) continue;
      if (char !== '=' || digits < 2) return at - 1;
      if (digits === 2) {
        skipNewlines();
        if (at >= text.length) return text.length;
        if (text.charAt(at) !== '=') return at - 1;
        at += 1;
      }
      skipNewlines();
      return at < text.length ? at : undefined;
    }
  }
}
