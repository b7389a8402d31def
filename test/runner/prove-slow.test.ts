/**
 * A cluster that feels a change later than we usually wait: we look again before we call a scenario wrong. Late is made exactly
 * late: what changes the cluster is held back until we wait for the second time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seesExactly } from '../../src/check/grade.ts';
import { createEmbeddedCluster } from '../../src/cluster/embedded/cluster.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/create-client.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import { runKubectl } from '../../src/kubectl/run.ts';
import type { CommandRunner } from '../../src/runner/commands.ts';
import type { LabContext } from '../../src/runner/context.ts';
import { proveScenario } from '../../src/runner/prove.ts';
import { runProbes } from '../../src/runner/run-probes.ts';
import { makeBroken, makeHealthy } from '../../src/runner/set-phase.ts';
import { loadScenario } from '../../src/scenario/load.ts';

function kubectlOn(kubeconfig: string): CommandRunner {
  return async ([, ...args], { cwd, stdin, signal }) => {
    const output = { stdout: '', stderr: '' };
    const take = (stream: 'stdout' | 'stderr') => ({
      write(chunk: string | Uint8Array) {
        output[stream] += Buffer.from(chunk as Uint8Array).toString();
      },
    });
    const exitCode = await runKubectl(args, {
      kubeconfig,
      env: { KUBECONFIG: kubeconfig },
      cwd,
      stdin: (async function* () {
        if (stdin) yield Buffer.from(stdin);
      })(),
      stdout: take('stdout'),
      stderr: take('stderr'),
      signal,
    });
    return { ...output, output: output.stdout + output.stderr, exitCode };
  };
}

/** The same client; `beforeSleep` is called whenever it is asked to let time pass in a pod. */
function whenItWaits(client: KubeClient, beforeSleep: () => Promise<unknown>): KubeClient {
  const exec: KubeClient['exec'] = async (...call) => {
    if (call[3][0] === 'sleep') await beforeSleep();
    return client.exec(...call);
  };
  return new Proxy(client, {
    get(target, key) {
      if (key === 'exec') return exec;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function onCluster(scenario: string, work: (context: LabContext) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'netpol-lab-slow-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await using cluster = await createEmbeddedCluster({
    clock: virtualClock(),
    seed: 'slow',
    kubeconfigPath: kubeconfig,
  });
  const client = createKubeClient(await readKubeconfig(kubeconfig));
  const setOutside: LabContext['cluster']['setOutside'] = async (hosts) => cluster.setOutside(hosts);
  try {
    await work({
      scenario: await loadScenario(scenario),
      client,
      cluster: { name: 'slow', provider: 'embedded', kubeconfig, setOutside },
      ownsCluster: true,
      run: kubectlOn(kubeconfig),
      emit: () => undefined,
      signal: new AbortController().signal,
    });
  } finally {
    client.close();
    await rm(folder, { recursive: true, force: true });
  }
}

test('a probe looks again in a phase that nobody has touched', async () => {
  await onCluster('scenarios/selector-mismatch', async (context) => {
    await makeHealthy(context);
    let broken: Promise<unknown> | undefined;
    const client = whenItWaits(context.client, () => {
      broken ??= makeBroken(context);
      return broken;
    });
    const results = await runProbes({ ...context, client }, 'broken', undefined, { attempts: 2 });
    expect(results.filter((result) => !seesExactly(result))).toEqual([]);
  });
});

test('a proof looks again at a solution and at a trap', { timeout: 30_000 }, async () => {
  await onCluster('test/fixtures/planted/sound', async (context) => {
    let held: (() => Promise<unknown>) | undefined;
    let waits = 0;
    const run: CommandRunner = async (argv, input) => {
      const changes = /\b(apply|patch|delete)\b/.test(argv.join(' '));
      if (!changes || !afterPages) return context.run(argv, input);
      waits = 0;
      held = () => context.run(argv, input);
      return { stdout: '', stderr: '', output: '', exitCode: 0 };
    };
    let afterPages = false;
    const emit: LabContext['emit'] = (event) => {
      if (event.type !== 'stage-finished') return;
      held = undefined;
      afterPages ||= event.stage.kind === 'pages';
    };
    const client = whenItWaits(context.client, async () => {
      waits++;
      if (waits < 2) return;
      await held?.();
      held = undefined;
    });
    const proof = await proveScenario({ ...context, client, run, emit }, { patienceMs: 20 });
    const problems = proof.stages.flatMap((stage) => stage.problems.map(({ message }) => `${stage.kind}: ${message}`));
    expect(problems).toEqual([]);
    expect(proof.stages.filter(({ kind }) => kind === 'solution' || kind === 'trap')).toHaveLength(8);
  });
});
