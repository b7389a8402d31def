/** kubectl describe: by name, by prefix of a name, by selector, or everything of a type. */
import { ApiError, type DiscoveredType } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { describeObject } from '../describe/describe.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { allNamespacesFlag, chunkFlag, fileFlags, selectorFlag } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { type Fetched, fetchAll, fetchSelection } from '../resources/fetch.ts';
import { resolveType } from '../resources/types.ts';

export const describeCommand: Command = {
  name: 'describe',
  short: 'Show details of a specific resource or group of resources',
  usage: '(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)',
  flags: [
    ...fileFlags,
    selectorFlag,
    allNamespacesFlag,
    chunkFlag,
    flag('show-events', 'bool', { fallback: 'true', help: 'If true, display events related to the described object.' }),
  ],
  run: describe,
};

async function describe(call: Call): Promise<number> {
  const { session, flags, args } = call;
  if (args.length === 0 && flags.list('filename').length === 0) {
    throw new KubectlError(
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  }
  const fetched = await fetchAll(session, flags, args, {});
  const byPrefix = await prefixMatches(call, fetched);
  if (byPrefix) {
    for (const object of byPrefix.objects)
      session.out(`${await describeObject(session, byPrefix.type, object, flags.bool('show-events'))}\n`);
    return 0;
  }
  const all = fetched.groups.flatMap(({ type, objects }) => objects.map((object) => ({ type, object })));
  // since 1.36 several objects at once come without their events, unless these are asked for
  const showEvents = flags.changed('show-events') ? flags.bool('show-events') : all.length <= 1;
  let first = true;
  for (const { type, object } of all) {
    session.out(`${first ? '' : '\n\n'}${await describeObject(session, type, object, showEvents)}`);
    first = false;
  }
  if (all.length === 0 && fetched.errors.length === 0) {
    session.err(
      flags.bool('all-namespaces')
        ? 'No resources found\n'
        : `No resources found in ${await session.namespace()} namespace.\n`,
    );
  }
  throwAll(fetched.errors);
  return 0;
}

/** `describe pod web` with no pod of that name describes those whose names begin so. */
async function prefixMatches(
  { session, flags, args }: Call,
  fetched: Fetched,
): Promise<{ type: DiscoveredType; objects: KubeObject[] } | undefined> {
  const [error, ...more] = fetched.errors;
  if (!(error instanceof ApiError) || error.code !== 404 || more.length > 0 || fetched.groups.length > 0)
    return undefined;
  const [word = '', prefix] = args;
  if (args.length !== 2 || prefix === undefined || error.status.details?.kind === 'namespaces') return undefined;
  const type = await resolveType(session, word);
  const target = {
    type,
    namespace: type.namespaced ? await session.namespace() : undefined,
    labelSelector: '',
    fieldSelector: '',
  };
  const { groups } = await fetchSelection(session, flags, { how: 'lists', targets: [target] }, {});
  const objects = (groups[0]?.objects ?? []).filter(({ metadata }) => metadata.name?.startsWith(prefix));
  return objects.length > 0 ? { type, objects } : undefined;
}
