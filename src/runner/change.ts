/** Makes a change as a learner would: objects by `kubectl apply -f -`, then the commands, each of which has to succeed. */
import type { DiscoveredType } from '../kube/client.ts';
import { printManifests } from '../kube/yaml.ts';
import type { Change } from '../scenario/model.ts';
import type { CommandInput } from './commands.ts';
import type { LabContext } from './context.ts';
import { kindsFeltBy } from './inventory.ts';
import { groupKind, groupKindOf } from './scope.ts';

/** Problems in words; empty when every command succeeded. */
export async function applyChange(
  context: LabContext,
  { objects, commands }: Pick<Change, 'objects' | 'commands'>,
): Promise<readonly string[]> {
  const { run, scenario, signal } = context;
  const problems: string[] = [];
  const attempt = async (argv: readonly string[], input: CommandInput) => {
    const { exitCode, output } = await run(argv, input);
    if (exitCode !== 0) problems.push(`${argv.join(' ')}: exit code ${exitCode}: ${output.trim()}`);
  };
  const input = { cwd: scenario.folder, signal };
  if (objects.length > 0) await attempt(['kubectl', 'apply', '-f', '-'], { ...input, stdin: printManifests(objects) });
  for (const { argv, stdin } of commands) await attempt(argv, { ...input, ...(stdin !== undefined && { stdin }) });
  return problems;
}

/** Kinds that a change may make different, as groupKind has them; undefined where it runs commands that may do anything. */
export function kindsTouchedBy(
  { objects, commands }: Pick<Change, 'objects' | 'commands'>,
  types: readonly DiscoveredType[],
): ReadonlySet<string> | undefined {
  const named = commands.map(({ argv }) => kindsNamedBy(argv, types));
  if (named.includes(undefined)) return undefined;
  return kindsFeltBy([...objects.map(groupKindOf), ...named.flatMap((kinds) => kinds ?? [])]);
}

const changing: readonly string[] = ['delete', 'label', 'annotate', 'patch', 'scale'];

/** Of `kubectl [-n NAMESPACE] VERB TYPE NAME …` in just this form; undefined for everything else. */
function kindsNamedBy(argv: readonly string[], types: readonly DiscoveredType[]): readonly string[] | undefined {
  const [program, ...words] = argv;
  const [verb = '', word = ''] = words[0] === '-n' ? words.slice(2) : words;
  if (program !== 'kubectl') return undefined;
  if (verb === 'rollout' && word === 'status') return [];
  const found = types.filter(
    ({ resource, singular, shortNames }) => [resource, singular].includes(word) || shortNames.includes(word),
  );
  // A namespace takes everything along that is in it.
  const isPlain = found.length > 0 && !(verb === 'delete' && found.some(({ kind }) => kind === 'Namespace'));
  return changing.includes(verb) && isPlain ? found.map(({ kind, group }) => groupKind(kind, group)) : undefined;
}
