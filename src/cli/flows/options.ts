/** What the flows command is asked. */
import type { FlowOutcome } from '../../cluster/embedded/net/flow-log.ts';

export interface FlowsOptions {
  readonly namespace?: string;
  readonly pod?: string;
  readonly verdict?: FlowOutcome;
  /** Seconds. */
  readonly since?: number;
  readonly last?: number;
  readonly follow?: boolean;
  readonly output: 'text' | 'json';
  readonly name?: string;
  readonly kubeconfig?: string;
}
