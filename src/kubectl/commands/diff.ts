/** kubectl diff: live objects against what apply would make of them. Exit 0 no difference, 1 some, above 1 a failure. */
import { ApiError, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { describeFailure, ExitWith, KubectlError, notBuiltIn, throwAll } from '../errors.ts';
import { fieldManagerFlag, fileFlags, selectorFlag } from '../flags/common.ts';
import { flag, refused } from '../flags/spec.ts';
import { lastAppliedKey, lastAppliedOf } from '../merge/last-applied.ts';
import { mergesStrategically } from '../merge/merge-keys.ts';
import { threeWayJson, threeWayStrategic } from '../merge/three-way.ts';
import { goJson } from '../print/go-json.ts';
import { goYaml } from '../print/go-yaml.ts';
import { unifiedDiff } from '../print/unified-diff.ts';
import { type FileItem, readItems } from '../resources/files.ts';
import { matchesSelectorText } from '../resources/selector-text.ts';
import { refuseKustomize } from './file-options.ts';
import { patchTypes } from './send-patch.ts';

export const diffCommand: Command = {
  name: 'diff',
  short: 'Diff the live version against a would-be applied version',
  usage: '-f FILENAME',
  flags: [
    ...fileFlags.filter(({ name }) => name !== 'kustomize'),
    flag('kustomize', 'string', { short: 'k', help: 'Not in the built-in kubectl.' }),
    selectorFlag,
    fieldManagerFlag('kubectl-client-side-apply'),
    flag('concurrency', 'int', { fallback: '1', help: 'Accepted and ignored.' }),
    flag('force-conflicts', 'bool', { help: 'If true, server-side apply will force the changes against conflicts.' }),
    flag('server-side', 'bool', { help: 'If true, apply runs in the server instead of the client.' }),
    flag('show-managed-fields', 'bool', { help: 'If true, include managed fields in the diff.' }),
    ...refused('bool', 'prune'),
    ...refused('list', 'prune-allowlist'),
  ],
  run: async (call) => {
    try {
      return await diff(call);
    } catch (error) {
      if (error instanceof ExitWith) throw error;
      // 1 would mean "they differ"
      const { text, exitCode } = describeFailure(error);
      call.session.err(text);
      return Math.max(2, exitCode);
    }
  },
};

async function diff(call: Call): Promise<number> {
  const { session, flags, args } = call;
  await refuseKustomize(session, flags);
  if (flags.list('filename').length === 0) throw new KubectlError('must specify one of -f and -k');
  if (args.length > 0)
    throw new KubectlError(`Unexpected args: [${args.join(' ')}]\nSee 'kubectl diff -h' for help and examples`);
  if (session.io.env['KUBECTL_EXTERNAL_DIFF']) throw notBuiltIn('KUBECTL_EXTERNAL_DIFF with kubectl diff');
  const { items, errors } = await readItems(session, flags);
  throwAll(errors);
  const selector = flags.string('selector');
  const stamp = new Date(session.clock.now()).toISOString();
  let differs = false;
  for (const item of items) {
    if (selector !== '' && !matchesSelectorText(selector, item.object.metadata.labels)) continue;
    const live = await findLive(call, item);
    const merged = await mergedVersion(call, item, live);
    const name = fileName(item);
    const keep = flags.bool('show-managed-fields');
    const hunks = unifiedDiff(live ? yaml(live, keep) : '', yaml(merged, keep));
    if (hunks === '') continue;
    differs = true;
    const [from, to] = [`/tmp/LIVE-${digits()}/${name}`, `/tmp/MERGED-${digits()}/${name}`];
    const time = `${stamp.slice(0, 10)} ${stamp.slice(11, 23)}000000 +0000`;
    session.out(`diff -u -N ${from} ${to}\n--- ${from}\t${time}\n+++ ${to}\t${time}\n${hunks}`);
  }
  return differs ? 1 : 0;
}

function digits(): string {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return String(value);
}

function fileName({ type, namespace, name }: FileItem): string {
  return [...(type.group ? [type.group] : []), type.version, type.kind, namespace ?? '', name].join('.');
}

function yaml(object: KubeObject, keepManaged: boolean): string {
  const { managedFields, ...metadata } = object.metadata;
  const shown = { ...object, metadata: keepManaged ? { ...metadata, managedFields } : metadata };
  return goYaml(object.kind === 'Secret' ? masked(shown) : shown);
}

/** Secret values are never shown. */
function masked(object: KubeObject): KubeObject {
  const data = (object['data'] ?? {}) as Record<string, string>;
  return { ...object, data: Object.fromEntries(Object.keys(data).map((key) => [key, '***'])) };
}

async function findLive({ session }: Call, { type, namespace, name }: FileItem): Promise<KubeObject | undefined> {
  try {
    return await session.json({ path: pathOf(type, namespace, name) });
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** What a dry run of apply would leave. */
async function mergedVersion(
  { session, flags }: Call,
  item: FileItem,
  live: KubeObject | undefined,
): Promise<KubeObject> {
  const { type, namespace, name, object } = item;
  const manager =
    flags.changed('field-manager') || !flags.bool('server-side') ? flags.string('field-manager') : 'kubectl';
  const search = new URLSearchParams({ dryRun: 'All', fieldManager: manager });
  const path = pathOf(type, namespace, name);
  if (flags.bool('server-side')) {
    search.set('force', String(flags.bool('force-conflicts')));
    return session.json({
      method: 'PATCH',
      path: `${path}?${search}`,
      contentType: 'application/apply-patch+yaml',
      body: goJson(object),
    });
  }
  if (!live) return session.json({ method: 'POST', path: `${pathOf(type, namespace)}?${search}`, body: object });
  const strategic = mergesStrategically(type.group);
  const [original, modified] = [lastAppliedOf(live) ?? {}, keepAnnotation(object, live)];
  const patch = strategic
    ? threeWayStrategic(type.kind, original, modified, live)
    : threeWayJson(original, modified, live);
  if (Object.keys(patch).length === 0) return live;
  const contentType = strategic ? patchTypes.strategic : patchTypes.merge;
  return session.json({ method: 'PATCH', path: `${path}?${search}`, contentType, body: patch });
}

/** The diff is about the object, not about apply's notes: the annotation stays as it is. */
function keepAnnotation(object: KubeObject, live: KubeObject): KubeObject {
  const text = live.metadata.annotations?.[lastAppliedKey];
  if (text === undefined) return object;
  const annotations = { ...object.metadata.annotations, [lastAppliedKey]: text };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
