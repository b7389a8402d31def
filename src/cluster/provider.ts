/** The seam between the lab and a cluster. Small on purpose: apply, wait, snapshot, reset and probes are written once above it. */
import type { ErrorCode } from '../kit/errors.ts';

/** What a scenario may need of a cluster. */
export type Capability =
  | 'enforces-policy'
  | 'dns'
  | 'outside-world'
  | 'host-network'
  | 'calico-policy'
  | 'cilium-policy'
  | 'ignores-policy'
  | 'virtual-time';

export type ProviderName = 'embedded' | 'kind' | 'existing';

/** Something missing or wrong before a cluster can come up, with the command that cures it. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: string;
  readonly cure?: string;
}

/** A host beyond the cluster: the lab's own, never the real internet. */
export interface OutsideHost {
  readonly name: string;
  /** IPv4 addresses; several make a pool. Left out: the provider chooses. */
  readonly addresses?: readonly string[];
  /** What answers there. `http` answers every GET with `body`. */
  readonly listens: readonly {
    readonly port: number;
    readonly protocol: 'TCP' | 'UDP';
    readonly http?: { readonly body: string; readonly status?: number };
  }[];
  /** The host's own firewall: only these source addresses get an answer (others are dropped). Absent: everybody. */
  readonly allowsFrom?: readonly string[];
}

export interface UpOptions {
  /** Of the cluster; two with one name are the same cluster. */
  readonly name: string;
  readonly outside: readonly OutsideHost[];
  /** What the pods will run. A provider that can brings those that are on this machine into the cluster, so that nothing is pulled. */
  readonly images?: readonly string[];
  readonly signal?: AbortSignal;
  /** A line of progress for people. */
  readonly onProgress?: (line: string) => void;
}

export interface Cluster extends AsyncDisposable {
  readonly name: string;
  readonly provider: ProviderName;
  /** Path of a kubeconfig file of our own, mode 0600; its current context is this cluster. */
  readonly kubeconfig: string;
  /** Makes hosts beyond the cluster exist, by name, for everybody in it. Replaces what was there. */
  setOutside(hosts: readonly OutsideHost[]): Promise<void>;
  /** Takes away what up() made; also on dispose. */
  down(): Promise<void>;
}

export interface ClusterProvider {
  readonly name: ProviderName;
  readonly capabilities: ReadonlySet<Capability>;
  /** Empty when a cluster can come up. */
  preflight(): Promise<readonly Problem[]>;
  /** Idempotent; undoes what it made if it fails. */
  up(options: UpOptions): Promise<Cluster>;
}
