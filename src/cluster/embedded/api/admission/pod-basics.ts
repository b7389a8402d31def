/** What else does every pod get on its way in? A priority from its class, and five minutes on a node that is gone. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { ensure, type Draft as Fields, items } from '../defaults/draft.ts';
import type { Core, Draft } from '../machinery/core.ts';
import { forbidden } from '../machinery/status.ts';

const priorityClasses = 'priorityclasses.scheduling.k8s.io';

/** Mutating plugins see an object before the server has made up its name: `web-5d8c7b-`. */
export function nameOnTheWay({ metadata }: KubeObject): string {
  const { name = '', generateName = '' } = metadata;
  return generateName !== '' && name.length === generateName.length + 5 ? generateName : name;
}

/** The Priority plugin. Throws the 403 of a class that does not exist. */
export function admitPriority(core: Core, draft: Draft): void {
  const spec = ensure(draft.object, 'spec');
  const name = String(spec['priorityClassName'] ?? '');
  const found = name === '' ? defaultClass(core) : core.store.find(priorityClasses, undefined, name);
  if (name !== '' && !found) {
    throw forbidden(draft.kind, nameOnTheWay(draft.object), `no PriorityClass with name ${name} was found`);
  }
  if (found?.metadata.name) spec['priorityClassName'] = found.metadata.name;
  spec['priority'] = Number(found?.['value'] ?? 0);
  spec['preemptionPolicy'] ??= found?.['preemptionPolicy'] ?? 'PreemptLowerPriority';
}

function defaultClass(core: Core): KubeObject | undefined {
  return core.store.list(priorityClasses).find((candidate) => candidate['globalDefault'] === true);
}

const conditions = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** The DefaultTolerationSeconds plugin. */
export function admitTolerations(draft: Draft): void {
  const spec = ensure(draft.object, 'spec');
  const given = items(spec, 'tolerations');
  const added = conditions.filter((key) => !given.some((toleration) => tolerates(toleration, key)));
  if (added.length === 0) return;
  spec['tolerations'] = [
    ...given,
    ...added.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })),
  ];
}

function tolerates(toleration: Fields, key: string): boolean {
  const { key: own = '', effect = '' } = toleration;
  return (own === '' || own === key) && (effect === '' || effect === 'NoExecute');
}
