/** What the kubelet remembers of one container of a pod: its state, its last end, its logs, its back-off. */
import type { Container, EphemeralContainer, Pod } from '../../../kube/objects.ts';
import type { RunningContainer } from '../runtime.ts';
import { type BackOff, noBackOff } from './back-off.ts';
import type { ContainerInput } from './container-input.ts';
import type { ContainerLog } from './container-log.ts';

export type ContainerRole = 'init' | 'sidecar' | 'app' | 'ephemeral';

export interface Terminated {
  readonly kind: 'terminated';
  readonly id: string;
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string | undefined;
  readonly startedMs: number;
  readonly finishedMs: number;
}

export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string | undefined }
  | { readonly kind: 'running'; readonly id: string; readonly startedMs: number }
  | Terminated;

/** A container that runs: gone with its end. */
export interface Instance {
  readonly id: string;
  /** As the spec said when it was started. */
  readonly image: string;
  readonly running: RunningContainer;
  readonly input: ContainerInput;
  /** Who is attached to the output. */
  readonly attached: Set<(stream: 'stdout' | 'stderr', bytes: Uint8Array) => void>;
  /** After the exit has been noted in the record. */
  readonly ended: Promise<void>;
}

export interface ContainerRecord {
  readonly name: string;
  readonly role: ContainerRole;
  state: ContainerState;
  /** Its end before the present state. */
  last: Terminated | undefined;
  instance: Instance | undefined;
  restartCount: number;
  /** How often it was created: the restart count follows from it. */
  created: number;
  /** The startup probe, if any, has succeeded. */
  started: boolean;
  /** What the readiness probe says; without one, as started. */
  ready: boolean;
  imageId: string;
  log: ContainerLog | undefined;
  previousLog: ContainerLog | undefined;
  crashes: BackOff;
  pulls: BackOff;
}

export function newRecord(name: string, role: ContainerRole, waitingReason: string): ContainerRecord {
  return {
    name,
    role,
    state: { kind: 'waiting', reason: waitingReason },
    last: undefined,
    instance: undefined,
    restartCount: 0,
    created: 0,
    started: false,
    ready: false,
    imageId: '',
    log: undefined,
    previousLog: undefined,
    crashes: noBackOff,
    pulls: noBackOff,
  };
}

export function specOf(pod: Pod, record: ContainerRecord): Container | undefined {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? { containers: [] };
  const among: readonly (Container | EphemeralContainer)[] =
    record.role === 'ephemeral' ? ephemeralContainers : record.role === 'app' ? containers : initContainers;
  return among.find((container) => container.name === record.name) as Container | undefined;
}

/** `spec.containers{web}`, where events point. */
export function fieldPathOf(record: ContainerRecord): string {
  const list =
    record.role === 'app' ? 'containers' : record.role === 'ephemeral' ? 'ephemeralContainers' : 'initContainers';
  return `spec.${list}{${record.name}}`;
}

/** Whether an ended container is started again (pkg/kubelet/container/helpers.go, ShouldContainerBeRestarted). */
export function isRestarted(pod: Pod, record: ContainerRecord, exitCode: number): boolean {
  if (record.role === 'sidecar') return true;
  if (record.role === 'ephemeral') return false;
  const policy = specOf(pod, record)?.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';
  if (record.role === 'init') return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}
