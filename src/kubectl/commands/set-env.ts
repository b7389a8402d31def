/** Environment variables of a pod spec, changed and listed as kubectl set env does. */
import type { DiscoveredType } from '../../kube/client.ts';
import type { Container, KubeObject, PodTemplateSpec } from '../../kube/objects.ts';
import { KubectlError } from '../errors.ts';

type PodSpec = NonNullable<PodTemplateSpec['spec']>;
type EnvVar = NonNullable<Container['env']>[number];

export interface EnvChanges {
  readonly set: readonly { readonly name: string; readonly value: string }[];
  readonly remove: readonly string[];
}

export function parseEnvWords(words: readonly string[]): EnvChanges {
  const set: { name: string; value: string }[] = [];
  const remove: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) set.push({ name: word.slice(0, equals), value: word.slice(equals + 1) });
    else if (word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw new KubectlError(`unknown or invalid environment variable: ${word}`);
  }
  return { set, remove };
}

/** `*` and parts of a name. */
export function matchesWildcard(pattern: string, name: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(name);
}

export function changeEnv(spec: PodSpec, pattern: string, changes: EnvChanges, overwrite: boolean): PodSpec {
  const change = (container: Container): Container => {
    if (!matchesWildcard(pattern, container.name)) return container;
    const env = changed(container.env ?? [], changes, overwrite);
    const { env: _, ...rest } = container;
    return env.length > 0 ? { ...rest, env } : rest;
  };
  const init = spec.initContainers?.map(change);
  return { ...spec, containers: spec.containers.map(change), ...(init && { initContainers: init }) };
}

function changed(env: readonly EnvVar[], { set, remove }: EnvChanges, overwrite: boolean): EnvVar[] {
  let out = env.filter(({ name }) => !remove.includes(name));
  for (const { name, value } of set) {
    const existing = out.find((each) => each.name === name);
    if (existing && !overwrite)
      throw new KubectlError(`'${name}' already has a value (${existing.value ?? ''}), and --overwrite is false`);
    out = existing ? out.map((each) => (each === existing ? { name, value } : each)) : [...out, { name, value }];
  }
  return out;
}

export function listEnv(
  type: DiscoveredType,
  object: KubeObject,
  spec: PodSpec | undefined,
  pattern: string,
  changes: EnvChanges,
): string {
  let out = '';
  for (const container of spec?.containers ?? []) {
    if (!matchesWildcard(pattern, container.name)) continue;
    out += `# ${type.kind} ${object.metadata.name}, container ${container.name}\n`;
    for (const { name, value, valueFrom } of changed(container.env ?? [], changes, true)) {
      if (!valueFrom) out += `${name}=${value ?? ''}\n`;
      else if (valueFrom.configMapKeyRef)
        out += `# ${name} from configmap ${valueFrom.configMapKeyRef.name}, key ${valueFrom.configMapKeyRef.key}\n`;
      else if (valueFrom.secretKeyRef)
        out += `# ${name} from secret ${valueFrom.secretKeyRef.name}, key ${valueFrom.secretKeyRef.key}\n`;
      else if (valueFrom.fieldRef) out += `# ${name} from field path ${valueFrom.fieldRef.fieldPath}\n`;
    }
  }
  return out;
}
