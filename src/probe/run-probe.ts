/**
 * Runs a probe: executes, in the source pod's own container, whichever program is there, and reads what it says. Each
 * attempt has a deadline, so that a lost packet costs seconds and not minutes; nothing is left running in the pod.
 */
import type { KubeClient } from '../kube/client.ts';
import { ApiError, wellKnown } from '../kube/client.ts';
import type { Pod } from '../kube/objects.ts';
import { chooseContainers } from './choose-containers.ts';
import { findProbeContainer } from './ephemeral.ts';
import { interpret } from './interpret.ts';
import type { Attempt, Observation, ProbeRequest, Reason } from './observation.ts';
import type { ToolRun } from './tools.ts';
import { dnsTools, isName, toolsFor } from './tools.ts';

/** A request with its container chosen. */
type Placed = ProbeRequest & { readonly container: string };

/** Without `json` a pod that has no tool stays unprobed: nothing can be added to it. */
export type ProbeClient = Pick<KubeClient, 'find' | 'exec'> & Partial<Pick<KubeClient, 'json'>>;

export interface ProbeOptions {
  /** Limit for the connection; default 2. */
  readonly timeoutSeconds?: number;
  /** What an attempt may take beyond that, for exec itself and for looking up a name; real time, default 5000. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
  /** Of the ephemeral container for pods without tools; has BusyBox's. Default busybox:1.36. */
  readonly probeImage?: string;
}

const defaultProbeImage = 'busybox:1.36';

/** Rejects only when the cluster is unreachable or the signal aborts; every other failure is an `unknown` with its reason. */
export async function runProbe(
  client: ProbeClient,
  request: ProbeRequest,
  options: ProbeOptions = {},
): Promise<Observation> {
  const containers = await findContainers(client, request);
  if ('outcome' in containers) return containers;
  const seen = await probeFrom(client, request, containers, options);
  if (seen) return seen;
  const tools = toolsFor(request, 2).map(({ tool }) => tool);
  const where = containers.length > 1 ? `containers ${containers.join(', ')} have` : `container ${containers[0]} has`;
  const lacking = `the ${where} none of ${tools.join(', ')}`;
  const { find, json } = client;
  if (!json) return unknown('no-tool', lacking);
  const image = options.probeImage ?? defaultProbeImage;
  const beside = await findProbeContainer(
    { find: find.bind(client), json: json.bind(client) },
    request.namespace,
    request.pod,
    {
      image,
      ...(options.signal && { signal: options.signal }),
    },
  );
  if ('problem' in beside) return unknown('no-tool', `${lacking}, and ${beside.problem}`);
  return (
    (await probeFrom(client, request, [beside.container], options)) ??
    unknown('no-tool', `${lacking}, nor has the probe image ${image}`)
  );
}

/** undefined when none of the containers holds a tool. */
async function probeFrom(
  client: ProbeClient,
  request: ProbeRequest,
  containers: readonly string[],
  options: ProbeOptions,
): Promise<Observation | undefined> {
  const timeoutSeconds = options.timeoutSeconds ?? 2;
  const byName = request.protocol === 'TCP' && isName(request.host);
  for (const container of containers) {
    const place = { ...request, container };
    for (const run of toolsFor(request, timeoutSeconds)) {
      const attempt = await runInPod(client, place, run, timeoutSeconds * 1000, options);
      const observation = interpret({ tool: run.tool, byName, timeoutSeconds }, attempt);
      if (!observation) continue;
      return observation.reason === 'name-failed' ? explainName(client, place, observation, options) : observation;
    }
  }
  return undefined;
}

/** "bad address" says neither "no such name" nor "no answer": ask DNS for a name that exists, and see whether it talks. */
async function explainName(
  client: ProbeClient,
  request: Placed,
  failed: Observation,
  options: ProbeOptions,
): Promise<Observation> {
  for (const run of dnsTools()) {
    const attempt = await runInPod(client, request, run, 5000, options);
    const answer = interpret({ tool: run.tool, byName: false, timeoutSeconds: 5 }, attempt);
    if (!answer) continue;
    const evidence = [...failed.evidence, attempt];
    if (answer.outcome === 'allowed')
      return { ...failed, reason: 'no-such-name', detail: `DNS answers, but knows no ${request.host}`, evidence };
    if (answer.outcome === 'blocked' || answer.reason === 'cut-off')
      return { ...failed, reason: 'dns-silent', detail: 'DNS gave no answer', evidence };
    return { ...failed, evidence };
  }
  return failed;
}

async function runInPod(
  client: ProbeClient,
  request: Placed,
  run: ToolRun,
  limitMs: number,
  options: ProbeOptions,
): Promise<Attempt> {
  const { argv } = run;
  const deadline = AbortSignal.timeout(limitMs + (options.graceMs ?? 5000));
  const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
  const output = { stdout: '', stderr: '' };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const take = (stream: 'stdout' | 'stderr') => (bytes: Uint8Array) => {
    output[stream] += decoders[stream].decode(bytes, { stream: true });
  };
  try {
    const { exitCode, error } = await client.exec(request.namespace, request.pod, request.container, argv, {
      onStdout: take('stdout'),
      onStderr: take('stderr'),
      signal,
    });
    return { argv, ...output, cutOff: false, ...(error === undefined ? { exitCode } : { exitCode: undefined, error }) };
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    if (deadline.aborted) return { argv, ...output, exitCode: undefined, cutOff: true };
    if (cause instanceof ApiError) return { argv, ...output, exitCode: undefined, cutOff: false, error: cause.message };
    throw cause;
  }
}

/** Broken environment is not a wrong fix: a pod that is missing or not up yet says so. */
async function findContainers(
  client: ProbeClient,
  { namespace, pod: name, container }: ProbeRequest,
): Promise<readonly string[] | Observation> {
  const pod = await client.find<Pod>(wellKnown.pods, namespace, name);
  if (!pod) return unknown('no-such-pod', `there is no pod ${namespace}/${name}`);
  const { names, first } = chooseContainers(pod, container);
  if (names.length > 0) return names;
  const state = pod.status?.containerStatuses?.find((status) => status.name === first)?.state;
  const waiting = state?.waiting?.reason ?? pod.status?.phase ?? 'Pending';
  const image = /^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName)$/.test(waiting);
  const terminated = state?.terminated ? `, terminated with exit code ${state.terminated.exitCode}` : '';
  return unknown(
    image ? 'image-not-pulled' : 'not-ready',
    `container ${first} of pod ${namespace}/${name} is not running: ${waiting}${terminated}`,
  );
}

function unknown(reason: Reason, detail: string): Observation {
  return { outcome: 'unknown', reason, detail, evidence: [] };
}
