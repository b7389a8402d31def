/** describe for the rarer kinds, and for kinds nobody told us about. */
import type { KubeEvent, KubeObject, LabelSelector, PodTemplateSpec } from '../../kube/objects.ts';
import { formatSelector } from '../../kube/selectors.ts';
import { rfc1123 } from '../print/duration.ts';
import { goPrint } from '../print/go-json.ts';
import { writeEvents } from './events.ts';
import { boolText, field, type Json, list, text, writeAnnotations, writeHead, writeLabels } from './metadata.ts';
import { writePodTemplate } from './pod.ts';
import { type DescribeWriter, describeWriter } from './writer.ts';

type Events = readonly KubeEvent[] | undefined;

export function describeDisruptionBudget(budget: KubeObject, events: Events, nowMs: number): string {
  const w = describeWriter();
  w.line(0, `Name:\t${budget.metadata.name}`);
  w.line(0, `Namespace:\t${budget.metadata.namespace}`);
  const minimum = field(budget, 'spec.minAvailable');
  if (minimum !== undefined) w.line(0, `Min available:\t${minimum}`);
  else w.line(0, `Max unavailable:\t${text(budget, 'spec.maxUnavailable')}`);
  w.line(0, `Selector:\t${formatSelector(field(budget, 'spec.selector') as LabelSelector | undefined)}`);
  w.line(0, 'Status:');
  w.line(2, `Allowed disruptions:\t${text(budget, 'status.disruptionsAllowed', '0')}`);
  w.line(2, `Current:\t${text(budget, 'status.currentHealthy', '0')}`);
  w.line(2, `Desired:\t${text(budget, 'status.desiredHealthy', '0')}`);
  w.line(2, `Total:\t${text(budget, 'status.expectedPods', '0')}`);
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

export function describeCronJob(job: KubeObject, events: Events, nowMs: number): string {
  const w = describeWriter();
  writeHead(w, job);
  const seconds = field(job, 'spec.startingDeadlineSeconds');
  w.line(0, `Schedule:\t${text(job, 'spec.schedule')}`);
  w.line(0, `Time Zone:\t${text(job, 'spec.timeZone', '<unset>')}`);
  w.line(0, `Concurrency Policy:\t${text(job, 'spec.concurrencyPolicy')}`);
  w.line(0, `Suspend:\t${boolText(field(job, 'spec.suspend'))}`);
  w.line(0, `Successful Job History Limit:\t${text(job, 'spec.successfulJobsHistoryLimit', '<unset>')}`);
  w.line(0, `Failed Job History Limit:\t${text(job, 'spec.failedJobsHistoryLimit', '<unset>')}`);
  w.line(0, `Starting Deadline Seconds:\t${seconds === undefined ? '<unset>' : `${seconds}s`}`);
  const template = field(job, 'spec.jobTemplate.spec');
  const selector = field(template, 'selector') as LabelSelector | undefined;
  w.line(0, `Selector:\t${selector ? formatSelector(selector) : '<unset>'}`);
  w.line(0, `Parallelism:\t${text(template, 'parallelism', '<unset>')}`);
  w.line(0, `Completions:\t${text(template, 'completions', '<unset>')}`);
  writePodTemplate(w, field(template, 'template') as PodTemplateSpec | undefined);
  const last = text(job, 'status.lastScheduleTime');
  w.line(0, `Last Schedule Time:\t${last ? rfc1123(last) : '<unset>'}`);
  w.line(
    0,
    `Active Jobs:\t${
      list(job, 'status.active')
        .map((entry) => text(entry, 'name'))
        .join(', ') || '<none>'
    }`,
  );
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

const shownAbove = [
  '.metadata.managedFields',
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
];

/** Every field, sorted, with labels made of the field names. */
export function describeGeneric(object: KubeObject, events: Events, nowMs: number): string {
  const w = describeWriter();
  w.line(0, `Name:\t${object.metadata.name}`);
  w.line(0, `Namespace:\t${object.metadata.namespace ?? ''}`);
  writeLabels(w, 'Labels', object.metadata.labels);
  writeAnnotations(w, 'Annotations', object.metadata.annotations);
  writeContent(w, 0, object, '');
  if (events) writeEvents(w, events, nowMs);
  return w.aligned();
}

function writeContent(w: DescribeWriter, level: number, content: Json, prefix: string): void {
  for (const key of Object.keys(content).sort()) {
    const value = content[key];
    const path = `${prefix}.${key}`;
    if (shownAbove.includes(path)) continue;
    if (Array.isArray(value)) {
      w.line(level, `${labelFor(key)}:`);
      for (const item of value) {
        if (typeof item === 'object' && item !== null) writeContent(w, level + 1, item as Json, path);
        else w.line(level + 1, goPrint(item));
      }
    } else if (typeof value === 'object' && value !== null) {
      w.line(level, `${labelFor(key)}:`);
      writeContent(w, level + 1, value as Json, path);
    } else w.line(level, `${labelFor(key)}:\t${goPrint(value)}`);
  }
}

const acronyms = ['API', 'URL', 'UID', 'OSB', 'GUID'];

/** `creationTimestamp` → `Creation Timestamp`, `apiVersion` → `API Version`. */
function labelFor(name: string): string {
  if (/[^\p{L}-]/u.test(name)) return name;
  const parts = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z]+/g) ?? [name];
  return parts
    .filter((part) => part !== '_')
    .map((part) =>
      acronyms.includes(part.toUpperCase()) ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1),
    )
    .join(' ');
}
