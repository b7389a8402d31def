/** Asks the embedded cluster for its flow log and prints it, once or as it grows. Changes nothing. */
import { type FlowRecord, flowResource } from '../../cluster/embedded/net/flow-log.ts';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import { ApiError, type KubeClient, type ListQuery } from '../../kube/client.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import { type Cli, styleOf } from '../cli.ts';
import { chooseCluster } from '../clusters/target.ts';
import type { FlowsOptions } from './options.ts';
import { flowObject, printFlow } from './print-flow.ts';

/** Throws LabError ERR_NOT_APPLICABLE on a cluster that is not embedded: it keeps no such log. */
export async function runFlows(cli: Cli, options: FlowsOptions): Promise<ExitCode> {
  const { io } = cli;
  const { name, kubeconfig } = options;
  const target = await chooseCluster(io, { ...(name && { name }), ...(kubeconfig && { kubeconfig }) });
  const client = createKubeClient(await readKubeconfig(target.kubeconfig));
  try {
    await (options.follow ? follow(cli, client, options) : list(cli, client, options));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
    throw new LabError('ERR_NOT_APPLICABLE', `the cluster ${target.name} keeps no flow log`, {
      details: 'only the embedded cluster sees every packet',
      cure: 'netpol-lab why FROM TO asks about one flow on any cluster; on kind, Calico logs what a rule with action Log names',
      cause: error,
    });
  } finally {
    client.close();
  }
}

async function list(cli: Cli, client: KubeClient, options: FlowsOptions): Promise<void> {
  const { io } = cli;
  const flows = await client.list<FlowRecord>(flowResource, undefined, queryOf(options));
  if (options.output === 'json') {
    io.stdout.write(`${JSON.stringify({ schemaVersion: 1, flows: flows.map(flowObject) }, null, 2)}\n`);
    return;
  }
  const style = styleOf(io);
  for (const flow of flows) io.stdout.write(`${printFlow(flow, style)}\n`);
  if (flows.length === 0) io.stderr.write('no flow so far matches; add --follow to wait for the next\n');
}

/** JSON is one object per line here: the list has no end. */
async function follow({ io }: Cli, client: KubeClient, options: FlowsOptions): Promise<void> {
  const style = styleOf(io);
  const query = { ...queryOf(options), sendInitialEvents: true };
  for await (const { object } of client.watch(flowResource, undefined, query, io.signal)) {
    const flow = object as unknown as FlowRecord;
    io.stdout.write(
      options.output === 'json' ? `${JSON.stringify(flowObject(flow))}\n` : `${printFlow(flow, style)}\n`,
    );
  }
}

/** The flow log's own parameters beside those that every list has. */
interface FlowListQuery extends ListQuery {
  readonly namespace?: string;
  readonly pod?: string;
  readonly verdict?: string;
  readonly sinceSeconds?: number;
}

function queryOf({ namespace, pod, verdict, since, last }: FlowsOptions): FlowListQuery {
  return {
    ...(namespace !== undefined && { namespace }),
    ...(pod !== undefined && { pod }),
    ...(verdict !== undefined && { verdict }),
    ...(since !== undefined && { sinceSeconds: since }),
    ...(last !== undefined && { limit: last }),
  };
}
