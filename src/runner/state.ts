/**
 * What belongs to a running lab, kept in the cluster itself: any terminal with the kubeconfig can verify, take a hint or reset,
 * on every provider. One ConfigMap, written whole.
 */
import * as z from 'zod';
import { LabError } from '../kit/errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { wellKnown } from '../kube/client.ts';
import type { ConfigMap } from '../kube/objects.ts';
import type { Scenario } from '../scenario/model.ts';
import type { Baseline } from './baseline.ts';
import { fieldManager, labLabel, labLabelValue, stateNamespaceOf } from './context.ts';

const name = 'session';

const schema = z.object({
  schemaVersion: z.literal(1),
  scenario: z.string(),
  /** Where its files are, on the machine that started it. */
  folder: z.string().optional(),
  phase: z.enum(['healthy', 'broken', 'fixed']),
  /** Index of the page that is open. */
  page: z.int().min(0),
  hintsTaken: z.int().min(0),
  baseline: z.record(
    z.string(),
    z
      .object({
        hash: z.string(),
        own: z.boolean(),
        labels: z.record(z.string(), z.string()).readonly().optional(),
      })
      .readonly(),
  ),
  /** What happened, oldest first, in words. */
  log: z.array(z.string()),
});

export type LabState = z.output<typeof schema>;

/** A session that has just been broken. */
export function startState({ id, folder }: Pick<Scenario, 'id' | 'folder'>, baseline: Baseline): LabState {
  return {
    schemaVersion: 1,
    scenario: id,
    folder,
    phase: 'broken',
    page: 0,
    hintsTaken: 0,
    baseline,
    log: ['started'],
  };
}

/** undefined where no lab is running. Throws LabError ERR_STATE when what is there cannot be read. */
export async function readState(client: KubeClient): Promise<LabState | undefined> {
  const object = await client.find<ConfigMap>(wellKnown.configMaps, stateNamespaceOf(client), name);
  if (!object) return undefined;
  try {
    return schema.parse(JSON.parse(object.data?.['state'] ?? ''));
  } catch (cause) {
    throw new LabError(
      'ERR_STATE',
      `the state of the running lab (ConfigMap ${stateNamespaceOf(client)}/${name}) cannot be read`,
      {
        details: (cause as Error).message,
        cure: `kubectl -n ${stateNamespaceOf(client)} delete configmap ${name}, then start the scenario again`,
        cause,
      },
    );
  }
}

export async function writeState(client: KubeClient, state: LabState): Promise<void> {
  const labels = { [labLabel]: labLabelValue };
  if (!(await client.find(wellKnown.namespaces, undefined, stateNamespaceOf(client)))) {
    await client.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stateNamespaceOf(client), labels } },
      fieldManager,
    );
  }
  await client.apply(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: stateNamespaceOf(client), labels },
      data: { state: JSON.stringify({ ...state, log: state.log.slice(-200) }) },
    },
    fieldManager,
  );
}
