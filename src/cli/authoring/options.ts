/** What the authoring gate is asked. */
import type { ReportFormat } from '../../ui/report/proofs.ts';
import type { KubectlChoice } from '../commands/options.ts';

export interface CheckOptions {
  readonly output: ReportFormat;
  readonly seed: string;
  readonly schema?: boolean;
  readonly mutants?: boolean;
  readonly kubectl?: KubectlChoice;
}
