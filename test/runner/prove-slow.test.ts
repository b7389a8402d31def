/** A cluster that takes longer to feel a policy than we usually wait: a proof looks again before it calls a scenario wrong. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEmbeddedCluster } from '../../src/cluster/embedded/cluster.ts';
import type { Clock } from '../../src/kit/clock.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';
import { createKubeClient } from '../../src/kube/create-client.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import { runKubectl } from '../../src/kubectl/run.ts';
import type { CommandRunner } from '../../src/runner/commands.ts';
import type { LabContext } from '../../src/runner/context.ts';
import { proveScenario } from '../../src/runner/prove.ts';
import { loadScenario } from '../../src/scenario/load.ts';

function kubectlOn(kubeconfig: string): CommandRunner {
  return async ([program, ...args], { cwd, stdin, signal }) => {
    const output = { stdout: '', stderr: '' };
    const take = (stream: 'stdout' | 'stderr') => ({
      write(chunk: string | Uint8Array) {
        output[stream] += Buffer.from(chunk as Uint8Array).toString();
      },
    });
    const exitCode =
      program === 'kubectl'
        ? await runKubectl(args, {
            kubeconfig,
            env: { KUBECONFIG: kubeconfig },
            cwd,
            stdin: (async function* () {
              if (stdin) yield Buffer.from(stdin);
            })(),
            stdout: take('stdout'),
            stderr: take('stderr'),
            signal,
          })
        : 0;
    return { ...output, output: output.stdout + output.stderr, exitCode };
  };
}

/** Virtual time that runs evenly, as real time does: a policy's delay is not skipped because a client waits for something else. */
function unhurried(clock: Clock): Clock {
  const even: Clock = {
    now: () => clock.now(),
    after: (delayMs, callback) => clock.after(delayMs, callback),
    urgent: () => even,
  };
  return even;
}

async function prove() {
  const folder = await mkdtemp(join(tmpdir(), 'netpol-lab-slow-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const clock = virtualClock();
  const hold = clock.hold();
  // Twice as long as settle() waits.
  const policyDelayMs = [5500, 6000] as const;
  await using cluster = await createEmbeddedCluster({
    clock: unhurried(clock),
    seed: 'slow',
    kubeconfigPath: kubeconfig,
    policyDelayMs,
  });
  const client = createKubeClient(await readKubeconfig(kubeconfig));
  try {
    const scenario = await loadScenario('test/fixtures/planted/sound');
    const { signal } = new AbortController();
    const place: LabContext['cluster'] = {
      name: 'slow',
      provider: 'embedded',
      kubeconfig,
      setOutside: async (hosts) => cluster.setOutside(hosts),
    };
    const context = { scenario, client, cluster: place, ownsCluster: true, emit: () => undefined, signal };
    return await proveScenario({ ...context, run: kubectlOn(kubeconfig) }, { patienceMs: 20 });
  } finally {
    client.close();
    hold.release();
    await rm(folder, { recursive: true, force: true });
  }
}

test('what is not as declared is looked at again', { timeout: 60_000 }, async () => {
  const proof = await prove();
  const problems = proof.stages.flatMap(({ kind, id, problems: found }) =>
    found.map(({ message }) => `${kind} ${id ?? ''}: ${message}`),
  );
  expect(problems).toEqual([]);
  expect(proof.status).toBe('proved');
});
