/** kubectl logs: one container, all containers of a pod, or the pods of a selector or workload. */
import { ApiError, type DiscoveredType, wellKnown } from '../../kube/client.ts';
import type { KubeObject, Pod } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { selectorFlag } from '../flags/common.ts';
import { flag, parseDuration } from '../flags/spec.ts';
import { allContainers, chooseContainer, compareForLogs, podSelectorOf, podsOf } from '../resources/pods.ts';
import { select } from '../resources/select.ts';
import { isTimeout, type Session } from '../session.ts';

export const logsCommand: Command = {
  name: 'logs',
  short: 'Print the logs for a container in a pod',
  usage: '[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]',
  flags: [
    flag('all-containers', 'bool', { help: "Get all containers' logs in the pod(s)." }),
    flag('all-pods', 'bool', { help: 'Get logs from all pod(s). Sets prefix to true.' }),
    flag('container', 'string', { short: 'c', help: 'Print the logs of this container' }),
    flag('follow', 'bool', { short: 'f', help: 'Specify if the logs should be streamed.' }),
    flag('ignore-errors', 'bool', {
      help: 'If watching / following pod logs, allow for any errors that occur to be non-fatal',
    }),
    flag('insecure-skip-tls-verify-backend', 'bool', { help: 'Accepted and ignored.' }),
    flag('limit-bytes', 'int', { help: 'Maximum bytes of logs to return.' }),
    flag('max-log-requests', 'int', {
      fallback: '5',
      help: 'Specify maximum number of concurrent logs to follow when using by a selector.',
    }),
    flag('pod-running-timeout', 'duration', {
      fallback: '20s',
      help: 'The length of time to wait until at least one pod is running',
    }),
    flag('prefix', 'bool', { help: 'Prefix each log line with the log source (pod name and container name)' }),
    flag('previous', 'bool', {
      short: 'p',
      help: 'If true, print the logs for the previous instance of the container in a pod if it exists.',
    }),
    flag('since', 'duration', {
      fallback: '0s',
      help: 'Only return logs newer than a relative duration like 5s, 2m, or 3h.',
    }),
    flag('since-time', 'string', { help: 'Only return logs after a specific date (RFC3339).' }),
    flag('tail', 'int', { fallback: '-1', help: 'Lines of recent log file to display.' }),
    flag('timestamps', 'bool', { help: 'Include timestamps on each line in the log output' }),
    selectorFlag,
  ],
  run: logs,
};

interface Source {
  readonly pod: Pod;
  readonly container: string;
}

async function logs(call: Call): Promise<number> {
  const { session, flags, args } = call;
  const selector = flags.string('selector');
  const [name, container] = args;
  if (args.length > 2 || (args.length === 0 && !selector) || (args.length > 0 && selector))
    throw usage(selector !== '' && args.length > 0);
  if (container !== undefined && flags.changed('container'))
    throw new KubectlError('only one of -c or an inline [CONTAINER] arg is allowed');
  validate(call);
  const pods = name === undefined ? await selectedPods(session, selector) : await namedPods(call, name);
  if (pods.length === 0) {
    session.err(`No resources found in ${await session.namespace()} namespace.\n`);
    return 0;
  }
  const sources = pods.flatMap((pod) => sourcesOf(call, pod, container ?? flags.string('container')));
  const limit = flags.int('max-log-requests');
  if (flags.bool('follow') && sources.length > limit) {
    throw new KubectlError(
      `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${limit}, use --max-log-requests to increase the limit`,
    );
  }
  if (flags.bool('follow') && sources.length > 1) await Promise.all(sources.map((source) => print(call, source)));
  else for (const source of sources) await print(call, source);
  return 0;
}

function usage(both: boolean): KubectlError {
  if (both) return new KubectlError('only a selector (-l) or a POD name is allowed');
  return new KubectlError(
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples",
  );
}

function validate({ flags }: Call): void {
  if (flags.duration('since') !== 0 && flags.string('since-time') !== '') {
    throw new KubectlError('at most one of `sinceTime` or `sinceSeconds` may be specified');
  }
  if (flags.bool('all-containers') && flags.string('container') !== '') {
    throw new KubectlError(
      `--all-containers=true should not be specified with container name ${flags.string('container')}`,
    );
  }
  if (flags.int('tail') < -1) throw new KubectlError('--tail must be greater than or equal to -1');
  if (flags.duration('since') < 0) throw new KubectlError('--since must be greater than 0');
}

