/** get --watch: the list first, then one row or object per event, until Ctrl-C, the server or a time limit ends it. */
import { ApiError, type DiscoveredType, pathOf, type WatchEvent } from '../../kube/client.ts';
import type { KubeObject, Status } from '../../kube/objects.ts';
import type { Call } from '../command.ts';
import { KubectlError } from '../errors.ts';
import type { ObjectPrinter } from '../print/object.ts';
import { type Table, tableAccept, tablePrinter } from '../print/table.ts';
import { selectOptionsOf } from '../resources/fetch.ts';
import { readItems } from '../resources/files.ts';
import { jsonLines } from '../resources/json-lines.ts';
import { select } from '../resources/select.ts';
import { isTimeout } from '../session.ts';
import { printOptions } from './get-table.ts';

interface WatchTarget {
  readonly type: DiscoveredType;
  readonly namespace: string | undefined;
  readonly name?: string;
  readonly labelSelector: string;
  readonly fieldSelector: string;
}

export async function watchObjects(call: Call, printer: ObjectPrinter | undefined): Promise<number> {
  const { session, flags } = call;
  const target = await watchTarget(call);
  const show = presenter(call, target.type, printer);
  const accept = printer ? 'application/json' : tableAccept;
  const listed = await session.json<Table & { items?: KubeObject[] }>({ path: listPath(target), accept });
  const from = target.name === undefined ? (listed.metadata?.resourceVersion ?? '0') : '0';
  if (!flags.bool('watch-only')) show(listed, 'ADDED');
  // the server's own first event of a watch from 0 repeats what was just printed
  let skip = target.name === undefined ? 0 : 1;
  const search = new URLSearchParams({
    ...selectors(target),
    resourceVersion: from,
    watch: 'true',
  });
  const path = `${pathOf(target.type, target.namespace)}?${search}`;
  try {
    for await (const line of jsonLines(session.stream({ path, accept }))) {
      const event = line as WatchEvent;
      if (event.type === 'ERROR') throw new ApiError(event.object as unknown as Status);
      if (event.type !== 'BOOKMARK' && skip-- <= 0) show(event.object as unknown as Table, event.type);
    }
  } catch (error) {
    // Ctrl-C is how a watch ends, and kubectl says 1 for it; --request-timeout is no failure
    if (!session.signal.aborted && !isTimeout(error)) throw error;
  }
  return session.signal.aborted ? 1 : 0;
}

function selectors(target: WatchTarget): Record<string, string> {
  const field = target.name === undefined ? target.fieldSelector : `metadata.name=${target.name}`;
  return {
    ...(target.labelSelector && { labelSelector: target.labelSelector }),
    ...(field && { fieldSelector: field }),
  };
}

function listPath(target: WatchTarget): string {
  if (target.name !== undefined) return pathOf(target.type, target.namespace, target.name);
  const search = new URLSearchParams({ ...selectors(target), limit: '500' });
  return `${pathOf(target.type, target.namespace)}?${search}`;
}

async function watchTarget({ session, flags, args }: Call): Promise<WatchTarget> {
  const none = { labelSelector: '', fieldSelector: '' };
  if (flags.list('filename').length > 0) {
    const { items, errors } = await readItems(session, flags);
    const [item] = items;
    if (errors.length > 0) throw errors[0];
    if (!item || items.length > 1)
      throw new KubectlError('watch is only supported on individual resources and resource collections');
    return { type: item.type, namespace: item.namespace, name: item.name, ...none };
  }
  const selection = await select(session, args, { ...selectOptionsOf(flags), singleType: true });
  const [target, ...more] = selection.targets;
  if (!target || more.length > 0) {
    throw new KubectlError(
      `watch is only supported on individual resources and resource collections - ${selection.targets.length} resources were found`,
    );
  }
  if (selection.how === 'lists') return selection.targets[0] ?? { ...target, ...none };
  return { ...none, ...target };
}

function presenter(call: Call, type: DiscoveredType, printer: ObjectPrinter | undefined) {
  const { session, flags } = call;
  const events = flags.bool('output-watch-events');
  if (printer) {
    return (object: unknown, event: string): void => {
      const items = (object as { items?: unknown[] }).items ?? [object];
      for (const item of items) {
        const shown = {
          apiVersion: type.group ? `${type.group}/${type.version}` : type.version,
          kind: type.kind,
          ...(item as object),
        };
        session.out(printer.print(events ? { type: event, object: shown } : shown));
      }
    };
  }
  const table = tablePrinter(printOptions(flags, type, flags.bool('show-kind')));
  return (object: unknown, event: string): void => {
    table.add(object as Table, events ? event : undefined);
    session.out(table.flush());
  };
}
