/** kubectl wait: until a condition, a JSONPath value, creation or deletion. */
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { allFlag, allNamespacesFlag, fieldSelectorFlag, fileFlags, printFlags, selectorFlag } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { compileJsonPath } from '../jsonpath/evaluate.ts';
import { relaxedPath } from '../print/custom-columns.ts';
import { goPrint } from '../print/go-json.ts';
import { resultPrinter } from '../print/result.ts';
import { fetchSelection, refuseArguments } from '../resources/fetch.ts';
import { readItems } from '../resources/files.ts';
import { deadlineAfter, find, type ObserveTarget, observe } from '../resources/observe.ts';
import { select } from '../resources/select.ts';

export const waitCommand: Command = {
  name: 'wait',
  short: 'Wait for a specific condition on one or many resources',
  usage:
    "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
  flags: [
    ...printFlags,
    ...fileFlags,
    selectorFlag,
    fieldSelectorFlag,
    allFlag,
    allNamespacesFlag,
    flag('for', 'array', {
      help: "The condition to wait on: [create|delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]].",
    }),
    flag('timeout', 'duration', {
      fallback: '30s',
      help: 'The length of time to wait before giving up. Zero means check once, negative means wait for a week.',
    }),
    flag('local', 'bool', { refused: true }),
  ],
  run: wait,
};

type Goal =
  | { readonly kind: 'create' | 'delete' }
  | { readonly kind: 'met'; readonly isMet: (object: KubeObject) => boolean };

async function wait(call: Call): Promise<number> {
  const { session, flags } = call;
  const words = flags.list('for');
  if (words.length === 0) throw new KubectlError('unrecognized condition: []');
  const goals = words.map(parseGoal);
  const timeoutMs = flags.duration('timeout');
  const deadline = deadlineAfter(timeoutMs === 0 ? 1 : timeoutMs);
  const printer = await resultPrinter(session, flags, 'none');
  const creating = goals.some(({ kind }) => kind === 'create');
  const { targets, errors } = await findTargets(call, goals, deadline);
  if (targets.length === 0 && errors.length === 0) {
    if (goals.some(({ kind }) => kind === 'delete')) return 0;
    throw new KubectlError('no matching resources found');
  }
  const failed: unknown[] = [...errors];
  for (const target of targets) {
    let last: KubeObject | undefined;
    for (const goal of goals) {
      const met = await reach(call, target, goal, deadline, (object) => {
        last = object ?? last;
      });
      if (met) continue;
      const what = `${target.type.resource}/${target.name}`;
      failed.push(
        new KubectlError(
          timeoutMs === 0
            ? `condition not met for ${what}`
            : creating
              ? 'timed out waiting for the condition'
              : `timed out waiting for the condition on ${what}`,
        ),
      );
      last = undefined;
      break;
    }
    if (last) printer.print(target.type, target.name, 'condition met', last);
  }
  throwAll(failed);
  return 0;
}

async function reach(
  { session }: Call,
  target: ObserveTarget,
  goal: Goal,
  deadline: AbortSignal,
  seen: (object: KubeObject | undefined) => void,
): Promise<boolean> {
  return observe(
    session,
    target,
    (object) => {
      seen(object);
      if (goal.kind === 'delete') return object === undefined;
      if (goal.kind === 'create') return object !== undefined;
      return goal.kind === 'met' && object !== undefined && goal.isMet(object);
    },
    deadline,
  );
}

/** The objects that are there now; with --for=create also those that are not yet, by name. */
async function findTargets(
  { session, flags, args }: Call,
  goals: readonly Goal[],
  deadline: AbortSignal,
): Promise<{ targets: ObserveTarget[]; errors: readonly unknown[] }> {
  const creating = goals.some(({ kind }) => kind === 'create');
  const deleting = goals.some(({ kind }) => kind === 'delete');
  if (flags.list('filename').length > 0) refuseArguments(args);
  const named = flags.list('filename').length > 0 ? await readItems(session, flags) : undefined;
  const selection = named
    ? ({ how: 'names', targets: named.items, single: false } as const)
    : await select(session, args, {
        labelSelector: flags.string('selector'),
        fieldSelector: flags.string('field-selector'),
        all: flags.bool('all'),
        allNamespaces: flags.bool('all-namespaces'),
      });
  if (selection.how === 'names' && creating) return { targets: [...selection.targets], errors: named?.errors ?? [] };
  if (selection.how === 'names' && deleting) {
    const there = await Promise.all(selection.targets.map((target) => find(session, target)));
    return { targets: selection.targets.filter((_, i) => there[i] !== undefined), errors: named?.errors ?? [] };
  }
  for (;;) {
    const { groups, errors } = await fetchSelection(session, flags, selection, {});
    const targets = groups.flatMap(({ type, objects }) =>
      objects.map(({ metadata }) => ({ type, namespace: metadata.namespace, name: metadata.name ?? '' })),
    );
    if (!creating || targets.length > 0 || deadline.aborted)
      return { targets, errors: [...(named?.errors ?? []), ...errors] };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function parseGoal(word: string): Goal {
  const lower = word.toLowerCase();
  if (lower === 'delete' || lower === 'create') return { kind: lower };
  if (lower.startsWith('condition=')) {
    const [name = '', value = 'true'] = word.slice('condition='.length).split('=');
    return { kind: 'met', isMet: (object) => hasCondition(object, name, value) };
  }
  if (lower.startsWith('jsonpath=')) return { kind: 'met', isMet: pathGoal(word.slice('jsonpath='.length)) };
  throw new KubectlError(`unrecognized condition: ${JSON.stringify(word)}`);
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly observedGeneration?: number;
}

function hasCondition(object: KubeObject, name: string, value: string): boolean {
  const status = object['status'] as { conditions?: readonly Condition[]; observedGeneration?: number } | undefined;
  const condition = status?.conditions?.find(({ type }) => type?.toLowerCase() === name.toLowerCase());
  if (!condition) return false;
  const observed = condition.observedGeneration ?? status?.observedGeneration;
  const generation = object.metadata.generation;
  if (observed !== undefined && generation !== undefined && observed < generation) return false;
  return condition.status?.toLowerCase() === value.toLowerCase();
}

/** `{.status.phase}=Running`, or the path alone: any value. */
function pathGoal(text: string): (object: KubeObject) => boolean {
  const bare = text.replace(/^'(.*)'$/, '$1');
  const match = /^(\{[^{}]*\}|[^={}[\]]+)(?:=(.*))?$/.exec(bare) ?? /^(\{.*\})(?:=(.*))?$/.exec(bare);
  if (!match)
    throw new KubectlError(
      "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
    );
  const [, path = '', value] = match;
  const wanted = value?.replace(/^(['"])(.*)\1$/, '$2');
  if (value === '')
    throw new KubectlError(
      "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
    );
  const compiled = compileJsonPath(relaxedPath(path), { allowMissing: true });
  return (object) => {
    const values = compiled.find(object)[0] ?? [];
    if (values.length > 1) throw new KubectlError('given jsonpath expression matches more than one value');
    const [found] = values;
    if (found === undefined || found === null) return false;
    if (wanted === undefined) return true;
    if (typeof found === 'object')
      throw new KubectlError('jsonpath leads to a nested object or list which is not supported');
    return goPrint(found).trim() === wanted;
  };
}
