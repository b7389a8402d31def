/** Options of playing elsewhere than on the embedded cluster: for kind, and for a cluster that the user has. */
import { type Command, Option } from 'commander';

export interface ElsewhereOptions {
  readonly name?: string;
  readonly kindImage?: string;
  readonly kindConfigPatch?: string;
  readonly calicoManifest?: string;
  readonly workers?: number;
  readonly cni?: string;
  readonly keep?: boolean;
  readonly probeImage?: string;
  readonly outsideImage?: string;
  readonly context?: string;
  readonly prefix?: string;
  readonly iKnow?: boolean;
  readonly dryRun?: boolean;
}

export const defaultProbeImage = 'busybox:1.36';

/** `workers` and `name` are left to commands that have them already. */
export function elsewhereOptions(command: Command, { workers = true } = {}): Command {
  if (workers) command.option('--workers <count>', 'kind: worker nodes (default: 2)', Number);
  return contextOptions(command)
    .option('--kind-image <image>', 'kind: the node image (default: the one of kind v0.32.0)')
    .option('--kind-config-patch <file>', "kind: merged into kind's configuration, e.g. for failCgroupV1")
    .option('--calico-manifest <file>', 'kind: install Calico from this file instead of downloading it')
    .option('--keep', 'kind: leave a failed or interrupted creation as it is')
    .option(
      '--outside-image <image>',
      'kind: serves the hosts beyond the cluster; has BusyBox (default: the probe image)',
    )
    .addOption(
      new Option('--probe-image <image>', 'of the canary, and of probes from pods without tools').default(
        defaultProbeImage,
      ),
    )
    .option('--dry-run', 'existing: print what would be applied, and apply nothing');
}

export function contextOptions(command: Command): Command {
  return command
    .option('--context <name>', 'existing: which context of your kubeconfig; never the current one by itself')
    .option('--prefix <prefix>', 'existing: of the namespaces; one per learner (default: netpol-lab)')
    .option('--i-know', 'existing: yes, on this context, although it looks like production');
}
