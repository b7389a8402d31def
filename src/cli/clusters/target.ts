/** Which running cluster a command means: by kubeconfig, by name, or the only one there is; kind clusters while they are played on. */
import { LabError } from '../../kit/errors.ts';
import type { CliIo } from '../io.ts';
import { stateFolder } from '../paths.ts';
import { type ClusterRecord, findClusters } from '../registry.ts';
import { findSessions, type OpenSession } from '../sessions.ts';

export interface Target {
  readonly kubeconfig: string;
  readonly name: string;
  /** Of a cluster that a process of ours runs. */
  readonly record?: ClusterRecord;
  /** On a cluster that none of ours runs. */
  readonly session?: OpenSession;
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
  const sessions = (await findSessions(stateFolder(io))).map((session) => ({ ...targetOf(session), session }));
  if (kubeconfig)
    return sessions.find((target) => target.kubeconfig === kubeconfig) ?? { kubeconfig, name: kubeconfig };
  const { running, cleaned } = await findClusters(stateFolder(io));
  for (const line of cleaned) io.stderr.write(`${line}\n`);
  const targets: readonly Target[] = [...running.map((record) => ({ ...targetOf(record), record })), ...sessions];
  const names = targets.map((target) => target.name);
  const meant = name ? targets.filter((target) => target.name === name) : targets;
  const [chosen] = meant;
  if (!chosen) {
    throw new LabError('ERR_CLUSTER_NOT_FOUND', name ? `no cluster "${name}" is running` : 'no cluster is running', {
      details: names.length > 0 ? `running: ${names.join(', ')}` : undefined,
      cure: 'netpol-lab start firewall-restriction, or netpol-lab cluster up --detach',
    });
  }
  if (meant.length > 1) {
    throw new LabError('ERR_USAGE', 'several clusters are running: say which one', {
      details: `running: ${meant.map((target) => `${target.name} (--kubeconfig ${target.kubeconfig})`).join(', ')}`,
      cure: name ? `add --kubeconfig ${chosen.kubeconfig}` : `add --name ${chosen.name}, or set NETPOL_LAB_CLUSTER`,
    });
  }
  return chosen;
}

function targetOf({ kubeconfig, name }: Target): Target {
  return { kubeconfig, name };
}
