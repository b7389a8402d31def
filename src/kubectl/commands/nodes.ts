/** kubectl taint, cordon, uncordon, drain. */
import { ApiError, type DiscoveredType, pathOf, wellKnown } from '../../kube/client.ts';
import type { KubeObject, Node, Pod } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { dryRunNote, dryRunOf } from '../dry-run.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { allFlag, dryRunFlag, fieldManagerFlag, printFlags, selectorFlag, validateFlag } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { resultPrinter } from '../print/result.ts';
import { deadlineAfter, observe } from '../resources/observe.ts';
import { resolveType } from '../resources/types.ts';
import { visitLive } from '../resources/visit.ts';
import { sendDifference } from './send-patch.ts';
import { changeTaints, parseTaints } from './taints.ts';

export const taintCommand: Command = {
  name: 'taint',
  short: 'Update the taints on one or more nodes',
  usage: 'NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N',
  flags: [
    ...printFlags,
    selectorFlag,
    allFlag,
    dryRunFlag,
    validateFlag,
    fieldManagerFlag('kubectl-taint'),
    flag('overwrite', 'bool', { help: 'If true, allow taints to be overwritten.' }),
  ],
  run: taint,
};

async function taint({ session, flags, args }: Call): Promise<number> {
  const isChange = (word: string): boolean => /[=:]/.test(word) || word.endsWith('-');
  const first = args.findIndex(isChange);
  const resources = first < 0 ? args : args.slice(0, first);
  const changes = first < 0 ? [] : args.slice(first);
  if (resources.length === 0)
    throw new KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  if (changes.length === 0) throw new KubectlError('at least one taint update is required');
  const parsed = parseTaints(changes);
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, 'none');
  const errors = await visitLive(session, flags, resources, {}, async ({ type, object }) => {
    if (type.kind !== 'Node')
      throw new KubectlError(`invalid resource type ${type.kind}, only node types are supported`);
    const node = object as unknown as Node;
    const { taints, result } = changeTaints(
      node.spec?.taints ?? [],
      parsed,
      flags.bool('overwrite'),
      node.metadata.name ?? '',
    );
    const spec: Record<string, unknown> = { ...node.spec, taints };
    if (taints.length === 0) delete spec['taints'];
    const after = await sendDifference(
      session,
      type,
      object,
      { ...object, spec },
      { dryRun, fieldManager: flags.string('field-manager') },
    );
    printer.print(type, object.metadata.name ?? '', result, after ?? object);
  });
  throwAll(errors);
  return 0;
}

function cordonish(name: 'cordon' | 'uncordon', short: string): Command {
  return {
    name,
    short,
    usage: 'NODE',
    flags: [selectorFlag, dryRunFlag],
    run: (call) => cordon(call, name === 'cordon'),
  };
}

export const cordonCommand = cordonish('cordon', 'Mark node as unschedulable');
export const uncordonCommand = cordonish('uncordon', 'Mark node as schedulable');

async function cordon(call: Call, unschedulable: boolean): Promise<number> {
  const { session, flags, args } = call;
  requireNode(call, unschedulable ? 'cordon' : 'uncordon');
  const errors = await visitLive(session, flags, nodeWords(args), {}, async ({ type, object }) => {
    await mark(call, type, object, unschedulable);
  });
  throwAll(errors);
  return 0;
}

function requireNode({ args, flags }: Call, name: string): void {
  if (args.length === 0 && !flags.string('selector')) {
    throw new KubectlError(`USAGE: ${name} NODE [flags]\nSee 'kubectl ${name} -h' for help and examples`);
  }
}

function nodeWords(args: readonly string[]): string[] {
  return args.some((arg) => arg.includes('/')) ? [...args] : ['nodes', ...args];
}

async function mark(
  { session, flags }: Call,
  type: DiscoveredType,
  node: KubeObject,
  unschedulable: boolean,
): Promise<void> {
  const dryRun = dryRunOf(session, flags);
  const spec = (node['spec'] ?? {}) as { unschedulable?: boolean };
  const word = unschedulable ? 'cordoned' : 'uncordoned';
  const name = node.metadata.name;
  if ((spec.unschedulable ?? false) === unschedulable) {
    session.out(`node/${name} already ${word}${dryRunNote(dryRun)}\n`);
    return;
  }
  const { unschedulable: _, ...rest } = spec;
  const changed = { ...node, spec: unschedulable ? { ...rest, unschedulable } : rest };
  await sendDifference(session, type, node, changed, { dryRun, fieldManager: 'kubectl' });
  session.out(`node/${name} ${word}${dryRunNote(dryRun)}\n`);
}

