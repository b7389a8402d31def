/** kubectl set image, env, resources, selector, serviceaccount. */
import { ApiError, type DiscoveredType } from '../../kube/client.ts';
import type { Container, KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { dryRunOf } from '../dry-run.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { allFlag, dryRunFlag, fieldManagerFlag, fileFlags, printFlags, selectorFlag } from '../flags/common.ts';
import { type FlagSpec, flag } from '../flags/spec.ts';
import { resultPrinter } from '../print/result.ts';
import { parseSelectorText } from '../resources/selector-text.ts';
import { visitLive } from '../resources/visit.ts';
import { parseQuantities } from './create-config.ts';
import { changePodSpec, podSpecOf } from './pod-spec.ts';
import { sendDifference } from './send-patch.ts';
import { changeEnv, listEnv, matchesWildcard, parseEnvWords } from './set-env.ts';

const commonFlags: readonly FlagSpec[] = [
  ...printFlags,
  ...fileFlags,
  selectorFlag,
  allFlag,
  dryRunFlag,
  fieldManagerFlag('kubectl-set'),
  flag('local', 'bool', { help: 'If true, will NOT contact api-server but run locally.' }),
];

const containersFlag = flag('containers', 'string', {
  short: 'c',
  fallback: '*',
  help: 'The names of containers in the selected pod templates to change, may use wildcards.',
});

export const setCommand: Command = {
  name: 'set',
  short: 'Set specific features on objects',
  long: 'Configure application resources.\n\n These commands help you make changes to existing application resources.',
  usage: 'SUBCOMMAND',
  commands: [
    {
      name: 'image',
      short: 'Update the image of a pod template',
      usage: '(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N',
      flags: commonFlags,
      run: setImage,
    },
    {
      name: 'env',
      short: 'Update environment variables on a pod template',
      usage: 'RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N',
      flags: [
        ...commonFlags,
        containersFlag,
        flag('env', 'array', {
          short: 'e',
          help: 'Specify a key-value pair for an environment variable to set into each container.',
        }),
        flag('list', 'bool', { help: 'If true, display the environment and any changes in the standard format.' }),
        flag('overwrite', 'bool', { fallback: 'true', help: 'If true, allow environment to be overwritten.' }),
        flag('from', 'string', { refused: true }),
        flag('keys', 'list', { refused: true }),
        flag('prefix', 'string', { refused: true }),
        flag('resolve', 'bool', { refused: true }),
      ],
      run: setEnv,
    },
    {
      name: 'resources',
      short: 'Update resource requests/limits on objects with pod templates',
      usage: '(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]',
      flags: [
        ...commonFlags,
        containersFlag,
        flag('limits', 'string', { help: 'The resource requirement limits for this container.' }),
        flag('requests', 'string', { help: 'The resource requirement requests for this container.' }),
      ],
      run: setResources,
    },
    {
      name: 'selector',
      short: 'Set the selector on a resource',
      usage: '(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]',
      flags: [...commonFlags, flag('resource-version', 'string', { refused: true })],
      run: setSelector,
    },
    {
      name: 'serviceaccount',
      aliases: ['sa'],
      short: 'Update the service account of a resource',
      usage: '(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT',
      flags: commonFlags,
      run: setServiceAccount,
    },
    {
      name: 'subject',
      short: 'Update the user, group, or service account in a role binding or cluster role binding',
      usage:
        '(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]',
      flags: [
        ...commonFlags,
        flag('user', 'array', { refused: true }),
        flag('group', 'array', { refused: true }),
        flag('serviceaccount', 'array', { refused: true }),
      ],
      run: async () => {
        throw new KubectlError('at least one of user, group or serviceaccount must be specified');
      },
    },
  ],
};

type Change = (object: KubeObject, type: DiscoveredType) => KubeObject | undefined;

/** Fetches, changes, patches and prints each object; nothing is said where nothing changes. `failure` leads a refusal. */
async function changeEach(
  { session, flags }: Call,
  resources: readonly string[],
  result: string,
  change: Change,
  failure = '',
): Promise<number> {
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, dryRun);
  const local = flags.bool('local');
  const errors = await visitLive(session, flags, resources, { local }, async ({ type, object }) => {
    const changed = change(object, type);
    if (!changed) throw new KubectlError(`the object is not a pod or does not have a pod template: ${type.kind}`);
    const mode = local ? ('client' as const) : dryRun;
    const options = { dryRun: mode, fieldManager: flags.string('field-manager') };
    const after = await sendDifference(session, type, object, changed, options).catch((error: unknown) => {
      if (failure === '' || !(error instanceof ApiError)) throw error;
      throw new KubectlError(`${failure} ${error.message}`);
    });
    if (after ?? local) printer.print(type, object.metadata.name ?? '', result, after ?? object);
  });
  throwAll(errors);
  return 0;
}

