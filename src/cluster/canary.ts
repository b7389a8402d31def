/**
 * Does this cluster enforce NetworkPolicy? Two pods of our own: a policy must stop a connection between them, and its deletion
 * must let it pass again. Asked before every lesson: on a cluster that accepts policies and ignores them there is nothing to learn.
 */
import { randomBytes } from 'node:crypto';
import { LabError } from '../kit/errors.ts';
import { ApiError, type KubeClient, wellKnown } from '../kube/client.ts';
import type { KubeObject, Pod } from '../kube/objects.ts';
import { pullProblems } from './pull-problems.ts';

export interface CanaryOptions {
  /** Has nc, httpd and sleep, as BusyBox does. */
  readonly image: string;
  /** Of the namespace's name; a random suffix follows. */
  readonly prefix: string;
  /** On its namespace, beside our own: clean-up finds by them what a crash has left. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
  /** How long pods may take to start. Default 120 s. */
  readonly startMs?: number;
  /** How long a policy may take to be felt. Default 30 s. */
  readonly effectMs?: number;
}

const labels = { 'app.kubernetes.io/managed-by': 'netpol-lab' } as const;
const manager = 'netpol-lab';
const port = 8080;

/** Throws LabError ERR_NOT_ENFORCED, ERR_TIMEOUT when the pods do not start, ERR_STATE when they cannot talk at all. */
export async function proveEnforcement(client: KubeClient, options: CanaryOptions): Promise<void> {
  const namespace = `${options.prefix}-canary-${randomBytes(3).toString('hex')}`;
  options.onProgress?.('canary: does a NetworkPolicy stop a connection here?');
  await client.create(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { ...options.labels, ...labels } } },
    manager,
  );
  try {
    const canary = new Canary(client, namespace, options);
    await canary.start();
    await canary.prove();
  } finally {
    // The namespace goes in the background: nobody has to wait for it.
    await client.delete(wellKnown.namespaces, undefined, namespace).catch(() => undefined);
  }
  options.onProgress?.('canary: this cluster enforces NetworkPolicy');
}

class Canary {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #options: CanaryOptions;
  #address = '';

  constructor(client: KubeClient, namespace: string, options: CanaryOptions) {
    this.#client = client;
    this.#namespace = namespace;
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#createPod('server', ['httpd', '-f', '-p', String(port)]);
    await this.#createPod('client', ['sleep', '3600']);
    const until = performance.now() + (this.#options.startMs ?? 120_000);
    for (;;) {
      this.#options.signal?.throwIfAborted();
      const pods = await this.#client.list<Pod>(wellKnown.pods, this.#namespace);
      this.#address = pods.find(({ metadata }) => metadata.name === 'server')?.status?.podIP ?? '';
      if (pods.length === 2 && pods.every(isRunning) && this.#address !== '') return;
      // The first failure (ErrImagePull) may be a bad moment; the next one is not.
      const hopeless = pullProblems(pods).some((problem) => !problem.includes(': ErrImagePull '));
      if (hopeless || performance.now() > until) throw this.#notStarted(pods);
      await pause(200, this.#options.signal);
    }
  }

  async prove(): Promise<void> {
    if (!(await this.#becomes(true))) {
      throw new LabError(
        'ERR_STATE',
        'two pods on this cluster cannot reach each other, although no policy of ours selects them',
        {
          details: `namespace ${this.#namespace}: client -> server ${this.#address}:${port}/TCP: no connection`,
          cure: 'look for policies that apply to every namespace, and at the state of the CNI: kubectl get pods -A -o wide',
        },
      );
    }
    await this.#client.create(denyIngress(this.#namespace), manager);
    if (!(await this.#becomes(false)))
      throw this.#notEnforced('a policy that allows nothing does not stop a connection');
    await this.#client.delete(wellKnown.networkPolicies, this.#namespace, 'deny');
    if (!(await this.#becomes(true)))
      throw this.#notEnforced('a connection is still stopped after its policy was deleted');
  }

  /** Waiting is done inside a pod: on a cluster with a virtual clock that is the clock that counts. */
  async #becomes(open: boolean): Promise<boolean> {
    const until = performance.now() + (this.#options.effectMs ?? 30_000);
    while (performance.now() < until) {
      if ((await this.#connects()) === open) return true;
      await this.#exec(['sleep', '1']);
    }
    return false;
  }

  async #connects(): Promise<boolean> {
    return (await this.#exec(['nc', '-z', '-w', '2', this.#address, String(port)])) === 0;
  }

  async #exec(argv: readonly string[]): Promise<number> {
    const deadline = AbortSignal.timeout(15_000);
    const { signal } = this.#options;
    try {
      const ended = await this.#client.exec(this.#namespace, 'client', 'main', argv, {
        signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
      });
      if (ended.error === undefined) return ended.exitCode;
      throw new LabError('ERR_STATE', `the canary cannot run ${argv[0]}`, {
        details: ended.error,
        cure: 'choose an image that has sh, nc, httpd and sleep: --probe-image busybox:1.36',
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (deadline.aborted) return 1;
      // A kubelet that has only just learned of a container may not find it yet.
      if (error instanceof ApiError && error.code >= 500) return 1;
      throw error;
    }
  }

  #createPod(name: string, command: readonly string[]): Promise<unknown> {
    const { image } = this.#options;
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      runAsUser: 65534,
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const pod: KubeObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: this.#namespace, labels: { ...labels, app: name } },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent', command, securityContext }],
      },
    };
    return this.#client.create(pod, manager);
  }

  #notStarted(pods: readonly Pod[]): LabError {
    const states = pods.map(({ metadata, status }) => {
      const waiting = status?.containerStatuses?.[0]?.state?.waiting;
      const why = waiting ? `${waiting.reason}: ${waiting.message ?? ''}` : (status?.phase ?? 'Pending');
      return `${this.#namespace}/${metadata.name}: ${why}`;
    });
    return new LabError('ERR_TIMEOUT', `the canary's pods did not start (image ${this.#options.image})`, {
      details: states.join('\n'),
      cure: 'kubectl get events -A; without internet, name an image that the nodes have: --probe-image IMAGE',
    });
  }

  #notEnforced(what: string): LabError {
    return new LabError('ERR_NOT_ENFORCED', 'this cluster does not enforce NetworkPolicy', {
      details: `${what} (client -> server ${this.#address}:${port}/TCP in ${this.#namespace})`,
      cure: 'use a CNI that enforces policy, such as Calico: netpol-lab start SCENARIO --on kind; or play on the embedded cluster',
    });
  }
}

function denyIngress(namespace: string): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace, labels },
    spec: { podSelector: { matchLabels: { app: 'server' } }, policyTypes: ['Ingress'] },
  };
}

function isRunning({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

/** Real time. Rejects with the signal's reason. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
