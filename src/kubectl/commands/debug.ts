/** kubectl debug: an ephemeral container in a pod, a changed copy of a pod, or a pod on a node. */
import { pathOf } from '../../kube/client.ts';
import type { KubeObject, Pod } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { fileFlags } from '../flags/common.ts';
import { flag, refused } from '../flags/spec.ts';
import { diffObjects } from '../merge/strategic-diff.ts';
import { resolveType } from '../resources/types.ts';
import { visitLive } from '../resources/visit.ts';
import { copyOfPod } from './debug-copy.ts';
import { applyProfile, type DebugContainer, isProfile, profiles } from './debug-profiles.ts';
import { commandWords } from './generate.ts';
import { attachToNewPod } from './run-attach.ts';
import { patchTypes } from './send-patch.ts';

export const debugCommand: Command = {
  name: 'debug',
  short: 'Create debugging sessions for troubleshooting workloads and nodes',
  usage: '(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]',
  flags: [
    ...fileFlags,
    flag('arguments-only', 'bool', {
      help: 'If specified, everything after -- will be passed to the new container as Args instead of Command.',
    }),
    flag('attach', 'bool', {
      help: "If true, wait for the container to start running, and then attach as if 'kubectl attach ...' were called.",
    }),
    flag('container', 'string', { short: 'c', help: 'Container name to use for debug container.' }),
    flag('copy-to', 'string', { help: 'Create a copy of the target Pod with this name.' }),
    flag('env', 'array', { help: 'Environment variables to set in the container.' }),
    flag('image', 'string', { help: 'Container image to use for debug container.' }),
    flag('image-pull-policy', 'string', { help: 'The image pull policy for the container.' }),
    flag('keep-annotations', 'bool', { help: 'If true, keep the original pod annotations.' }),
    flag('keep-init-containers', 'bool', { fallback: 'true', help: 'Run the init containers for the pod.' }),
    flag('keep-labels', 'bool', { help: 'If true, keep the original pod labels.' }),
    flag('keep-liveness', 'bool', { help: 'If true, keep the original pod liveness probes.' }),
    flag('keep-readiness', 'bool', { help: 'If true, keep the original pod readiness probes.' }),
    flag('keep-startup', 'bool', { help: 'If true, keep the original startup probes.' }),
    flag('profile', 'string', {
      fallback: 'general',
      help: `Options are ${profiles.map((name) => `"${name}"`).join(', ')}.`,
    }),
    flag('quiet', 'bool', { short: 'q', help: 'If true, suppress informational messages.' }),
    flag('replace', 'bool', { help: "When used with '--copy-to', delete the original Pod." }),
    flag('same-node', 'bool', {
      help: "When used with '--copy-to', schedule the copy of target Pod on the same node.",
    }),
    flag('set-image', 'string', {
      help: "When used with '--copy-to', a list of name=image pairs for changing container images.",
    }),
    flag('share-processes', 'bool', {
      fallback: 'true',
      help: "When used with '--copy-to', enable process namespace sharing in the copy.",
    }),
    flag('stdin', 'bool', {
      short: 'i',
      help: 'Keep stdin open on the container(s) in the pod, even if nothing is attached.',
    }),
    flag('target', 'string', { help: 'When using an ephemeral container, target processes in this container name.' }),
    flag('tty', 'bool', { short: 't', help: 'Allocate a TTY for the debugging container.' }),
    ...refused('string', 'custom'),
  ],
  run: debug,
};

async function debug(call: Call): Promise<number> {
  const { session, flags, args, dash } = call;
  const names = dash < 0 ? args : args.slice(0, dash);
  validate(call, names);
  let code = 0;
  const words = names.some((name) => name.includes('/')) ? names : ['pods', ...names];
  const errors = await visitLive(
    session,
    flags,
    flags.list('filename').length > 0 ? [] : words,
    {},
    async ({ type, object }) => {
      if (type.kind === 'Pod') code = await debugPod(call, object as unknown as Pod);
      else if (type.kind === 'Node') code = await debugNode(call, object);
      else throw new KubectlError(`${JSON.stringify(object.metadata.name)} not supported by debug`);
    },
  );
  throwAll(errors);
  return code;
}

function validate({ flags, dash, args }: Call, names: readonly string[]): void {
  const copy = flags.string('copy-to') !== '';
  const [image, setImage] = [flags.string('image'), flags.string('set-image')];
  if (!copy && flags.bool('replace')) throw new KubectlError('--replace may only be used with --copy-to.');
  if (!copy && flags.bool('same-node')) throw new KubectlError('--same-node may only be used with --copy-to.');
  if (!copy && setImage) throw new KubectlError('--set-image may only be used with --copy-to.');
  if (!copy && !image) throw new KubectlError('you must specify --image when not using --copy-to.');
  if (copy && flags.string('target'))
    throw new KubectlError('--target is incompatible with --copy-to. Use --share-processes instead.');
  if (copy && !image && !setImage && dash < 0 && args.length <= 1) {
    throw new KubectlError('you must specify --image, --set-image or command arguments.');
  }
  if (flags.bool('tty') && !flags.bool('stdin'))
    throw new KubectlError('-i/--stdin is required for containers with -t/--tty=true');
  if (!isProfile(flags.string('profile'))) throw new KubectlError(`unknown profile: ${flags.string('profile')}`);
  if (names.length === 0 && flags.list('filename').length === 0)
    throw new KubectlError('NAME or filename is required for debug');
}