/** `deploy/web web=nginx` → resources and pairs. */
function splitPairs(args: readonly string[]): { resources: string[]; pairs: string[] } {
  const first = args.findIndex((word) => word.includes('=') || word.endsWith('-'));
  return first < 0
    ? { resources: [...args], pairs: [] }
    : { resources: args.slice(0, first), pairs: args.slice(first) };
}

async function setImage(call: Call): Promise<number> {
  const { resources, pairs } = splitPairs(call.args);
  const images = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  if (resources.length > 0 && images.size === 0) throw new KubectlError('at least one image update is required');
  if (images.size > 1 && images.has('*'))
    throw new KubectlError(
      'all containers are already specified by *, but saw more than one container_name=container_image pairs',
    );
  return changeEach(
    call,
    resources,
    'image updated',
    (object) =>
      changePodSpec(object, (spec) => {
        const all = [...(spec.initContainers ?? []), ...spec.containers];
        for (const name of images.keys()) {
          if (name !== '*' && !all.some((container) => container.name === name)) {
            throw new KubectlError(`unable to find container named ${JSON.stringify(name)}`);
          }
        }
        const set = (container: Container): Container => {
          const image = images.get(container.name) ?? images.get('*');
          return image === undefined ? container : { ...container, image };
        };
        const init = spec.initContainers?.map((container) => (images.has('*') ? container : set(container)));
        return { ...spec, containers: spec.containers.map(set), ...(init && { initContainers: init }) };
      }),
    'failed to patch image update to pod template:',
  );
}

async function setEnv(call: Call): Promise<number> {
  const { flags } = call;
  const split = splitPairs(call.args);
  const changes = parseEnvWords([...split.pairs, ...flags.list('env')]);
  if (changes.set.length === 0 && changes.remove.length === 0 && !flags.bool('list')) {
    throw new KubectlError('at least one environment variable must be provided');
  }
  if (flags.bool('list')) {
    const errors = await visitLive(call.session, flags, split.resources, {}, async ({ type, object }) => {
      call.session.out(listEnv(type, object, podSpecOf(object), flags.string('containers'), changes));
    });
    throwAll(errors);
    return 0;
  }
  return changeEach(call, split.resources, 'env updated', (object) =>
    changePodSpec(object, (spec) => changeEnv(spec, flags.string('containers'), changes, flags.bool('overwrite'))),
  );
}

async function setResources(call: Call): Promise<number> {
  const { flags, args } = call;
  const [limits, requests] = [parseQuantities(flags.string('limits')), parseQuantities(flags.string('requests'))];
  if (Object.keys(limits).length + Object.keys(requests).length === 0) {
    throw new KubectlError('you must specify an update to requests or limits (in the form of --requests/--limits)');
  }
  return changeEach(
    call,
    args,
    'resource requirements updated',
    (object) =>
      changePodSpec(object, (spec) => ({
        ...spec,
        containers: spec.containers.map((container) =>
          matchesWildcard(flags.string('containers'), container.name)
            ? {
                ...container,
                resources: {
                  ...container.resources,
                  ...(Object.keys(limits).length > 0 && { limits: { ...container.resources?.limits, ...limits } }),
                  ...(Object.keys(requests).length > 0 && {
                    requests: { ...container.resources?.requests, ...requests },
                  }),
                },
              }
            : container,
        ),
      })),
    'failed to patch resources update to pod template',
  );
}

async function setSelector(call: Call): Promise<number> {
  const { args } = call;
  const expression = args.at(-1) ?? '';
  const resources = args.slice(0, -1);
  if (!/[=!]/.test(expression))
    throw new KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  const selector = Object.fromEntries(parseSelectorText(expression).map(({ key, values }) => [key, values?.[0] ?? '']));
  return changeEach(call, resources, 'selector updated', (object, type) => {
    if (type.kind !== 'Service') throw new KubectlError(`setting a selector is only supported for Services`);
    return { ...object, spec: { ...(object['spec'] as object), selector } };
  });
}

async function setServiceAccount(call: Call): Promise<number> {
  const { args } = call;
  const name = args.at(-1);
  if (name === undefined) throw new KubectlError('serviceaccount is required');
  return changeEach(call, args.slice(0, -1), 'serviceaccount updated', (object) =>
    changePodSpec(object, (spec) => ({ ...spec, serviceAccountName: name, serviceAccount: name })),
  );
}
