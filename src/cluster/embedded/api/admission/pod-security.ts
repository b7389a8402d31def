/** Does a pod fit its namespace's Pod Security level? Labels decide: `enforce` refuses, `warn` only says so. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { child, type Draft as Fields } from '../defaults/draft.ts';
import type { Core, Draft } from '../machinery/core.ts';
import { forbidden, invalid } from '../machinery/status.ts';
import { invalidValue } from '../validation/field-error.ts';
import { type Level, violations } from './pod-security-checks.ts';

const prefix = 'pod-security.kubernetes.io/';
const levels: readonly Level[] = ['privileged', 'baseline', 'restricted'];

/** Where the kinds that make pods keep their pod's spec. */
const templatePaths: Readonly<Record<string, readonly string[]>> = {
  'deployments.apps': ['spec', 'template'],
  'replicasets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
  replicationcontrollers: ['spec', 'template'],
  podtemplates: ['template'],
};

/** Throws the 403 of a pod that the level forbids; templates only warn. */
export function admitPodSecurity(core: Core, draft: Draft): void {
  const { kind, namespace, object, request } = draft;
  const isPod = kind.id === 'pods';
  const path = templatePaths[kind.id];
  if (!isPod && !path) return;
  const labels = core.store.find('namespaces', undefined, namespace ?? '')?.metadata.labels ?? {};
  const pod = isPod ? (object as Fields) : path?.reduce<Fields | undefined>((at, key) => at && child(at, key), object);
  const spec = pod && child(pod, 'spec');
  if (!spec) return;
  const metadata = child(pod, 'metadata') ?? {};
  const enforced = levelOf(labels, 'enforce');
  if (isPod) {
    const text = describe(enforced.level, spec, metadata);
    if (text !== '') {
      throw forbidden(
        kind,
        object.metadata.name ?? '',
        `violates PodSecurity "${enforced.level}:${enforced.version}": ${text}`,
      );
    }
  }
  const warned = levelOf(labels, 'warn');
  const text = describe(warned.level, spec, metadata);
  if (text !== '') request.warn?.(`would violate PodSecurity "${warned.level}:${warned.version}": ${text}`);
}

function describe(level: Level, spec: Fields, metadata: Fields): string {
  return violations(level, spec, metadata)
    .map(({ reason, detail }) => `${reason} (${detail})`)
    .join(', ');
}

function levelOf(
  labels: Readonly<Record<string, string>>,
  mode: 'enforce' | 'warn',
): { level: Level; version: string } {
  const level = levels.find((candidate) => candidate === labels[`${prefix}${mode}`]) ?? 'privileged';
  return { level, version: labels[`${prefix}${mode}-version`] ?? 'latest' };
}

/** A namespace whose labels name a level: unknown ones are refused, pods that would not fit are named in a warning. */
export function admitNamespaceLevels(core: Core, draft: Draft): void {
  const { object, current, request } = draft;
  const labels = object.metadata.labels ?? {};
  const errors = ['enforce', 'audit', 'warn']
    .map((mode) => `${prefix}${mode}`)
    .filter((label) => labels[label] !== undefined && !levels.includes(labels[label] as Level))
    .map((label) =>
      invalidValue(`metadata.labels[${label}]`, labels[label], 'must be one of privileged, baseline, restricted'),
    );
  const { name = '' } = object.metadata;
  if (errors.length > 0) throw invalid('', 'Namespace', name, errors);
  if (!current) return;
  const before = levelOf(current.metadata.labels ?? {}, 'enforce');
  const now = levelOf(labels, 'enforce');
  if (levels.indexOf(now.level) <= levels.indexOf(before.level)) return;
  const offenders = core.store.list('pods', name).flatMap((pod) => offence(pod, now.level));
  if (offenders.length === 0) return;
  request.warn?.(
    `existing pods in namespace "${name}" violate the new PodSecurity enforce level "${now.level}:${now.version}"`,
  );
  for (const line of summarise(offenders)) request.warn?.(line);
}

interface Offence {
  readonly pod: string;
  readonly reasons: string;
}

function offence(pod: KubeObject, level: Level): Offence[] {
  const spec = child(pod, 'spec');
  const found = spec ? violations(level, spec, child(pod, 'metadata') ?? {}) : [];
  return found.length === 0
    ? []
    : [{ pod: pod.metadata.name ?? '', reasons: found.map(({ reason }) => reason).join(', ') }];
}

/** Pods with the same trouble share a line, which names the first. */
function summarise(offences: readonly Offence[]): string[] {
  const byReasons = new Map<string, string[]>();
  for (const { pod, reasons } of offences) byReasons.set(reasons, [...(byReasons.get(reasons) ?? []), pod]);
  const lines = [...byReasons].map(([reasons, pods]) => {
    const others = pods.length - 1;
    const more = others === 0 ? '' : ` (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
    return `${pods[0]}${more}: ${reasons}`;
  });
  return lines.sort();
}
