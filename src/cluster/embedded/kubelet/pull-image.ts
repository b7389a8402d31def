/**
 * Images: those of the catalogue are on every node already, as on a kind cluster that was prepared. Any other one fails to
 * pull the way a registry would refuse it, and the message says how to get the real thing.
 */
import { sleep } from '../../../kit/clock.ts';
import type { Container } from '../../../kube/objects.ts';
import { nextBackOff, noBackOff, waitLeft } from './back-off.ts';
import type { ContainerRecord } from './container-record.ts';
import { imageNameProblem } from './image-name.ts';
import { type KubeletContext, type PodState, retryAfter, tell } from './pod-state.ts';
import { qualifiedImage } from './pod-status.ts';
import { publish } from './publish.ts';

export async function ensureImage(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  spec: Container,
): Promise<boolean> {
  const { clock, random, runtime } = context;
  const reference = spec.image ?? '';
  const problem = imageNameProblem(reference);
  if (problem) {
    const message = `Failed to apply default image tag "${reference}": couldn't parse image name "${reference}": ${problem}`;
    tell(context, state, record, 'Warning', 'InspectFailed', message);
    refuse(context, state, record, 'InvalidImageName', message);
    return false;
  }
  const found = runtime.image(reference);
  if (found) {
    record.imageId = found.id;
    record.pulls = noBackOff;
    await announce(context, state, record, spec, found.sizeBytes);
    return true;
  }
  if (spec.imagePullPolicy === 'Never') {
    const message = `Container image "${reference}" is not present with pull policy of Never`;
    tell(context, state, record, 'Warning', 'ErrImageNeverPull', message);
    refuse(context, state, record, 'ErrImageNeverPull', message);
    return false;
  }
  const left = waitLeft(record.pulls, record.pulls.updatedMs, clock.now());
  if (left > 0) {
    const message = `Back-off pulling image "${reference}"`;
    tell(context, state, record, 'Normal', 'BackOff', message);
    refuse(context, state, record, 'ImagePullBackOff', `${message}: ErrImagePull: ${pullError(reference)}`, left);
    return false;
  }
  tell(context, state, record, 'Normal', 'Pulling', `Pulling image "${reference}"`);
  await sleep(clock, 600 + random.integer(900), state.stopping.signal);
  const message = pullError(reference);
  record.pulls = nextBackOff(record.pulls, clock.now(), clock.now());
  tell(context, state, record, 'Warning', 'Failed', `Failed to pull image "${reference}": ${message}`);
  refuse(context, state, record, 'ErrImagePull', message);
  return false;
}

/** Policy Always asks the registry even for what is there. */
async function announce(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  spec: Container,
  sizeBytes: number,
): Promise<void> {
  const reference = spec.image ?? '';
  if (spec.imagePullPolicy !== 'Always') {
    const message = `Container image "${reference}" already present on machine and can be accessed by the pod`;
    tell(context, state, record, 'Normal', 'Pulled', message);
    return;
  }
  const { clock, random } = context;
  tell(context, state, record, 'Normal', 'Pulling', `Pulling image "${reference}"`);
  const tookMs = 300 + random.integer(400);
  await sleep(clock, tookMs, state.stopping.signal);
  const message = `Successfully pulled image "${reference}" in ${tookMs}ms (${tookMs}ms including waiting). Image size: ${sizeBytes} bytes.`;
  tell(context, state, record, 'Normal', 'Pulled', message);
}

function refuse(
  context: KubeletContext,
  state: PodState,
  record: ContainerRecord,
  reason: string,
  message: string,
  leftMs = Number.POSITIVE_INFINITY,
): void {
  tell(context, state, record, 'Warning', 'Failed', `Error: ${reason}`);
  record.state = { kind: 'waiting', reason, message };
  publish(context, state);
  retryAfter(context, state, Math.min(leftMs, 10_000 + context.random.integer(5_000)));
}

function pullError(reference: string): string {
  const image = qualifiedImage(reference);
  return (
    `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ` +
    `${image}: not found (the embedded cluster has a fixed set of images; run this on kind to pull from registries: --on kind)`
  );
}