async function selectedPods(session: Session, selector: string): Promise<Pod[]> {
  return podsOf(session, await session.namespace(), selector);
}

/** One pod, or the pod that a workload's name leads to. */
async function namedPods(call: Call, word: string): Promise<Pod[]> {
  const { session, flags } = call;
  const { targets } = await select(session, word.includes('/') ? [word] : ['pods', word], { singleType: true });
  const [target] = targets;
  if (!target || !('name' in target)) throw new KubectlError('expected a pod');
  const object = await fetchOrSayWhere(session, target.type, target.namespace, target.name);
  if (target.type.resource === 'pods') return [object as unknown as Pod];
  const selector = podSelectorOf(target.type, object);
  if (selector === undefined) {
    const goType = `*${target.type.version}.${target.type.kind}`;
    throw new KubectlError(`cannot get the logs from ${goType}: selector for ${goType} not implemented`);
  }
  const pods = (await podsOf(session, target.namespace ?? '', selector)).sort(compareForLogs);
  if (flags.bool('all-pods')) return pods;
  const [first] = pods;
  if (!first) throw new KubectlError('timed out waiting for the condition');
  if (pods.length > 1) session.err(`Found ${pods.length} pods, using pod/${first.metadata.name}\n`);
  return [first];
}

async function fetchOrSayWhere(
  session: Session,
  type: DiscoveredType,
  namespace: string | undefined,
  name: string,
): Promise<KubeObject> {
  try {
    return await session.get(type, namespace, name);
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
    throw new KubectlError(
      `error from server (NotFound): ${error.message} in namespace ${JSON.stringify(await session.namespace())}`,
    );
  }
}

function sourcesOf({ session, flags }: Call, pod: Pod, name: string): Source[] {
  if (flags.bool('all-containers')) return allContainers(pod).map((container) => ({ pod, container: container.name }));
  return [{ pod, container: chooseContainer(session, pod, name).name }];
}

async function print(call: Call, { pod, container }: Source): Promise<void> {
  const { session, flags } = call;
  const prefix = flags.bool('prefix') || flags.bool('all-pods') ? `[pod/${pod.metadata.name}/${container}] ` : '';
  const search = new URLSearchParams(query(call, container));
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/${wellKnown.pods.resource}/${pod.metadata.name}/log?${search}`;
  try {
    const chunks = session.stream({ path, accept: 'application/json, */*' });
    if (prefix === '') for await (const chunk of chunks) session.out(chunk);
    else for await (const line of textLines(chunks)) session.out(prefix + line);
  } catch (error) {
    if (session.signal.aborted) throw error;
    if (isTimeout(error))
      throw new KubectlError('net/http: request canceled (Client.Timeout or context cancellation while reading body)');
    if (!flags.bool('ignore-errors')) throw error;
    session.err(`error: ${(error as Error).message}\n`);
  }
}

function query({ flags }: Call, container: string): Record<string, string> {
  const tail = flags.changed('tail') ? flags.int('tail') : flags.string('selector') ? 10 : -1;
  const since = parseDuration(flags.string('since')) ?? 0;
  return {
    container,
    ...(flags.bool('follow') && { follow: 'true' }),
    ...(flags.bool('previous') && { previous: 'true' }),
    ...(flags.bool('timestamps') && { timestamps: 'true' }),
    ...(flags.changed('since') && since !== 0 && { sinceSeconds: String(Math.round(since / 1000)) }),
    ...(flags.string('since-time') !== '' && { sinceTime: flags.string('since-time') }),
    ...(tail >= 0 && { tailLines: String(tail) }),
    ...(flags.int('limit-bytes') > 0 && { limitBytes: flags.string('limit-bytes') }),
  };
}

/** Lines with their ends; the last one as it is. */
async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield rest.slice(0, end + 1);
      rest = rest.slice(end + 1);
    }
  }
  if (rest !== '') yield rest;
}
