/** What the matrix command is asked. */
import type { TablePort } from '../../policy/truth-table.ts';

export interface MatrixOptions {
  readonly filename?: readonly string[];
  readonly diff?: readonly string[];
  readonly context?: string;
  readonly name?: string;
  readonly kubeconfig?: string;
  readonly namespace?: readonly string[];
  readonly port?: readonly TablePort[];
  readonly outside?: readonly string[];
  readonly accessible?: boolean;
  readonly output: 'text' | 'json' | 'csv' | 'html';
}
