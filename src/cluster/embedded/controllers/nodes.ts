/** Nodes: greets the new ones, and gives cordoned ones the taint that says so (pkg/controller/nodelifecycle). */
import { type Node, timestamp } from '../../../kube/objects.ts';
import { workQueue } from '../work-queue.ts';
import { type Controller, type ControllerContext, keyOf, splitKey } from './context.ts';

const cordoned = { effect: 'NoSchedule', key: 'node.kubernetes.io/unschedulable' };
/** A kubelet looks at its own Node every so often, and only then says that it may take no pods. */
const statusPeriodMs = 10_000;

export function startNodeController(context: ControllerContext): Controller {
  const { stores, clock } = context;
  /** What each kubelet has said last. */
  const said = new Map<string, boolean>();
  const taints = workQueue(clock, (key) => {
    const node = stores.nodes.find(undefined, splitKey(key).name);
    if (node) taint(context, node);
  });
  const greetings = workQueue(clock, (key) => {
    const node = stores.nodes.find(undefined, splitKey(key).name);
    const name = node?.metadata.name ?? '';
    if (node) tell(context, node, 'node-controller', 'RegisteredNode', `event: Registered Node ${name} in Controller`);
  });
  const kubelets = workQueue(clock, (key) => {
    const { name } = splitKey(key);
    const node = stores.nodes.find(undefined, name);
    const closed = node?.spec?.unschedulable === true;
    if (!node || (said.get(name) ?? false) === closed) return;
    said.set(name, closed);
    const reason = closed ? 'NodeNotSchedulable' : 'NodeSchedulable';
    tell(context, node, 'kubelet', reason, `status is now: ${reason}`);
  });
  const stops = [
    stores.nodes.watch(({ type, object, previous }) => {
      const key = keyOf(object);
      if (type === 'ADDED') greetings.add(key);
      if (type === 'DELETED') said.delete(object.metadata.name ?? '');
      else taints.add(key);
      if (type === 'MODIFIED' && object.spec?.unschedulable !== previous?.spec?.unschedulable) {
        kubelets.addAfter(key, statusPeriodMs);
      }
    }),
    taints.close,
    greetings.close,
    kubelets.close,
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function taint({ stores, clock }: ControllerContext, node: Node): void {
  const { taints = [], unschedulable = false, ...spec } = node.spec ?? {};
  if (taints.some(({ key, effect }) => key === cordoned.key && effect === cordoned.effect) === unschedulable) return;
  const others = taints.filter(({ key }) => key !== cordoned.key);
  const wanted = unschedulable ? [...others, { ...cordoned, timeAdded: timestamp(clock.now()) }] : others;
  stores.nodes.update({
    ...node,
    spec: { ...spec, ...(wanted.length > 0 && { taints: wanted }), ...(unschedulable && { unschedulable }) },
  });
}

/** A kubelet knows its Node by name only, and takes that for the uid. */
function tell({ events }: ControllerContext, node: Node, component: string, reason: string, message: string): void {
  const { name = '', uid = '' } = node.metadata;
  const about = { kind: 'Node', metadata: { name, uid: component === 'kubelet' ? name : uid } };
  const source = component === 'kubelet' ? { component, host: name } : { component };
  events.record(source, { about, type: 'Normal', reason, message: `Node ${name} ${message}` });
}
