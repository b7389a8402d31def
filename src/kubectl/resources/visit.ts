/** Calls back for every selected object, fetched from the server; gathers failures instead of stopping at the first. */
import type { DiscoveredType } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Flags } from '../flags/spec.ts';
import type { Session } from '../session.ts';
import { fetchSelection, refuseArguments } from './fetch.ts';
import { readItems } from './files.ts';
import { select } from './select.ts';

export interface Visit {
  readonly type: DiscoveredType;
  readonly object: KubeObject;
  /** How many objects are visited in all. */
  readonly count: number;
}

export interface VisitOptions {
  /** Objects of files as they are, without asking the server. */
  readonly local?: boolean;
  readonly bareTypeMeansAll?: boolean;
  readonly all?: boolean;
  /** --selector means something else here (expose). */
  readonly ignoreSelector?: boolean;
}

/** Returns the failures, in order. Mistakes in the command line itself are thrown. */
export async function visitLive(
  session: Session,
  flags: Flags,
  args: readonly string[],
  options: VisitOptions,
  work: (visit: Visit) => Promise<void>,
): Promise<unknown[]> {
  const errors: unknown[] = [];
  const found: { type: DiscoveredType; object: KubeObject }[] = [];
  if (flags.list('filename').length > 0) {
    refuseArguments(args);
    const read = await readItems(session, flags);
    errors.push(...read.errors);
    for (const item of read.items) {
      const fetched = options.local
        ? { groups: [{ type: item.type, objects: [item.object] }], errors: [] }
        : await fetchSelection(session, flags, { how: 'names', targets: [item], single: true }, {});
      errors.push(...fetched.errors);
      for (const group of fetched.groups) found.push(...group.objects.map((object) => ({ type: group.type, object })));
    }
  } else {
    const selection = await select(session, args, {
      labelSelector: options.ignoreSelector ? '' : flags.string('selector'),
      fieldSelector: flags.string('field-selector'),
      all: options.all ?? flags.bool('all'),
      allNamespaces: flags.bool('all-namespaces'),
      bareTypeMeansAll: options.bareTypeMeansAll ?? false,
    });
    const { groups, errors: failed } = await fetchSelection(session, flags, selection, {});
    errors.push(...failed);
    for (const group of groups) found.push(...group.objects.map((object) => ({ type: group.type, object })));
  }
  for (const { type, object } of found) {
    try {
      await work({ type, object, count: found.length });
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}
