/** The help pages: kubectl's own front page, groups of commands, and one command with its flags. */
import type { Command } from './command.ts';
import { globalFlags } from './flags/common.ts';
import type { FlagSpec } from './flags/spec.ts';

interface Group {
  readonly title: string;
  readonly names: readonly string[];
}

const groups: readonly Group[] = [
  { title: 'Basic Commands (Beginner)', names: ['create', 'expose', 'run', 'set'] },
  { title: 'Basic Commands (Intermediate)', names: ['explain', 'get', 'edit', 'delete'] },
  { title: 'Deploy Commands', names: ['rollout', 'scale', 'autoscale'] },
  {
    title: 'Cluster Management Commands',
    names: ['certificate', 'cluster-info', 'top', 'cordon', 'uncordon', 'drain', 'taint'],
  },
  {
    title: 'Troubleshooting and Debugging Commands',
    names: ['describe', 'logs', 'attach', 'exec', 'port-forward', 'proxy', 'cp', 'auth', 'debug', 'events'],
  },
  { title: 'Advanced Commands', names: ['diff', 'apply', 'patch', 'replace', 'wait', 'kustomize'] },
  { title: 'Settings Commands', names: ['label', 'annotate', 'completion'] },
  { title: 'Subcommands provided by plugins', names: [] },
  { title: 'Other Commands', names: ['api-resources', 'api-versions', 'config', 'kuberc', 'plugin', 'version'] },
];

export function rootHelp(commands: readonly Command[]): string {
  const listed = groups.map(
    ({ title, names }) => `${title}:\n${names.map((name) => row(name, shortOf(commands, name), 16)).join('')}\n`,
  );
  return `kubectl controls the Kubernetes cluster manager.

 Find more information at: https://kubernetes.io/docs/reference/kubectl/

${listed.join('')}Usage:
  kubectl [flags] [options]

Use "kubectl <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;
}

function shortOf(commands: readonly Command[], name: string): string {
  return commands.find((command) => command.name === name)?.short ?? '';
}

function row(name: string, short: string, width: number): string {
  return `  ${name.padEnd(width)}${short}\n`;
}

/** `kubectl auth`: what the group is, and its commands. */
export function groupHelp(command: Command, path: string): string {
  const listed = [...(command.commands ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  const width = Math.max(14, ...listed.map(({ name }) => name.length + 3));
  const examples = command.examples ? `Examples:\n${command.examples}\n\n` : '';
  return `${introduction(command)}

${examples}Available Commands:
${listed.map((each) => row(each.name, each.short, width)).join('')}
Usage:
  ${path} ${command.usage ?? '[flags]'} [options]

Use "${path} <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;
}

/** The long description as it is, or the short one as a sentence. */
function introduction({ long, short }: Command): string {
  if (long !== undefined) return long;
  return short.endsWith('.') ? short : `${short}.`;
}

export function commandHelp(command: Command, path: string): string {
  if (command.commands && !command.run) return groupHelp(command, path);
  const flags = (command.flags ?? []).filter((spec) => !spec.refused);
  const refused = (command.flags ?? []).filter((spec) => spec.refused).map(({ name }) => `--${name}`);
  const options = flags.length > 0 ? `Options:\n${optionsHelp(flags)}\n` : '';
  const note = refused.length > 0 ? `Not in the built-in kubectl: ${refused.sort().join(', ')}\n\n` : '';
  return `${introduction(command)}

${options}${note}Usage:
  ${path} ${command.usage ?? '[flags]'} [options]

Use "kubectl options" for a list of global command-line options (applies to all commands).
`;
}

function optionsHelp(flags: readonly FlagSpec[]): string {
  const sorted = [...flags].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted
    .map(
      (spec) => `    ${spec.short ? `-${spec.short}, ` : ''}--${spec.name}=${shown(spec)}:\n\t${spec.help ?? ''}\n\n`,
    )
    .join('')
    .replace(/\n$/, '');
}

function shown(spec: FlagSpec): string {
  const { kind, fallback } = spec;
  if (kind === 'bool') return fallback ?? 'false';
  if (kind === 'list' || kind === 'array' || kind === 'map') return `[${fallback ?? ''}]`;
  if (kind === 'int' || kind === 'duration') return fallback ?? '0';
  return `'${fallback ?? ''}'`;
}

export function globalOptions(): string {
  const flags = globalFlags.filter(({ name, refused }) => !refused && name !== 'help');
  return `The following options can be passed to any command:\n\n${optionsHelp(flags)}`;
}
