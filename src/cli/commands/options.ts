/** What can be given to commands: the options that several share with their checks, and the shapes in which they arrive. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CniName, cniNames } from '../../cluster/embedded/net/cni-profiles.ts';
import type { ProviderName } from '../../cluster/provider.ts';
import type { ReportFormat } from '../../ui/report/proofs.ts';
import type { ElsewhereOptions } from '../elsewhere/options.ts';

export type KubectlChoice = 'builtin' | 'system';
export type ClockChoice = 'real' | 'virtual';

export function kubectlOption(): Option {
  return new Option(
    '--kubectl <which>',
    "which kubectl runs the pages' commands (default: the system's where there is one)",
  ).choices(['builtin', 'system']);
}

export function clockOption(): Option {
  return new Option('--clock <clock>', 'real: a lost packet takes its time; virtual: waiting takes none').choices([
    'real',
    'virtual',
  ]);
}

export function providerOption(): Option {
  return new Option('--on <provider>', 'where to play').choices(['embedded', 'kind', 'existing']).default('embedded');
}

/** `further`: what kind knows and the embedded cluster does not. */
export function cniOption(further: readonly string[] = []): Option {
  return new Option(
    '--cni <plugin>',
    'network plugin: what the embedded cluster behaves like, or what kind gets (calico, kindnet, none)',
  ).choices([...cniNames, ...further]);
}

export function nameOption(): Option {
  return new Option('--name <name>', 'name of the cluster');
}

export function textOrJson(): Option {
  return new Option('--output <format>', 'how results are printed').choices(['text', 'json']).default('text');
}

export function parseWorkers(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > 50)
    throw new InvalidArgumentError('Expected a number of nodes from 0 to 50.');
  return count;
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new InvalidArgumentError('Expected a port from 1 to 65535.');
  return port;
}

export function lookOptions(command: Command): Command {
  return command
    .option('--ascii', 'no box drawing, arrows or bullets')
    .option('--accessible', 'append-only output and numbered prompts, for screen readers (also ACCESSIBLE=1)');
}

export interface StartOptions extends ElsewhereOptions {
  readonly auto?: boolean;
  readonly on: ProviderName;
  readonly kubectl?: KubectlChoice;
  readonly clock?: ClockChoice;
  readonly cni?: CniName;
  readonly name?: string;
  readonly port?: number;
  readonly ascii?: boolean;
  readonly accessible?: boolean;
}

export interface TargetOptions {
  readonly name?: string;
  readonly kubeconfig?: string;
  readonly output?: string;
}

export interface VerifyOptions extends TargetOptions {
  readonly watch?: boolean;
}

export const reportFormats = ['text', 'json', 'junit', 'tap', 'github'] as const satisfies readonly ReportFormat[];

export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('Expected a number from 1 upwards.');
  return count;
}

export interface TestOptions extends ElsewhereOptions {
  readonly on: ProviderName;
  readonly output: ReportFormat;
  readonly kubectl?: KubectlChoice;
  readonly seed: string;
  readonly all?: boolean;
  /** How many processes; default: one per processor. */
  readonly parallel?: number;
  readonly mutants?: boolean;
}

export interface UpOptions {
  readonly name: string;
  readonly clock: ClockChoice;
  readonly cni: CniName;
  readonly detach?: boolean;
  readonly port?: number;
  readonly workers: number;
  readonly seed: string;
}
