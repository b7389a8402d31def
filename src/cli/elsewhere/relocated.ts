/** A scenario in namespaces of its own: its folder copied with the names changed, and loaded as strictly as the original. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prefixLabel } from '../../cluster/part.ts';
import { LabError } from '../../kit/errors.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { LabState } from '../../runner/state.ts';
import { loadScenario } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/model.ts';
import { openScenario } from '../../scenario/open.ts';
import { relocateManifest, relocateText } from '../../scenario/relocate.ts';
import type { CliIo } from '../io.ts';
import { scenariosFolder, stateFolder } from '../paths.ts';
import { openRunning } from '../play/running-scenario.ts';

/** Throws LabError ERR_NOT_APPLICABLE for a scenario that reaches beyond its namespaces. */
export async function relocateScenario(scenario: Scenario, prefix: string, folder: string): Promise<Scenario> {
  const beyond = whatIsBeyond(scenario);
  if (beyond !== undefined)
    throw new LabError('ERR_NOT_APPLICABLE', `${scenario.id} cannot be played in namespaces of its own: ${beyond}`);
  const names = namespacesOf(scenario);
  const target = join(folder, scenario.id);
  await rm(target, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await cp(scenario.folder, target, { recursive: true });
  for (const file of await readdir(target, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(ya?ml|md)$/.test(file)) continue;
    const text = await readFile(join(target, file), 'utf8');
    const change = /\.ya?ml$/.test(file) ? relocateManifest : relocateText;
    await writeFile(join(target, file), change(text, names, prefix));
  }
  const relocated = await loadScenario(target, `scenarios/${scenario.id}`);
  const label = (object: KubeObject) => labelled(object, prefix);
  return { ...relocated, manifests: relocated.manifests.map(label), fault: relocated.fault.map(label) };
}

/** A scenario as it is played on this cluster: where a kubeconfig stands for a part of one, in that part's namespaces. */
export async function openPlaced(io: CliIo, kubeconfig: string, state: LabState): Promise<Scenario> {
  const { lab } = await readKubeconfig(kubeconfig);
  if (!lab) return openRunning(io, state);
  const original = await openScenario(scenariosFolder, state.scenario);
  return relocateScenario(original, lab.prefix, partFolder(io, lab.prefix));
}

/** What we keep for a part of a cluster: its kubeconfig, and scenarios as they are played there. */
export function partFolder(io: CliIo, prefix: string): string {
  return join(stateFolder(io), 'existing', prefix);
}

/** In words; undefined when everything of it is in namespaces that it makes itself, or in `default`. */
export function whatIsBeyond(scenario: Scenario): string | undefined {
  const { manifests, fault, outside, needs } = scenario;
  if (outside.length > 0) return 'it has hosts beyond the cluster';
  const need = needs.find((name) => name !== 'enforces-policy' && name !== 'dns');
  if (need) return `it needs ${need}`;
  const object = [...manifests, ...fault].find(
    ({ kind = '', apiVersion = '', metadata }) =>
      /^(kube-|netpol-lab)/.test(metadata.namespace ?? '') ||
      clusterWide.test(kind) ||
      apiVersion.endsWith('projectcalico.org/v3'),
  );
  return (
    object &&
    `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name} is not in a namespace of its own`
  );
}

const clusterWide =
  /^(Node|Cluster.*|Global.*|Tier|CustomResourceDefinition|PersistentVolume|StorageClass|PriorityClass)$/;

function namespacesOf({ manifests, fault, probes }: Scenario): readonly string[] {
  const own = [...manifests, ...fault].map(({ kind, metadata }) =>
    kind === 'Namespace' ? (metadata.name ?? '') : (metadata.namespace ?? 'default'),
  );
  return [...new Set([...own, ...probes.map(({ from }) => from.namespace)])].sort();
}

/** Clean-up finds a learner's namespaces by this label. */
function labelled(object: KubeObject, prefix: string): KubeObject {
  if (object.kind !== 'Namespace') return object;
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [prefixLabel]: prefix } } };
}
