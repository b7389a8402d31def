/** Would the API server take every manifest of a scenario? Asked of it by server-side dry runs, which change nothing. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError, pathOf } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import { type Manifest, parseManifests } from '../kube/yaml.ts';
import type { Problem } from '../scenario/location.ts';
import type { LabContext } from './context.ts';

const folders = ['manifests', 'fault', 'solutions', 'traps'];

/** In file order. `label` is how problems name the scenario's folder. */
export async function dryRunManifests(context: LabContext, label: string): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const manifest of await readAll(context, label)) {
    const message = await refusalOf(context, manifest.object);
    const { file, line } = manifest;
    if (message) problems.push({ file, line, column: 1, code: 'manifest-invalid', message });
  }
  return problems;
}

async function readAll({ scenario }: LabContext, label: string): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  for (const part of folders) {
    const names = await readdir(join(scenario.folder, part)).catch(() => []);
    for (const name of names.filter((each) => /\.ya?ml$/.test(each)).sort()) {
      const text = await readFile(join(scenario.folder, part, name), 'utf8');
      manifests.push(...parseManifests(text, `${label}/${part}/${name}`).manifests);
    }
  }
  return manifests;
}

/**
 * Strict, so that a misspelt field is refused as `kubectl apply` would. The scenario's namespaces are not there yet, which a
 * dry run would complain about: any namespace will do for what is asked here.
 */
async function refusalOf({ client }: LabContext, object: KubeObject): Promise<string | undefined> {
  try {
    const type = await client.typeOf(object.apiVersion ?? '', object.kind ?? '');
    const namespace = type.namespaced ? 'default' : undefined;
    const body = namespace ? { ...object, metadata: { ...object.metadata, namespace } } : object;
    const { code, text } = await client.raw({
      method: 'POST',
      path: `${pathOf(type, namespace)}?dryRun=All&fieldValidation=Strict&fieldManager=netpol-lab`,
      body,
    });
    if (code < 400 || code === 409) return undefined;
    return (JSON.parse(text) as { message?: string }).message ?? `the API server answers ${code}`;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}
