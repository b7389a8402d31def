/** Which running cluster a command means: by kubeconfig, by name, or the only one there is. */
import { LabError } from '../../kit/errors.ts';
import type { CliIo } from '../io.ts';
import { stateFolder } from '../paths.ts';
import { type ClusterRecord, findClusters } from '../registry.ts';

export interface Target {
  readonly kubeconfig: string;
  readonly name: string;
  readonly record?: ClusterRecord;
}

/** Set for commands that a session runs itself. */
export const kubeconfigVariable = 'NETPOL_LAB_KUBECONFIG';

export interface TargetChoice {
  readonly name?: string;
  readonly kubeconfig?: string;
}

/** Throws LabError ERR_CLUSTER_NOT_FOUND, or ERR_USAGE when it is not clear which one is meant. */
export async function chooseCluster(
  io: CliIo,
  { name = io.env['NETPOL_LAB_CLUSTER'], kubeconfig = io.env[kubeconfigVariable] }: TargetChoice,
): Promise<Target> {
  if (kubeconfig) return { kubeconfig, name: kubeconfig };
  const { running, cleaned } = await findClusters(stateFolder(io));
  for (const line of cleaned) io.stderr.write(`${line}\n`);
  const names = running.map((record) => record.name);
  const chosen = name ? running.find((record) => record.name === name) : running[0];
  if (!chosen) {
    throw new LabError('ERR_CLUSTER_NOT_FOUND', name ? `no cluster "${name}" is running` : 'no cluster is running', {
      details: names.length > 0 ? `running: ${names.join(', ')}` : undefined,
      cure: 'netpol-lab start firewall-restriction, or netpol-lab cluster up --detach',
    });
  }
  if (!name && running.length > 1) {
    throw new LabError('ERR_USAGE', 'several clusters are running: say which one', {
      details: `running: ${names.join(', ')}`,
      cure: `add --name ${chosen.name}, or set NETPOL_LAB_CLUSTER`,
    });
  }
  return { kubeconfig: chosen.kubeconfig, name: chosen.name, record: chosen };
}
