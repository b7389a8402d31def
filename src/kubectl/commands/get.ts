/** kubectl get: tables from the server, or objects in the format of -o; watching is in get-watch.ts. */
import type { Call, Command } from '../command.ts';
import { KubectlError, notBuiltIn, PlainError, throwAll } from '../errors.ts';
import {
  allNamespacesFlag,
  chunkFlag,
  fieldSelectorFlag,
  fileFlags,
  printFlags,
  selectorFlag,
} from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { objectPrinter, outputFormat } from '../print/object.ts';
import { sortObjects } from '../print/sort.ts';
import { type Fetched, fetchAll } from '../resources/fetch.ts';
import { printTables } from './get-table.ts';
import { watchObjects } from './get-watch.ts';

export const getCommand: Command = {
  name: 'get',
  short: 'Display one or many resources',
  usage:
    '[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]',
  flags: [
    ...printFlags,
    ...fileFlags,
    selectorFlag,
    fieldSelectorFlag,
    allNamespacesFlag,
    chunkFlag,
    flag('watch', 'bool', { short: 'w', help: 'After listing/getting the requested object, watch for changes.' }),
    flag('watch-only', 'bool', {
      help: 'Watch for changes to the requested object(s), without listing/getting first.',
    }),
    flag('output-watch-events', 'bool', { help: 'Output watch event objects when --watch or --watch-only is used.' }),
    flag('no-headers', 'bool', { help: "When using the default or custom-column output format, don't print headers." }),
    flag('show-labels', 'bool', { help: 'When printing, show all labels as the last column' }),
    flag('show-kind', 'bool', { help: 'If present, list the resource type for the requested object(s).' }),
    flag('label-columns', 'list', {
      short: 'L',
      help: 'Accepts a comma separated list of labels that are going to be presented as columns.',
    }),
    flag('sort-by', 'string', { help: 'If non-empty, sort list types using this field specification.' }),
    flag('ignore-not-found', 'bool', {
      help: 'If set to true, suppresses NotFound error for specific objects that do not exist.',
    }),
    flag('raw', 'string', { help: 'Raw URI to request from the server.' }),
    flag('server-print', 'bool', {
      fallback: 'true',
      help: 'If true, have the server return the appropriate table output.',
    }),
    flag('subresource', 'string', { help: 'If specified, gets the subresource of the requested object.' }),
  ],
  run: get,
};

async function get(call: Call): Promise<number> {
  const { session, flags, args } = call;
  if (flags.string('raw') !== '') return getRaw(call);
  validate(call);
  const printer = await objectPrinter(session, flags, { noHeaders: flags.bool('no-headers') });
  if (flags.bool('watch') || flags.bool('watch-only')) return watchObjects(call, printer);
  const human = printer === undefined;
  const sortBy = flags.string('sort-by');
  const fetched = await fetchAll(session, flags, args, { tables: human, wholeRows: sortBy !== '' });
  if (human) {
    const wrote = printTables(session, flags, fetched);
    if (!wrote && !flags.bool('ignore-not-found') && fetched.errors.length === 0) await sayNothingFound(call, fetched);
    throwAll(fetched.errors);
    return 0;
  }
  return printObjects(call, fetched, printer, outputFormat(flags));
}

function validate({ flags, args }: Call): void {
  if (!flags.bool('server-print')) throw notBuiltIn('kubectl get --server-print=false');
  if (flags.bool('output-watch-events') && !flags.bool('watch') && !flags.bool('watch-only')) {
    throw new KubectlError('--output-watch-events option can only be used with --watch or --watch-only');
  }
  if (flags.bool('show-labels') && !['', 'wide'].includes(outputFormat(flags))) {
    throw new KubectlError(`--show-labels option cannot be used with ${outputFormat(flags)} printer`);
  }
  if (args.length === 0 && flags.list('filename').length === 0) {
    throw new PlainError(
      `You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples`,
    );
  }
}

async function getRaw({ session, flags, args }: Call): Promise<number> {
  if (args.length > 0) throw new KubectlError('arguments may not be passed when --raw is specified');
  session.out(await session.text({ path: flags.string('raw') }));
  return 0;
}

async function sayNothingFound({ session, flags }: Call, { groups }: Fetched): Promise<void> {
  const namespaced = !flags.bool('all-namespaces') && groups.every(({ type }) => type.namespaced);
  session.err(namespaced ? `No resources found in ${await session.namespace()} namespace.\n` : 'No resources found\n');
}

async function printObjects(
  { session, flags }: Call,
  fetched: Fetched,
  printer: { print(object: unknown): string },
  format: string,
): Promise<number> {
  const objects = fetched.groups.flatMap(({ objects: found }) => found);
  if (fetched.single) {
    throwAll(fetched.errors);
    const [object] = objects;
    if (object) session.out(printer.print(object));
    return 0;
  }
  if (objects.length === 0 && flags.bool('ignore-not-found')) {
    throwAll(fetched.errors);
    return 0;
  }
  const sortBy = flags.string('sort-by');
  const items = sortBy ? sortObjects(objects, sortBy) : objects;
  const list = { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } };
  if (format !== 'name' || items.length > 0) session.out(printer.print(list));
  throwAll(fetched.errors);
  return 0;
}