export const drainCommand: Command = {
  name: 'drain',
  short: 'Drain node in preparation for maintenance',
  usage: 'NODE',
  flags: [
    selectorFlag,
    dryRunFlag,
    flag('chunk-size', 'int', { fallback: '500', help: 'Accepted and ignored.' }),
    flag('delete-emptydir-data', 'bool', { help: 'Continue even if there are pods using emptyDir.' }),
    flag('disable-eviction', 'bool', { help: 'Force drain to use delete, even if eviction is supported.' }),
    flag('force', 'bool', { help: 'Continue even if there are pods that do not declare a controller.' }),
    flag('grace-period', 'int', {
      fallback: '-1',
      help: 'Period of time in seconds given to each pod to terminate gracefully.',
    }),
    flag('ignore-daemonsets', 'bool', { help: 'Ignore DaemonSet-managed pods.' }),
    flag('pod-selector', 'string', { help: 'Label selector to filter pods on the node' }),
    flag('skip-wait-for-delete-timeout', 'int', { help: 'Accepted and ignored.' }),
    flag('timeout', 'duration', {
      fallback: '0s',
      help: 'The length of time to wait before giving up, zero means infinite',
    }),
  ],
  run: drain,
};

async function drain(call: Call): Promise<number> {
  const { session, flags, args } = call;
  requireNode(call, 'drain');
  const errors = await visitLive(session, flags, nodeWords(args), {}, async ({ type, object }) => {
    await mark(call, type, object, true);
    await emptyNode(call, object.metadata.name ?? '');
  });
  throwAll(errors);
  return 0;
}

async function emptyNode(call: Call, node: string): Promise<void> {
  const { session, flags } = call;
  const dryRun = dryRunOf(session, flags);
  const labelSelector = flags.string('pod-selector');
  const pods = await session.list<Pod>(wellKnown.pods, undefined, {
    fieldSelector: `spec.nodeName=${node}`,
    ...(labelSelector && { labelSelector }),
  });
  const doomed = choosePods(call, pods, node);
  const type = await resolveType(session, 'pods');
  for (const pod of doomed) {
    const { namespace = '', name = '' } = pod.metadata;
    session.out(`evicting pod ${namespace}/${name}${dryRunNote(dryRun)}\n`);
    if (dryRun !== 'client') await evict(call, pod);
  }
  const deadline = deadlineAfter(flags.duration('timeout'));
  for (const { metadata } of dryRun === 'none' ? doomed : []) {
    const target = { type, namespace: metadata.namespace, name: metadata.name ?? '' };
    const gone = await observe(session, target, (live) => !live || live.metadata.uid !== metadata.uid, deadline);
    if (!gone)
      throw new KubectlError(
        `error when waiting for pod ${JSON.stringify(metadata.name)} in namespace ${JSON.stringify(metadata.namespace)} to terminate: global timeout reached: ${flags.string('timeout')}`,
      );
    session.out(`pod/${metadata.name} evicted\n`);
  }
  session.out(`node/${node} drained${dryRunNote(dryRun)}\n`);
}

/** Which pods go; throws, listing them, for those that need a flag. */
function choosePods({ session, flags }: Call, pods: readonly Pod[], node: string): Pod[] {
  const nameOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;
  const ownerOf = ({ metadata }: Pod): string =>
    metadata.ownerReferences?.find(({ controller }) => controller)?.kind ?? '';
  const over = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const candidates = pods.filter(({ metadata }) => metadata.annotations?.['kubernetes.io/config.mirror'] === undefined);
  const daemons = candidates.filter((pod) => ownerOf(pod) === 'DaemonSet' && !over(pod));
  const bare = candidates.filter((pod) => ownerOf(pod) === '' && !over(pod));
  const local = candidates.filter(
    (pod) => !over(pod) && !daemons.includes(pod) && pod.spec?.volumes?.some(({ emptyDir }) => emptyDir),
  );
  const problems = [
    ...(daemons.length > 0 && !flags.bool('ignore-daemonsets')
      ? [`cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ${daemons.map(nameOf).join(', ')}`]
      : []),
    ...(local.length > 0 && !flags.bool('delete-emptydir-data')
      ? [
          `cannot delete Pods with local storage (use --delete-emptydir-data to override): ${local.map(nameOf).join(', ')}`,
        ]
      : []),
    ...(bare.length > 0 && !flags.bool('force')
      ? [`cannot delete Pods that declare no controller (use --force to override): ${bare.map(nameOf).join(', ')}`]
      : []),
  ];
  if (problems.length > 0)
    throw new KubectlError(
      `unable to drain node ${JSON.stringify(node)} due to error: ${problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]}, continuing command...`,
    );
  if (daemons.length > 0) session.err(`Warning: ignoring DaemonSet-managed Pods: ${daemons.map(nameOf).join(', ')}\n`);
  return candidates.filter((pod) => !daemons.includes(pod));
}

async function evict({ session, flags }: Call, { metadata }: Pod): Promise<void> {
  const { namespace = '', name = '' } = metadata;
  const grace = flags.int('grace-period');
  const deleteOptions = grace >= 0 ? { gracePeriodSeconds: grace } : {};
  try {
    if (flags.bool('disable-eviction')) {
      await session.text({ method: 'DELETE', path: pathOf(wellKnown.pods, namespace, name), body: deleteOptions });
      return;
    }
    await session.text({
      method: 'POST',
      path: pathOf(wellKnown.pods, namespace, name, 'eviction'),
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions },
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
  }
}
