/**
 * The files and shared directories that a container finds at its mount points. A volume whose source is missing keeps the
 * whole pod in ContainerCreating; the messages are those of MountVolume.SetUp.
 */
import type { Container, Pod } from '../../../kube/objects.ts';
import type { Stores } from '../stores.ts';
import { type Allocatable, fieldValue, resourceValue } from './downward.ts';

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];
type Files = Map<string, MountedFile>;
type KeyToPath = { key: string; path: string; mode?: number };

export interface MountedFile {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

export interface VolumeSources {
  readonly stores: Stores;
  readonly node: Allocatable;
  /** A token for the pod's service account, as in /var/run/secrets/kubernetes.io/serviceaccount/token. */
  readonly serviceAccountToken: (pod: Pod, expirationSeconds: number) => string;
}

export interface MountProblem {
  readonly volume: string;
  readonly message: string;
}

/** Volume name → path inside the volume → bytes. Shared directories have no files of their own: they are absent. */
export type MountedVolumes = ReadonlyMap<string, Files>;

export function mountVolumes(pod: Pod, sources: VolumeSources): { mounted: MountedVolumes; problems: MountProblem[] } {
  const mounted = new Map<string, Files>();
  const problems: MountProblem[] = [];
  for (const volume of pod.spec?.volumes ?? []) {
    const files: Files = new Map();
    const messages = fill(files, volume, pod, sources);
    if (messages.length > 0) {
      const told = messages.length > 1 ? `[${messages.join(', ')}]` : messages[0];
      problems.push({ volume: volume.name, message: `MountVolume.SetUp failed for volume "${volume.name}" : ${told}` });
    } else if (!isShared(volume)) mounted.set(volume.name, files);
  }
  return { mounted, problems };
}

/** What of it one container sees, by absolute path. */
export function mountsOf(
  container: Container,
  mounted: MountedVolumes,
): {
  files: ReadonlyMap<string, Uint8Array>;
  fileModes: ReadonlyMap<string, number>;
  sharedDirectories: ReadonlyMap<string, string>;
} {
  const files = new Map<string, Uint8Array>();
  const fileModes = new Map<string, number>();
  const put = (path: string, { bytes, mode }: MountedFile): void => {
    files.set(path, bytes);
    if (mode !== usualMode) fileModes.set(path, mode);
  };
  const sharedDirectories = new Map<string, string>();
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const content = mounted.get(name);
    const base = mountPath.replace(/\/+$/, '') || '/';
    if (!content) {
      sharedDirectories.set(base, subPath ? `${name}/${subPath}` : name);
      continue;
    }
    for (const [path, file] of content) {
      if (!subPath) put(`${base === '/' ? '' : base}/${path}`, file);
      else if (path === subPath) put(base, file);
      else if (path.startsWith(`${subPath}/`)) put(`${base}${path.slice(subPath.length)}`, file);
    }
  }
  return { files, fileModes, sharedDirectories };
}

function isShared(volume: Volume): boolean {
  return !(volume.configMap || volume.secret || volume.projected || volume.downwardAPI);
}

/** Returns what is wrong. */
function fill(files: Files, volume: Volume, pod: Pod, sources: VolumeSources): string[] {
  const { configMap, secret, projected, downwardAPI } = volume;
  if (configMap) return fromConfigMap(files, { ...configMap, name: configMap.name ?? '' }, pod, sources);
  if (secret) return fromSecret(files, { ...secret, name: secret.secretName ?? '' }, pod, sources);
  if (downwardAPI) return fromDownward(files, downwardAPI, pod, sources);
  if (!projected) return [];
  const { defaultMode } = projected;
  return (projected.sources ?? []).flatMap((source) => {
    const mode = defaultMode === undefined ? {} : { defaultMode };
    if (source.configMap)
      return fromConfigMap(files, { ...source.configMap, ...mode, name: source.configMap.name ?? '' }, pod, sources);
    if (source.secret)
      return fromSecret(files, { ...source.secret, ...mode, name: source.secret.name ?? '' }, pod, sources);
    if (source.downwardAPI) return fromDownward(files, { ...source.downwardAPI, ...mode }, pod, sources);
    if (source.serviceAccountToken) {
      const { path, expirationSeconds = 3600 } = source.serviceAccountToken;
      const bytes = utf8(sources.serviceAccountToken(pod, expirationSeconds));
      files.set(path, { bytes, mode: defaultMode ?? usualMode });
    }
    return [];
  });
}

interface KeyedSource {
  readonly name: string;
  readonly items?: KeyToPath[];
  readonly optional?: boolean;
  readonly defaultMode?: number;
}

const usualMode = 0o644;

function fromConfigMap(files: Files, source: KeyedSource, pod: Pod, { stores }: VolumeSources): string[] {
  const found = stores.configMaps.find(pod.metadata.namespace, source.name);
  if (!found) return source.optional ? [] : [`configmap "${source.name}" not found`];
  const content = new Map(Object.entries(found.data ?? {}).map(([key, text]) => [key, utf8(text)]));
  for (const [key, text] of Object.entries(found.binaryData ?? {})) content.set(key, Buffer.from(text, 'base64'));
  return pick(files, content, source, `configmap references non-existent config key: `);
}

function fromSecret(files: Files, source: KeyedSource, pod: Pod, { stores }: VolumeSources): string[] {
  const found = stores.secrets.find(pod.metadata.namespace, source.name);
  if (!found) return source.optional ? [] : [`secret "${source.name}" not found`];
  const content = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(found.data ?? {})) content.set(key, Buffer.from(text, 'base64'));
  return pick(files, content, source, 'references non-existent secret key: ');
}

function pick(
  files: Files,
  content: ReadonlyMap<string, Uint8Array>,
  { items, optional, defaultMode = usualMode }: KeyedSource,
  missing: string,
): string[] {
  if (!items) {
    for (const [key, bytes] of content) files.set(key, { bytes, mode: defaultMode });
    return [];
  }
  for (const { key, path, mode = defaultMode } of items) {
    const bytes = content.get(key);
    if (bytes) files.set(path, { bytes, mode });
    else if (!optional) return [`${missing}${key}`];
  }
  return [];
}

type DownwardItem = {
  path: string;
  mode?: number;
  fieldRef?: { fieldPath: string };
  resourceFieldRef?: { containerName?: string; resource: string; divisor?: string };
};

function fromDownward(
  files: Files,
  { items = [], defaultMode = usualMode }: { items?: readonly DownwardItem[]; defaultMode?: number },
  pod: Pod,
  { node }: VolumeSources,
): string[] {
  for (const { path, fieldRef, resourceFieldRef, mode = defaultMode } of items) {
    if (fieldRef) files.set(path, { bytes: utf8(fieldValue(pod, fieldRef.fieldPath) ?? ''), mode });
    const container = pod.spec?.containers.find(({ name }) => name === resourceFieldRef?.containerName);
    if (resourceFieldRef && container) {
      const value = resourceValue(container, resourceFieldRef.resource, resourceFieldRef.divisor, node);
      files.set(path, { bytes: utf8(value), mode });
    }
  }
  return [];
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
