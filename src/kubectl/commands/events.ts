/** kubectl events: a table of events made by the client, oldest first. */

import { pathOf } from '../../kube/client.ts';
import type { KubeEvent } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { eventAge, sortEvents } from '../describe/events.ts';
import { KubectlError } from '../errors.ts';
import { allNamespacesFlag, chunkFlag, printFlags } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { objectPrinter } from '../print/object.ts';
import { tableLayout, tabwriter } from '../print/tabwriter.ts';
import { jsonLines } from '../resources/json-lines.ts';
import { apiVersionOf, resolveType } from '../resources/types.ts';
import { isTimeout } from '../session.ts';

export const eventsCommand: Command = {
  name: 'events',
  short: 'List events',
  usage: '[(-o|--output=)json|yaml|name|go-template|jsonpath] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]',
  flags: [
    ...printFlags,
    allNamespacesFlag,
    chunkFlag,
    flag('for', 'string', { help: 'Filter events to only those pertaining to the specified resource.' }),
    flag('no-headers', 'bool', { help: "When using the default output format, don't print headers." }),
    flag('types', 'list', { help: 'Output only events of given types.' }),
    flag('watch', 'bool', { short: 'w', help: 'After listing the requested events, watch for more events.' }),
  ],
  run: events,
};

const eventType = { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true } as const;

async function events(call: Call): Promise<number> {
  const { session, flags } = call;
  const wanted = flags.list('types').map((type) => type.toLowerCase());
  if (wanted.some((type) => type !== 'normal' && type !== 'warning'))
    throw new KubectlError('valid --types are Normal or Warning');
  const everywhere = flags.bool('all-namespaces');
  const namespace = everywhere ? undefined : await session.namespace();
  const fieldSelector = await selectorFor(call);
  const printer = await objectPrinter(session, flags);
  const path = `${pathOf(eventType, namespace)}?${new URLSearchParams({ ...(fieldSelector && { fieldSelector }), limit: '500' })}`;
  const list = await session.json<{ items?: KubeEvent[]; metadata?: { resourceVersion?: string } }>({ path });
  const chosen = (event: KubeEvent): boolean =>
    wanted.length === 0 || wanted.includes((event.type ?? '').toLowerCase());
  const found = sortEvents((list.items ?? []).filter(chosen)).map((event) => ({
    ...event,
    apiVersion: 'v1',
    kind: 'Event',
  }));
  const show = table(call, everywhere);
  if (printer) session.out(printer.print({ apiVersion: 'v1', items: found, kind: 'EventList', metadata: {} }));
  else if (found.length > 0) show(found);
  else if (!flags.bool('watch'))
    session.err(everywhere ? 'No events found.\n' : `No events found in ${namespace} namespace.\n`);
  if (!flags.bool('watch')) return 0;
  const search = new URLSearchParams({
    ...(fieldSelector && { fieldSelector }),
    resourceVersion: list.metadata?.resourceVersion ?? '',
    watch: 'true',
  });
  try {
    for await (const line of jsonLines(session.stream({ path: `${pathOf(eventType, namespace)}?${search}` }))) {
      const { type, object } = line as { type: string; object: KubeEvent };
      if (type === 'DELETED' || type === 'BOOKMARK' || !chosen(object)) continue;
      if (printer) session.out(printer.print(object));
      else show([object]);
    }
  } catch (error) {
    if (!session.signal.aborted && !isTimeout(error)) throw error;
  }
  return session.signal.aborted ? 1 : 0;
}

async function selectorFor({ session, flags }: Call): Promise<string> {
  const word = flags.string('for');
  if (word === '') return '';
  const [kind = '', name = '', ...more] = word.split('/');
  if (kind === '' || name === '' || more.length > 0) throw new KubectlError('--for must be in resource/name form');
  const type = await resolveType(session, kind);
  return `involvedObject.kind=${type.kind},involvedObject.apiVersion=${apiVersionOf(type)},involvedObject.name=${name}`;
}

function table({ session, flags }: Call, everywhere: boolean): (events: readonly KubeEvent[]) => void {
  const writer = tabwriter(tableLayout);
  let headed = flags.bool('no-headers');
  return (found) => {
    const header = `${everywhere ? 'NAMESPACE\t' : ''}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n`;
    const rows = found.map((event) => {
      const { kind, name } = event.involvedObject;
      const cells = [
        eventAge(event, session.clock.now()),
        event.type,
        event.reason,
        `${kind}/${name}`,
        (event.message ?? '').trim(),
      ];
      return `${[...(everywhere ? [event.metadata.namespace] : []), ...cells].join('\t')}\n`;
    });
    session.out(writer.align((headed ? '' : header) + rows.join('')));
    headed = true;
  };
}
