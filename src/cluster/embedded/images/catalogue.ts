/**
 * Which images the embedded cluster knows: matched by repository, whatever the registry in front and the version behind. A tag
 * that names no version (`nginx:nosuch`) is a typo, and learners make them on purpose to see a rollout get stuck.
 */
import { seededRandom } from '../../../kit/random.ts';
import { busyboxImages } from './busybox-image.ts';
import type { Image, Repository } from './image.ts';
import { nginxImages } from './nginx-image.ts';
import { systemImages } from './system-images.ts';
import { toolImages } from './tool-images.ts';

const repositories: readonly Repository[] = [...busyboxImages, ...nginxImages, ...systemImages, ...toolImages];
const byName = new Map(
  repositories.flatMap((repository) => repository.names.map((name) => [name, repository] as const)),
);
const cache = new Map<string, Image>();

export interface FoundImage {
  /** `docker.io/library/busybox@sha256:…`, the same for the same reference. */
  readonly id: string;
  readonly image: Image;
}

/** undefined: not in the catalogue. */
export function findImage(reference: string): FoundImage | undefined {
  const parsed = parseReference(reference);
  const repository = parsed && byName.get(parsed.name);
  if (!parsed || !repository || !isPlausibleTag(parsed)) return undefined;
  const key = `${parsed.name}:${parsed.tag}`;
  const image = cache.get(key) ?? repository.image(parsed.tag);
  cache.set(key, image);
  const digest = parsed.digest ?? `sha256:${seededRandom(`image ${key}`).hex(64)}`;
  return { id: `${parsed.registry}/${parsed.path}@${digest}`, image };
}

/** Words that stand alone or behind a version: `latest`, `alpine`, `1.27-alpine-slim`, `v2`, `stable-glibc`. */
const channels =
  /^(?:latest|stable|mainline|edge|main|master|dev|alpine|slim|perl|otel|musl|glibc|uclibc|debian|bookworm|bullseye|trixie|unstable)$/;

function isPlausibleTag({ tag, digest }: Reference): boolean {
  return digest !== undefined || tag.split('-').some((part) => /^v?\d/.test(part) || channels.test(part));
}

interface Reference {
  readonly registry: string;
  /** `library/busybox` */
  readonly path: string;
  /** Without `library/`. */
  readonly name: string;
  readonly tag: string;
  readonly digest: string | undefined;
}

export function parseReference(reference: string): Reference | undefined {
  const match =
    /^(?:((?:[^/]*[.:][^/]*|localhost)\/))?([a-z0-9._/-]+)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      reference,
    );
  if (!match) return undefined;
  const registry = (match[1] ?? 'docker.io/').slice(0, -1);
  const given = match[2] ?? '';
  const path = registry === 'docker.io' && !given.includes('/') ? `library/${given}` : given;
  // Mirrors put Docker's own images under `library/` or `docker/library/`.
  const name = path.replace(/^(?:docker\/)?library\//, '');
  return { registry, path, name, tag: match[3] ?? 'latest', digest: match[4] };
}