function wantsAttach({ flags }: Call): boolean {
  return flags.changed('attach') ? flags.bool('attach') : flags.bool('stdin') || flags.bool('tty');
}

function say({ session, flags }: Call, text: string): void {
  if (!flags.bool('quiet')) session.out(`${text}\n`);
}

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** As the API server makes generated names. */
function randomSuffix(): string {
  return [...crypto.getRandomValues(new Uint8Array(5))]
    .map((byte) => suffixLetters[byte % suffixLetters.length])
    .join('');
}

function containerName(call: Call, pod: Pod): string {
  const given = call.flags.string('container');
  if (given !== '') return given;
  const taken = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []),
    ...(pod.spec?.ephemeralContainers ?? []),
  ].map(({ name }) => name);
  for (;;) {
    const name = `debugger-${randomSuffix()}`;
    if (taken.includes(name)) continue;
    say(call, `Defaulting debug container name to ${name}.`);
    return name;
  }
}

function debugContainer(call: Call, name: string): DebugContainer {
  const { flags } = call;
  const words = commandWords(call);
  const env = flags
    .list('env')
    .map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) }));
  return {
    name,
    image: flags.string('image'),
    resources: {},
    terminationMessagePolicy: 'File',
    ...(words.length > 0 && (flags.bool('arguments-only') ? { args: [...words] } : { command: [...words] })),
    ...(env.length > 0 && { env }),
    ...(flags.string('image-pull-policy') && { imagePullPolicy: flags.string('image-pull-policy') }),
    ...(flags.bool('stdin') && { stdin: true }),
    ...(flags.bool('tty') && { tty: true }),
  };
}

async function debugPod(call: Call, pod: Pod): Promise<number> {
  const { session, flags } = call;
  if (flags.string('copy-to') !== '') return debugCopy(call, pod);
  const target = flags.string('target');
  if (target !== '') {
    say(
      call,
      `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.`,
    );
  }
  const name = containerName(call, pod);
  const base = { ...debugContainer(call, name), ...(target !== '' && { targetContainerName: target }) };
  const container = applyProfile(flags.string('profile'), 'ephemeral', base).container;
  const before = pod as KubeObject;
  const spec = { ...pod.spec, ephemeralContainers: [...(pod.spec?.ephemeralContainers ?? []), container] };
  const patch = diffObjects('Pod', before, { ...before, spec });
  const type = await resolveType(session, 'pods');
  const { namespace, name: podName } = pod.metadata;
  const changed = await session.json<Pod>({
    method: 'PATCH',
    path: pathOf(type, namespace, podName, 'ephemeralcontainers'),
    contentType: patchTypes.strategic,
    body: patch,
  });
  return wantsAttach(call) ? attach(call, changed, name) : 0;
}

async function attach({ session, flags }: Call, pod: Pod, container: string): Promise<number> {
  return attachToNewPod(session, pod, {
    stdin: flags.bool('stdin'),
    tty: flags.bool('tty'),
    quiet: flags.bool('quiet'),
    waitForExit: false,
    timeoutMs: 0,
    container,
  });
}

async function debugCopy(call: Call, pod: Pod): Promise<number> {
  const { session, flags } = call;
  const type = await resolveType(session, 'pods');
  const existing = pod.spec?.containers.find(({ name }) => name === flags.string('container'));
  const needsContainer = flags.string('image') !== '' && !existing;
  const name = needsContainer ? containerName(call, pod) : (existing?.name ?? pod.spec?.containers[0]?.name ?? '');
  const container = needsContainer ? debugContainer(call, name) : undefined;
  const copy = copyOfPod(call, pod, container, name);
  const { namespace } = pod.metadata;
  if (flags.bool('replace'))
    await session.json({ method: 'DELETE', path: pathOf(type, namespace, pod.metadata.name), body: {} });
  const created = await session.json<Pod>({ method: 'POST', path: pathOf(type, namespace), body: copy });
  return wantsAttach(call) ? attach(call, created, name) : 0;
}

async function debugNode(call: Call, node: KubeObject): Promise<number> {
  const { session, flags } = call;
  const nodeName = node.metadata.name ?? '';
  const namespace = await session.namespace();
  const podName = `node-debugger-${nodeName}-${randomSuffix()}`;
  const containerName = flags.string('container') || 'debugger';
  const profile = applyProfile(flags.string('profile'), 'node', debugContainer(call, containerName));
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace, labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
    spec: {
      containers: [profile.container],
      nodeName,
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
      ...profile.spec,
    },
  };
  say(call, `Creating debugging pod ${podName} with container ${containerName} on node ${nodeName}.`);
  const type = await resolveType(session, 'pods');
  const created = await session.json<Pod>({ method: 'POST', path: pathOf(type, namespace), body: pod });
  return wantsAttach(call) ? attach(call, created, containerName) : 0;
}
