/** Makes a change as a learner would: objects by `kubectl apply -f -`, then the commands, each of which has to succeed. */
import { printManifests } from '../kube/yaml.ts';
import type { Change } from '../scenario/model.ts';
import type { CommandInput } from './commands.ts';
import type { LabContext } from './context.ts';
import { withFollowers } from './inventory.ts';

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

/** Kinds of the objects that a change may make different; undefined where it runs commands, which may do anything. */
export function kindsTouchedBy({
  objects,
  commands,
}: Pick<Change, 'objects' | 'commands'>): ReadonlySet<string> | undefined {
  return commands.length > 0 ? undefined : withFollowers(objects.map(({ kind = '' }) => kind));
}
