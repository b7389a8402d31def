/** A scenario and a lab as the program uses them: checked, typed, and with the place of everything in its files. */
import type { KubeObject } from '../kube/objects.ts';
import type { CommandLine } from './command-line.ts';
import type { Destination, Source } from './endpoint.ts';
import type { Location } from './location.ts';
import type { ScenarioFile } from './schema.ts';

/** Structurally the provider's Capability and OutsideHost: scenarios know no providers. */
export type Need = ScenarioFile['needs'][number];
export type Outside = ScenarioFile['outside'][number];

export type Phase = 'healthy' | 'broken' | 'fixed';
export type Expected = 'allowed' | 'blocked' | 'refused' | 'unresolved';

export interface ProbeSpec {
  readonly id: string;
  readonly says: string | undefined;
  readonly from: Source;
  readonly to: Destination;
  readonly expect: Readonly<Record<Phase, Expected>>;
  readonly at: Location;
}

export interface CheckSpec {
  readonly id: string;
  readonly says: string;
  /** Ids of probes; all must see what they expect in the fixed phase. */
  readonly probes: readonly string[];
  readonly at: Location;
}

export interface Change {
  readonly id: string;
  readonly says: string;
  /** Objects to apply, in order; then the commands. */
  readonly objects: readonly KubeObject[];
  readonly commands: readonly CommandLine[];
  readonly at: Location;
}

export interface Trap extends Change {
  /** Every one of these checks must fail. */
  readonly caughtBy: readonly string[];
}

export interface Cause {
  /** `NetworkPolicy shop/restrict-egress` */
  readonly object: string;
  readonly direction: 'Ingress' | 'Egress';
  readonly finding: string;
  /** The probe that shows the symptom. */
  readonly probe: string;
  readonly at: Location;
}

/** What a page says about the outcome of its command. */
export interface Expectation {
  /** Each must occur in stdout or stderr. */
  readonly shows: readonly string[];
  /** None may occur. */
  readonly lacks: readonly string[];
  readonly exitCode: number;
}

export interface PageCommand {
  /** As it stands on the page, `${NODE}` not yet replaced. */
  readonly text: string;
  readonly expect: Expectation;
  readonly at: Location;
}

export interface Question {
  readonly text: string;
  readonly options: readonly { readonly text: string; readonly right: boolean }[];
}

export type PagePart =
  | { readonly kind: 'prose'; readonly markdown: string }
  | { readonly kind: 'command'; readonly command: PageCommand }
  | { readonly kind: 'question'; readonly question: Question };

/** One step of the guided walk. */
export interface Page {
  /** File name without extension: `02-symptom`. */
  readonly id: string;
  readonly title: string;
  readonly parts: readonly PagePart[];
  readonly file: string;
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly level: 'beginner' | 'intermediate' | 'advanced';
  readonly minutes: number;
  readonly tags: readonly string[];
  readonly needs: readonly Need[];
  readonly outside: readonly Outside[];
  /** Healthy state, in order. */
  readonly manifests: readonly KubeObject[];
  readonly fault: readonly KubeObject[];
  /** `namespace/name` of pods that start again once the fault is in place. */
  readonly restarts: readonly string[];
  readonly probes: readonly ProbeSpec[];
  readonly checks: readonly CheckSpec[];
  readonly cause: Cause;
  readonly hints: readonly string[];
  readonly pages: readonly Page[];
  readonly solutions: readonly Change[];
  readonly traps: readonly Trap[];
  /** Absolute path of the scenario's folder. */
  readonly folder: string;
  readonly at: Location;
}

export interface Lab {
  readonly id: string;
  readonly title: string;
  readonly mode: 'path' | 'interview' | 'game-day';
  readonly says: string | undefined;
  readonly scenarios: readonly string[];
  readonly rules: { readonly hints: boolean; readonly reset: boolean; readonly minutesEach?: number | undefined };
}
