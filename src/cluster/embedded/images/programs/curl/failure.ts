/** Why a transfer ended badly: curl's number and the sentence behind it. */
export class CurlFailure extends Error {
  override readonly name = 'CurlFailure';
  readonly code: number;
  /** `--retry` tries these again. */
  readonly transient: boolean;
  readonly refused: boolean;

  constructor(code: number, message: string, kind: { readonly transient?: boolean; readonly refused?: boolean } = {}) {
    super(message);
    this.code = code;
    this.transient = kind.transient === true;
    this.refused = kind.refused === true;
  }
}
