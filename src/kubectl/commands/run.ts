/** kubectl run: a pod from an image, attached to on request, removed again with --rm. */
import { type DiscoveredType, pathOf } from '../../kube/client.ts';
import type { KubeObject, Pod } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { type DryRun, dryRunOf, dryRunQuery } from '../dry-run.ts';
import { KubectlError } from '../errors.ts';
import { dryRunFlag, fieldManagerFlag, printFlags } from '../flags/common.ts';
import { flag, refused } from '../flags/spec.ts';
import { applyMergePatch, applyStrategicPatch } from '../merge/apply-patch.ts';
import { type ResultPrinter, resultPrinter } from '../print/result.ts';
import { resolveType } from '../resources/types.ts';
import { parseOne } from '../resources/yaml-input.ts';
import { deleteOne } from './delete.ts';
import { waitUntilGone } from './delete-wait.ts';
import { commandWords, parsePort } from './generate.ts';
import { attachToNewPod } from './run-attach.ts';

export const runCommand: Command = {
  name: 'run',
  short: 'Run a particular image on the cluster',
  usage:
    'NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...]',
  flags: [
    ...printFlags,
    dryRunFlag,
    fieldManagerFlag('kubectl-run'),
    flag('annotations', 'array', { help: 'Annotations to apply to the pod.' }),
    flag('attach', 'bool', { help: 'If true, wait for the Pod to start running, and then attach to the Pod.' }),
    flag('command', 'bool', {
      help: "If true and extra arguments are present, use them as the 'command' field in the container.",
    }),
    flag('env', 'array', { help: 'Environment variables to set in the container.' }),
    flag('expose', 'bool', { help: 'If true, create a ClusterIP service associated with the pod.' }),
    flag('image', 'string', { help: 'The image for the container to run.' }),
    flag('image-pull-policy', 'string', { help: 'The image pull policy for the container.' }),
    flag('labels', 'string', { short: 'l', help: 'Comma separated labels to apply to the pod.' }),
    flag('overrides', 'string', { help: 'An inline JSON override for the generated object.' }),
    flag('override-type', 'string', {
      fallback: 'merge',
      help: 'The method used to override the generated object: json, merge, or strategic.',
    }),
    flag('pod-running-timeout', 'duration', {
      fallback: '1m0s',
      help: 'The length of time to wait until at least one pod is running',
    }),
    flag('port', 'string', { help: 'The port that this container exposes.' }),
    flag('privileged', 'bool', { help: 'If true, run the container in privileged mode.' }),
    flag('quiet', 'bool', { short: 'q', help: 'If true, suppress prompt messages.' }),
    flag('restart', 'string', {
      fallback: 'Always',
      help: 'The restart policy for this Pod. Legal values [Always, OnFailure, Never].',
    }),
    flag('rm', 'bool', { help: 'If true, delete the pod after it exits.' }),
    flag('leave-stdin-open', 'bool', { help: 'Accepted and ignored.' }),
    flag('save-config', 'bool', { help: 'Accepted and ignored.' }),
    flag('stdin', 'bool', {
      short: 'i',
      help: 'Keep stdin open on the container in the pod, even if nothing is attached.',
    }),
    flag('tty', 'bool', { short: 't', help: 'Allocate a TTY for the container in the pod.' }),
    ...['cascade', 'force', 'grace-period', 'timeout', 'wait'].map((name) =>
      flag(name, name === 'force' || name === 'wait' ? 'bool' : 'string', { help: 'Accepted and ignored.' }),
    ),
    ...refused('list', 'filename'),
  ],
  requiredFlags: ['image'],
  run,
};

/** github.com/distribution/reference, near enough: no blanks, no capitals in the repository. */
const imagePattern =
  /^(?:[\w.-]+(?::\d+)?\/)?[a-z\d]+(?:[._/-]+[a-z\d]+)*(?::[\w][\w.-]{0,127})?(?:@[\w+.-]+:[\da-fA-F]{32,})?$/;

async function run(call: Call): Promise<number> {
  const { session, flags, args, dash } = call;
  const [name] = args;
  if (name === undefined || dash === 0) throw usage('NAME is required for run');
  validate(call);
  const dryRun = dryRunOf(session, flags);
  const interactive = flags.bool('stdin') || flags.bool('tty');
  const attach = flags.changed('attach') ? flags.bool('attach') : interactive;
  if (flags.bool('rm') && !attach) throw usage('--rm should only be used for attached containers');
  if (attach && dryRun !== 'none')
    throw usage(`--dry-run=${dryRun} can't be used with attached containers options (--attach, --stdin, or --tty)`);
  const pods = await resolveType(session, 'pods');
  const namespace = await session.namespace();
  const printer = await resultPrinter(session, flags, dryRun);
  const pod = await override(call, buildPod(call, name));
  if (flags.bool('expose')) await expose(call, pod, dryRun, printer);
  const place = { type: pods, namespace, dryRun };
  const created = await create(call, place, pod);
  if (!attach) {
    printer.print(pods, name, 'created', created);
    return 0;
  }
  try {
    return await attachToNewPod(session, created as Pod, {
      stdin: flags.bool('stdin'),
      tty: flags.bool('tty'),
      quiet: flags.bool('quiet'),
      waitForExit: flags.string('restart') !== 'Always' || flags.bool('rm'),
      timeoutMs: flags.duration('pod-running-timeout'),
    });
  } finally {
    if (flags.bool('rm')) await removePod(call, pods, namespace, name);
  }
}

