/** What can be chosen about a kind cluster, as the command line names it. */
import type { PinnedManifest } from './calico-manifest.ts';
import type { KindCni } from './config.ts';
import type { Env } from './tools.ts';

export interface KindProviderOptions {
  readonly env: Env;
  /** State goes to `<home>/kind/<name>`, downloads to `<home>/cache`. */
  readonly home: string;
  readonly image?: string;
  /** --kind-config-patch: a path. */
  readonly configPatch?: string;
  /** --calico-manifest: a path. */
  readonly calicoManifest?: string;
  readonly pinnedManifest?: PinnedManifest;
  readonly workers?: number;
  readonly cni?: KindCni;
  /** A failed or interrupted creation is left as it is. */
  readonly keep?: boolean;
  readonly probeImage?: string;
  /** Default: the probe image where it is on this machine, else the nodes' own. */
  readonly outsideImage?: string;
  /** How long nodes, CNI and DNS may take, each; default 300 s. */
  readonly timeoutMs?: number;
  /** How long the canary's policy may take to be felt; default 30 s. */
  readonly effectMs?: number;
}
