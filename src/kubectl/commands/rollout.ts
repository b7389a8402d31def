/** kubectl rollout: status, history, undo, restart, pause, resume. */
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { dryRunFlag, fieldManagerFlag, fileFlags, printFlags, selectorFlag } from '../flags/common.ts';
import { type FlagSpec, flag } from '../flags/spec.ts';
import { resultPrinter } from '../print/result.ts';
import { deadlineAfter, observe } from '../resources/observe.ts';
import { qualified } from '../resources/types.ts';
import { visitLive } from '../resources/visit.ts';
import { history, undo } from './rollout-history.ts';
import { rolloutStatus } from './rollout-status.ts';
import { sendDifference } from './send-patch.ts';

const common: readonly FlagSpec[] = [...fileFlags, selectorFlag];
const changing: readonly FlagSpec[] = [...printFlags, ...common, fieldManagerFlag('kubectl-rollout')];

export const rolloutCommand: Command = {
  name: 'rollout',
  short: 'Manage the rollout of a resource',
  long: `Manage the rollout of one or many resources.
        
 Valid resource types include:

  *  deployments
  *  daemonsets
  *  statefulsets`,
  examples: `  # Rollback to the previous deployment
  kubectl rollout undo deployment/abc
  
  # Check the rollout status of a daemonset
  kubectl rollout status daemonset/foo
  
  # Restart a deployment
  kubectl rollout restart deployment/abc
  
  # Restart deployments with the 'app=nginx' label
  kubectl rollout restart deployment --selector=app=nginx`,
  helpOnStdout: true,
  usage: 'SUBCOMMAND',
  commands: [
    {
      name: 'status',
      short: 'Show the status of the rollout',
      usage: '(TYPE NAME | TYPE/NAME) [flags]',
      flags: [
        ...common,
        flag('revision', 'int', { fallback: '0', help: 'Pin to a specific revision for showing its status.' }),
        flag('timeout', 'duration', { fallback: '0s', help: 'The length of time to wait before ending watch.' }),
        flag('watch', 'bool', {
          short: 'w',
          fallback: 'true',
          help: "Watch the status of the rollout until it's done.",
        }),
      ],
      run: status,
    },
    {
      name: 'history',
      short: 'View rollout history',
      usage: '(TYPE NAME | TYPE/NAME) [flags]',
      flags: [
        ...printFlags,
        ...common,
        flag('revision', 'int', {
          fallback: '0',
          help: 'See the details, including podTemplate of the revision specified',
        }),
      ],
      run: history,
    },
    {
      name: 'undo',
      short: 'Undo a previous rollout',
      usage: '(TYPE NAME | TYPE/NAME) [flags]',
      flags: [
        ...changing,
        dryRunFlag,
        flag('to-revision', 'int', {
          fallback: '0',
          help: 'The revision to rollback to. Default to 0 (last revision).',
        }),
      ],
      run: undo,
    },
    { name: 'restart', short: 'Restart a resource', usage: 'RESOURCE', flags: changing, run: restart },
    {
      name: 'pause',
      short: 'Mark the provided resource as paused',
      usage: 'RESOURCE',
      flags: changing,
      run: (call) => setPaused(call, true),
    },
    {
      name: 'resume',
      short: 'Resume a paused resource',
      usage: 'RESOURCE',
      flags: changing,
      run: (call) => setPaused(call, false),
    },
  ],
};

function requireResource({ args, flags }: Call): void {
  if (args.length === 0 && flags.list('filename').length === 0)
    throw new KubectlError('required resource not specified');
}

async function status(call: Call): Promise<number> {
  const { session, flags, args } = call;
  requireResource(call);
  const deadline = deadlineAfter(flags.duration('timeout'));
  let visited = 0;
  const errors = await visitLive(session, flags, args, { bareTypeMeansAll: true }, async ({ type, object }) => {
    visited++;
    const target = { type, namespace: object.metadata.namespace, name: object.metadata.name ?? '' };
    const met = await observe(
      session,
      target,
      (seen) => {
        if (!seen) throw new KubectlError('object has been deleted');
        const state = rolloutStatus(type, seen, flags.int('revision'));
        session.out(state.message);
        return state.done || !flags.bool('watch');
      },
      deadline,
    );
    if (!met) throw new KubectlError('timed out waiting for the condition');
  });
  if (visited === 0 && errors.length === 0)
    session.err(`No resources found in ${await session.namespace()} namespace.\n`);
  throwAll(errors);
  return 0;
}

async function restart(call: Call): Promise<number> {
  const { session, flags, args } = call;
  requireResource(call);
  const printer = await resultPrinter(session, flags, 'none');
  const stamp = `${new Date(session.clock.now()).toISOString().slice(0, 19)}Z`;
  const errors = await visitLive(session, flags, args, { bareTypeMeansAll: true }, async ({ type, object }) => {
    if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(type.kind)) {
      throw new KubectlError(`${qualified(type)} ${JSON.stringify(object.metadata.name)} restarting is not supported`);
    }
    if ((object['spec'] as { paused?: boolean }).paused)
      throw new KubectlError("can't restart paused deployment (run rollout resume first)");
    const after = await sendDifference(session, type, object, restarted(object, stamp), {
      dryRun: 'none',
      fieldManager: flags.string('field-manager'),
    });
    if (!after) {
      throw new KubectlError(
        `failed to create patch for ${object.metadata.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
      );
    }
    printer.print(type, object.metadata.name ?? '', 'restarted', after);
  });
  throwAll(errors);
  return 0;
}

function restarted(object: KubeObject, stamp: string): KubeObject {
  const spec = object['spec'] as { template: { metadata?: { annotations?: Record<string, string> } } };
  const { metadata = {} } = spec.template;
  const annotations = { ...metadata.annotations, 'kubectl.kubernetes.io/restartedAt': stamp };
  return { ...object, spec: { ...spec, template: { ...spec.template, metadata: { ...metadata, annotations } } } };
}

async function setPaused(call: Call, paused: boolean): Promise<number> {
  const { session, flags, args } = call;
  requireResource(call);
  const printer = await resultPrinter(session, flags, 'none');
  const verb = paused ? 'pausing' : 'resuming';
  const errors = await visitLive(session, flags, args, { bareTypeMeansAll: true }, async ({ type, object }) => {
    const what = `${qualified(type)} ${JSON.stringify(object.metadata.name)}`;
    if (type.kind !== 'Deployment') throw new KubectlError(`${what} ${verb} is not supported`);
    const spec = object['spec'] as { paused?: boolean };
    if ((spec.paused ?? false) === paused) throw new KubectlError(`${what} is ${paused ? 'already' : 'not'} paused`);
    const { paused: _, ...rest } = spec;
    const changed = { ...object, spec: paused ? { ...rest, paused } : rest };
    const after = await sendDifference(session, type, object, changed, {
      dryRun: 'none',
      fieldManager: flags.string('field-manager'),
    });
    printer.print(type, object.metadata.name ?? '', paused ? 'paused' : 'resumed', after ?? object);
  });
  throwAll(errors);
  return 0;
}
