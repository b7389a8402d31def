/** What the parts of a diagnosis share: the judged flows of a question, and the engine that judged them. */
import type { ExplainingEngine } from '../policy/engine.ts';
import type { PolicySnapshot } from '../policy/model.ts';
import type { Walkthrough } from '../policy/walkthrough.ts';
import type { AskedFlow, FlowQuestion } from './question.ts';

/** An observation's outcome. */
export type Observed = 'allowed' | 'blocked' | 'refused' | 'unresolved' | 'unknown';

export interface JudgedFlow extends AskedFlow {
  readonly walk: Walkthrough;
  readonly sentence: string;
}

/** What the parts of a diagnosis share. */
export interface DiagnosisContext {
  readonly engine: ExplainingEngine;
  readonly snapshot: PolicySnapshot;
  readonly question: FlowQuestion;
  readonly flows: readonly JudgedFlow[];
  /** `shop/web` */
  readonly source: string;
}
