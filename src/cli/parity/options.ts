/** What can be asked of parity. */
import type { KubectlChoice } from '../commands/options.ts';
import type { ElsewhereOptions } from '../elsewhere/options.ts';

export interface ParityOptions extends ElsewhereOptions {
  readonly on: 'kind' | 'existing';
  readonly output: 'json' | 'markdown';
  readonly kubectl?: KubectlChoice;
  readonly json?: string;
  readonly markdown?: string;
}
