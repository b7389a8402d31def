/** `kubectl logs`: which log is meant, why there may be none, and the options (pkg/kubelet/kubelet_pods.go, validateContainerLogStatus). */
import type { Pod } from '../../../../kube/objects.ts';
import type { LogQuery } from '../../runtime.ts';
import { type ContainerLog, readLog } from '../container-log.ts';
import type { ContainerRecord } from '../container-record.ts';
import type { KubeletContext } from '../pod-state.ts';
import { badRequest, failure } from './targets.ts';

/** Throws StatusError at once, not when the first chunk is asked for. */
export function followLogs(
  context: KubeletContext,
  pod: Pod,
  container: string,
  record: ContainerRecord | undefined,
  query: LogQuery,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  validate(pod, query);
  // A pod that no node has yet: an empty answer, as the real API server gives it.
  if (!pod.spec?.nodeName) return nothing();
  const log = chooseLog(pod, container, record, query.previous === true);
  if (!log) return nothing();
  const sinceMs =
    query.sinceSeconds === undefined
      ? query.sinceTime && Date.parse(query.sinceTime)
      : context.clock.now() - query.sinceSeconds * 1000;
  const options = { ...query, sinceMs: sinceMs === '' ? undefined : sinceMs, follow: query.follow && !query.previous };
  return readLog(log, options, signal);
}

function chooseLog(
  pod: Pod,
  container: string,
  record: ContainerRecord | undefined,
  previous: boolean,
): ContainerLog | undefined {
  const where = `container "${container}" in pod "${pod.metadata.name}"`;
  if (!record) throw badRequest(`${where} is not available`);
  if (previous) {
    if (!record.last) throw badRequest(`previous terminated ${where} not found`);
    return record.state.kind === 'waiting' ? record.log : record.previousLog;
  }
  const { state } = record;
  if (state.kind !== 'waiting' || record.last) return record.log;
  switch (state.reason) {
    case 'ErrImagePull':
      throw badRequest(`${where} is waiting to start: image can't be pulled`);
    case 'ImagePullBackOff':
      throw badRequest(`${where} is waiting to start: trying and failing to pull image`);
    default:
      throw badRequest(`${where} is waiting to start: ${state.reason}`);
  }
}

function validate(pod: Pod, query: LogQuery): void {
  const { name = '' } = pod.metadata;
  const problems: { field: string; value: unknown; message: string }[] = [];
  const { tailLines, sinceSeconds, limitBytes } = query;
  if (tailLines !== undefined && tailLines < 0) {
    problems.push({ field: 'tailLines', value: tailLines, message: 'must be greater than or equal to 0' });
  }
  if (limitBytes !== undefined && limitBytes < 1) {
    problems.push({ field: 'limitBytes', value: limitBytes, message: 'must be greater than 0' });
  }
  if (sinceSeconds !== undefined && query.sinceTime !== undefined) {
    throw invalid(name, [
      { field: '', detail: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified' },
    ]);
  }
  if (sinceSeconds !== undefined && sinceSeconds < 1) {
    problems.push({ field: 'sinceSeconds', value: sinceSeconds, message: 'must be greater than 0' });
  }
  if (problems.length === 0) return;
  throw invalid(
    name,
    problems.map(({ field, value, message }) => ({ field, detail: `Invalid value: ${value}: ${message}` })),
  );
}

function invalid(name: string, problems: readonly { field: string; detail: string }[]): Error {
  const texts = problems.map(({ field, detail }) => `${field || '<nil>'}: ${detail}`);
  const list = texts.length > 1 ? `[${texts.join(', ')}]` : texts[0];
  return failure(422, 'Invalid', `PodLogOptions "${name}" is invalid: ${list}`, {
    name,
    kind: 'PodLogOptions',
    causes: problems.map(({ field, detail }) => ({
      reason: detail.startsWith('Invalid') ? 'FieldValueInvalid' : 'FieldValueForbidden',
      message: detail,
      field,
    })),
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
