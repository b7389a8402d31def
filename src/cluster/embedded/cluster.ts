/**
 * A whole Kubernetes cluster in this process: API server, controllers, nodes and network put together, filled with what a
 * kind cluster holds, and a kubeconfig for it. Closing it leaves no timer, socket or file behind.
 */
import { rm } from 'node:fs/promises';
import type { Clock } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/random.ts';
import { writeKubeconfig } from '../../kube/kubeconfig.ts';
import type { Pod } from '../../kube/objects.ts';
import type { OutsideHost } from '../provider.ts';
import { createApiServer } from './api/http/create-api-server.ts';
import { makeCredentials } from './api/http/credentials.ts';
import { type ServiceAccountTokens, serviceAccountTokens } from './api/http/service-account-tokens.ts';
import { createMachinery } from './api/machinery/create.ts';
import type { Machinery } from './api/machinery.ts';
import { bootstrap } from './bootstrap/bootstrap.ts';
import { planNodes } from './bootstrap/nodes.ts';
import { startControllers } from './controllers/start-controllers.ts';
import { eventRecorder } from './event-recorder.ts';
import { createRuntime, type EmbeddedRuntime } from './images/create-runtime.ts';
import { createKubelet } from './kubelet/kubelet.ts';
import type { CniName } from './net/cni-profiles.ts';
import { type OutsideResult, runOutside } from './outside-command.ts';
import { stores } from './stores.ts';

export interface EmbeddedClusterOptions {
  /** Nodes are `<name>-control-plane`, `<name>-worker`, `<name>-worker2` … Default: netpol. */
  readonly name?: string;
  /** Of context, cluster and user in the kubeconfig. Default: `netpol-lab-<name>`. */
  readonly contextName?: string;
  /** Namespace of that context. */
  readonly namespace?: string;
  readonly workers?: number;
  readonly clock: Clock;
  readonly seed: string | number;
  readonly cni?: CniName;
  /** Default: the system chooses. Taken: LabError ERR_PORT_TAKEN. */
  readonly port?: number;
  /** Written (mode 0600) when given, and removed by close(). */
  readonly kubeconfigPath?: string;
  readonly outside?: readonly OutsideHost[];
  /** How long a change of policy takes to be felt, at least and at most; default as recorded. */
  readonly policyDelayMs?: readonly [number, number];
}

export interface EmbeddedCluster extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly caPem: string;
  readonly clientCertPem: string;
  readonly clientKeyPem: string;
  readonly machinery: Machinery;
  readonly flows: EmbeddedRuntime['flows'];
  /** Names and addresses that commands refer to: WORKER_NODE, WORKER_IP, CONTROL_PLANE_NODE, CONTROL_PLANE_IP, OUTSIDE_IP. */
  readonly given: Readonly<Record<string, string>>;
  setOutside(hosts: readonly OutsideHost[]): void;
  /** Runs a command on a machine that is no part of the cluster but sits in the network of its nodes. */
  outsideExec(argv: readonly string[]): Promise<OutsideResult>;
  close(): Promise<void>;
}

/** How old a fresh cluster claims to be. */
const ageMs = 150_000;

export async function createEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const parts = assemble(options);
  try {
    await parts.fill();
    parts.runtime.setOutside(options.outside ?? []);
    return await open(options, parts);
  } catch (error) {
    parts.stop();
    throw error;
  }
}

type Parts = ReturnType<typeof assemble>;

/** Everything but the server: nothing runs yet, nobody can reach it. */
function assemble(options: EmbeddedClusterOptions) {
  const { name = 'netpol', workers = 2, cni = 'calico', seed } = options;
  const random = seededRandom(seed);
  const { clock, catchUp } = agedClock(options.clock, ageMs);
  const nodes = planNodes(name, workers);
  const credentials = makeCredentials();
  const machinery = createMachinery({ clock, random });
  const tokens = serviceAccountTokens(options.clock, random);
  const { policyDelayMs } = options;
  const runtime = createRuntime({
    machinery,
    clock: options.clock,
    random,
    cni,
    ...(policyDelayMs && { policyDelayMs }),
  });
  const shared = stores(machinery, 'kube-controller-manager');
  const events = eventRecorder(shared.events, clock, random);
  const serviceAccountToken = tokenSource(machinery, tokens);
  const kubelet = createKubelet({
    machinery,
    runtime,
    clock,
    random,
    events,
    annotatesPods: cni === 'calico',
    serviceAccountToken,
  });
  const context = { machinery, stores: shared, clock, random, events };
  const stopControllers = startControllers(context, { caPem: credentials.caPem });
  return {
    name,
    nodes,
    random,
    credentials,
    machinery,
    tokens,
    runtime,
    kubelet,
    async fill(): Promise<void> {
      await bootstrap({ machinery, kubelet, clock, random, clusterName: name, nodes, cni });
      catchUp();
    },
    stop(): void {
      stopControllers();
      kubelet.close();
      runtime.close();
    },
  };
}

/** Starts the API server and writes the kubeconfig. */
async function open(options: EmbeddedClusterOptions, parts: Parts): Promise<EmbeddedCluster> {
  const { name, machinery, runtime, random, tokens, credentials } = parts;
  const { clock, port, kubeconfigPath: path, contextName = `netpol-lab-${name}`, namespace } = options;
  const { streams } = parts.kubelet;
  const chosen = port === undefined ? {} : { port };
  const { flows } = runtime;
  const server = await createApiServer({ machinery, streams, flows, clock, random, tokens, credentials, ...chosen });
  const { url, caPem, clientCertPem, clientKeyPem } = server;
  const close = async (): Promise<void> => {
    await server.close();
    parts.stop();
    if (path) await rm(path, { force: true });
  };
  try {
    const identity = { ca: caPem, cert: clientCertPem, key: clientKeyPem, ...(namespace && { namespace }) };
    if (path) await writeKubeconfig({ path, name: contextName, server: url, ...identity });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name,
    url,
    caPem,
    clientCertPem,
    clientKeyPem,
    machinery,
    flows,
    given: givenOf(parts),
    setOutside: (hosts) => runtime.setOutside(hosts),
    outsideExec: (argv) => runOutside(runtime, argv),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function givenOf({ nodes: [controlPlane, worker = controlPlane], runtime }: Parts): Record<string, string> {
  return {
    WORKER_NODE: worker?.name ?? '',
    WORKER_IP: worker?.ip ?? '',
    CONTROL_PLANE_NODE: controlPlane?.name ?? '',
    CONTROL_PLANE_IP: controlPlane?.ip ?? '',
    OUTSIDE_IP: runtime.outsideIp,
  };
}

/** A clock that is late until it catches up: what is made meanwhile looks old. */
function agedClock(clock: Clock, lateMs: number): { clock: Clock; catchUp(): void } {
  let behind = lateMs;
  const aged: Clock = {
    now: () => clock.now() - behind,
    after: (delayMs, callback) => clock.after(delayMs, callback),
    urgent: () => clock.urgent(),
  };
  return {
    clock: aged,
    catchUp: () => {
      behind = 0;
    },
  };
}

function tokenSource(machinery: Machinery, tokens: ServiceAccountTokens) {
  return (pod: Pod, expirationSeconds: number): string => {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const account = pod.spec?.serviceAccountName ?? 'default';
    const accountUid = machinery.find('serviceaccounts', namespace, account)?.metadata.uid ?? '';
    const serviceAccount = { name: account, uid: accountUid };
    return tokens.issue({ namespace, serviceAccount, pod: { name, uid }, expirationSeconds }).token;
  };
}