function usage(message: string): KubectlError {
  return new KubectlError(`${message}\nSee 'kubectl run -h' for help and examples`);
}

function validate({ flags }: Call): void {
  const image = flags.string('image');
  if (image === '') throw new KubectlError('--image is required');
  if (!imagePattern.test(image))
    throw new KubectlError(`Invalid image name ${JSON.stringify(image)}: invalid reference format`);
  const restart = flags.string('restart');
  if (!['Always', 'OnFailure', 'Never'].includes(restart)) throw usage(`invalid restart policy: ${restart}`);
  if (flags.bool('tty') && !flags.bool('stdin'))
    throw new KubectlError('-i/--stdin is required for containers with -t/--tty=true');
  if (flags.bool('expose') && flags.string('port') === '') throw usage('--port must be set when exposing a service');
}

function buildPod(call: Call, name: string): KubeObject {
  const { flags } = call;
  const words = commandWords(call);
  const port = flags.string('port') === '' ? undefined : parsePort(flags.string('port'), 'Atoi');
  const env = flags.list('env').map((pair) => {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new KubectlError(`invalid env: ${pair}`);
    return { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
  });
  const stdin = flags.bool('stdin');
  const container = {
    name,
    image: flags.string('image'),
    resources: {},
    ...(words.length > 0 && (flags.bool('command') ? { command: words } : { args: words })),
    ...(env.length > 0 && { env }),
    ...(port !== undefined && { ports: [{ containerPort: port }] }),
    ...(flags.string('image-pull-policy') && { imagePullPolicy: flags.string('image-pull-policy') }),
    ...(stdin && { stdin: true, stdinOnce: true }),
    ...(flags.bool('tty') && { tty: true }),
    ...(flags.bool('privileged') && { securityContext: { privileged: true } }),
  };
  const annotations = Object.fromEntries(
    flags.list('annotations').map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')]),
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: labelsOf(flags.string('labels')) ?? { run: name },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: { containers: [container], dnsPolicy: 'ClusterFirst', restartPolicy: flags.string('restart') },
    status: {},
  };
}

function labelsOf(text: string): Record<string, string> | undefined {
  if (text === '') return undefined;
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [key = '', value] = pair.split('=');
      if (value === undefined) throw new KubectlError(`unexpected label spec: ${pair}`);
      return [key, value];
    }),
  );
}

async function override({ flags }: Call, pod: KubeObject): Promise<KubeObject> {
  const text = flags.string('overrides');
  if (text === '') return pod;
  let patch: unknown;
  try {
    patch = parseOne(text);
  } catch {
    patch = undefined;
  }
  if (typeof patch !== 'object' || patch === null) throw new KubectlError('Invalid JSON Patch');
  const map = patch as Record<string, unknown>;
  const kind = flags.string('override-type');
  if (kind === 'strategic') return applyStrategicPatch('Pod', pod, map) as KubeObject;
  if (kind === 'merge') return applyMergePatch(pod, map) as KubeObject;
  throw new KubectlError(
    `the built-in kubectl does not do "kubectl run --override-type=${kind}"; use merge or strategic`,
  );
}

interface Place {
  readonly type: DiscoveredType;
  readonly namespace: string;
  readonly dryRun: DryRun;
}

async function create(
  { session, flags }: Call,
  { type, namespace, dryRun }: Place,
  object: KubeObject,
): Promise<KubeObject> {
  if (dryRun === 'client') {
    return session.namespaceGiven ? { ...object, metadata: { ...object.metadata, namespace } } : object;
  }
  const search = new URLSearchParams({ fieldManager: flags.string('field-manager'), ...dryRunQuery(dryRun) });
  return session.json({ method: 'POST', path: `${pathOf(type, namespace)}?${search}`, body: object });
}

async function expose(call: Call, pod: KubeObject, dryRun: DryRun, printer: ResultPrinter): Promise<void> {
  const { session, flags } = call;
  const port = parsePort(flags.string('port'), 'Atoi');
  const service: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: pod.metadata.name ?? '' },
    spec: { ports: [{ port, protocol: 'TCP', targetPort: port }], selector: pod.metadata.labels },
    status: { loadBalancer: {} },
  };
  const type = await resolveType(session, 'services');
  const created = await create(call, { type, namespace: await session.namespace(), dryRun }, service);
  printer.print(type, service.metadata.name ?? '', 'created', created);
  // kubectl itself starts the next document twice
  if (dryRun !== 'none' && flags.string('output') === 'yaml') session.out('---\n');
}

async function removePod(
  { session, flags }: Call,
  type: DiscoveredType,
  namespace: string,
  name: string,
): Promise<void> {
  const target = { type, namespace, name, source: '' };
  const quiet = flags.bool('quiet');
  const uid = await deleteOne(session, target, {
    dryRun: 'none',
    cascade: 'background',
    force: false,
    gracePeriod: -1,
    names: false,
    quiet,
  });
  if (uid !== undefined) await waitUntilGone(session, [{ target, uid }], 0);
}
