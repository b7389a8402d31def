/** `cluster down --on kind|existing`: removes what we have made there, and only that. */
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import type { Cli } from '../cli.ts';
import type { ElsewhereOptions } from './options.ts';
import { defaultKindName, defaultPrefix } from './playground.ts';
import { existingFrom, kindFrom } from './providers.ts';

export interface ElsewhereDownOptions extends ElsewhereOptions {
  readonly on: 'kind' | 'existing';
  readonly all?: boolean;
}

export async function downElsewhere({ io }: Cli, options: ElsewhereDownOptions): Promise<ExitCode> {
  if (options.all)
    throw new LabError('ERR_USAGE', `--all is for embedded clusters: say which one on ${options.on}`, {
      cure: options.on === 'kind' ? '--name NAME' : '--context NAME --prefix PREFIX',
    });
  if (options.on === 'existing') {
    const { prefix = defaultPrefix } = options;
    const removed = await existingFrom(io, options).remove(prefix);
    io.stderr.write(
      removed.length > 0 ? `removed namespaces: ${removed.join(', ')}\n` : `there are no namespaces of ${prefix}\n`,
    );
    return EXIT.ok;
  }
  const { name = defaultKindName } = options;
  if (await kindFrom(io, options).remove(name)) {
    io.stderr.write(`kind cluster "${name}" is removed\n`);
    return EXIT.ok;
  }
  throw new LabError('ERR_CLUSTER_NOT_FOUND', `there is no kind cluster "${name}"`, { cure: 'kind get clusters' });
}
