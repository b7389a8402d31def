/** kubectl scale and autoscale. */
import { pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { dryRunOf, dryRunQuery } from '../dry-run.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { allFlag, dryRunFlag, fieldManagerFlag, fileFlags, printFlags, selectorFlag } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { resultPrinter } from '../print/result.ts';
import { deadlineAfter, observe } from '../resources/observe.ts';
import { apiVersionOf, resolveType } from '../resources/types.ts';
import { visitLive } from '../resources/visit.ts';
import { patchTypes } from './send-patch.ts';

export const scaleCommand: Command = {
  name: 'scale',
  short: 'Set a new size for a deployment, replica set, or replication controller',
  usage: '[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)',
  flags: [
    ...printFlags,
    ...fileFlags,
    selectorFlag,
    allFlag,
    dryRunFlag,
    flag('replicas', 'int', { help: 'The new desired number of replicas.' }),
    flag('current-replicas', 'int', { fallback: '-1', help: 'Precondition for current size.' }),
    flag('resource-version', 'string', { help: 'Precondition for resource version.' }),
    flag('timeout', 'duration', {
      fallback: '0s',
      help: "The length of time to wait before giving up on a scale operation, zero means don't wait.",
    }),
  ],
  requiredFlags: ['replicas'],
  run: scale,
};

async function scale({ session, flags, args }: Call): Promise<number> {
  const replicas = flags.int('replicas');
  if (replicas < 0)
    throw new KubectlError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, dryRun);
  let visited = 0;
  const errors = await visitLive(session, flags, args, {}, async ({ type, object }) => {
    visited++;
    const { name = '', namespace } = object.metadata;
    const path = pathOf(type, namespace, name, 'scale');
    const current = flags.int('current-replicas');
    const wanted = flags.string('resource-version');
    if (dryRun !== 'client') {
      if (current >= 0 || wanted) {
        const scale = await session.json<KubeObject & { spec?: { replicas?: number } }>({ path });
        const now = scale.spec?.replicas ?? 0;
        if (current >= 0 && now !== current) throw new KubectlError(`Expected replicas to be ${current}, was ${now}`);
        const version = scale.metadata.resourceVersion;
        if (wanted && version !== wanted)
          throw new KubectlError(`Expected resource version to be ${wanted}, was ${version}`);
      }
      const search = new URLSearchParams(dryRunQuery(dryRun));
      await session.json({
        method: 'PATCH',
        path: `${path}?${search}`,
        contentType: patchTypes.merge,
        body: { spec: { replicas } },
      });
      if (flags.duration('timeout') > 0 && dryRun === 'none') {
        const reached = (seen: KubeObject | undefined) =>
          (seen?.['status'] as { replicas?: number } | undefined)?.replicas === replicas;
        const done = await observe(
          session,
          { type, namespace, name },
          reached,
          deadlineAfter(flags.duration('timeout')),
        );
        if (!done) throw new KubectlError('timed out waiting for the condition');
      }
    }
    printer.print(type, name, 'scaled', object);
  });
  throwAll(errors);
  if (visited === 0) throw new KubectlError('no objects passed to scale');
  return 0;
}

export const autoscaleCommand: Command = {
  name: 'autoscale',
  short: 'Auto-scale a deployment, replica set, stateful set, or replication controller',
  usage: '(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU]',
  flags: [
    ...printFlags,
    ...fileFlags,
    dryRunFlag,
    fieldManagerFlag('kubectl-autoscale'),
    flag('max', 'int', { fallback: '-1', help: 'The upper limit for the number of pods.' }),
    flag('min', 'int', { fallback: '-1', help: 'The lower limit for the number of pods.' }),
    flag('cpu-percent', 'int', { fallback: '-1', help: 'The target average CPU utilization.' }),
    flag('name', 'string', { help: 'The name for the newly created object.' }),
    flag('cpu', 'string', { refused: true }),
    flag('memory', 'string', { refused: true }),
  ],
  requiredFlags: ['max'],
  run: autoscale,
};

async function autoscale({ session, flags, args }: Call): Promise<number> {
  const [max, min, cpu] = [flags.int('max'), flags.int('min'), flags.int('cpu-percent')];
  if (max < 1) throw new KubectlError(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (max < min)
    throw new KubectlError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, dryRun);
  const hpa = await resolveType(session, 'horizontalpodautoscalers.autoscaling');
  const errors = await visitLive(session, flags, args, {}, async ({ type, object }) => {
    const target = object.metadata.name ?? '';
    const name = flags.string('name') || target;
    const metric = {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } },
    };
    const body: KubeObject = {
      apiVersion: apiVersionOf(hpa),
      kind: 'HorizontalPodAutoscaler',
      metadata: { name },
      spec: {
        maxReplicas: max,
        ...(cpu > 0 && { metrics: [metric] }),
        ...(min > 0 && { minReplicas: min }),
        scaleTargetRef: { apiVersion: apiVersionOf(type), kind: type.kind, name: target },
      },
    };
    const search = new URLSearchParams({ fieldManager: flags.string('field-manager'), ...dryRunQuery(dryRun) });
    const path = `${pathOf(hpa, object.metadata.namespace)}?${search}`;
    const result = dryRun === 'client' ? body : await session.json({ method: 'POST', path, body });
    printer.print(hpa, name, 'autoscaled', result);
  });
  throwAll(errors);
  return 0;
}
