/** Reads the cluster or the manifests, makes the truth table or the difference of two, and prints it. Changes nothing. */
import { delimiter, join } from 'node:path';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import { parseAddress } from '../../kube/cidr.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import { snapshotOfCluster } from '../../policy/cluster-snapshot.ts';
import { type ManifestSnapshot, snapshotOfManifests } from '../../policy/manifest-snapshot.ts';
import { ownersOf } from '../../policy/owners.ts';
import {
  printDiffJson,
  printDiffText,
  printTableCsv,
  printTableHtml,
  printTableJson,
  printTableText,
} from '../../policy/print-truth-table.ts';
import { diffTruthTables } from '../../policy/truth-diff.ts';
import { buildTruthTable, type TruthTable } from '../../policy/truth-table.ts';
import { viewCluster } from '../../runner/cluster-view.ts';
import { chooseCluster } from '../clusters/target.ts';
import type { CliIo } from '../io.ts';
import type { MatrixOptions } from './options.ts';
import { readManifests } from './read-manifests.ts';

export async function runMatrix(io: CliIo, options: MatrixOptions): Promise<ExitCode> {
  checkOptions(options);
  if (options.diff) {
    const [before = '', after = ''] = options.diff;
    const old = tableOf(await fromManifests(io, [before]), options, io);
    const diff = diffTruthTables(old, tableOf(await fromManifests(io, [after]), options, io));
    io.stdout.write(options.output === 'json' ? printDiffJson(diff) : printDiffText(diff));
    return EXIT.ok;
  }
  const source = options.filename ? await fromManifests(io, options.filename) : await fromCluster(io, options);
  io.stdout.write(printers[options.output](tableOf(source, options, io)));
  return EXIT.ok;
}

const printers = { text: printTableText, json: printTableJson, csv: printTableCsv, html: printTableHtml } as const;

function checkOptions({ diff, filename, context, output, outside = [] }: MatrixOptions): void {
  const usage = (message: string, cure: string): LabError => new LabError('ERR_USAGE', message, { cure });
  if (diff && diff.length !== 2) throw usage(`--diff takes two paths, not ${diff.length}`, '--diff before/ after/');
  if (diff && (output === 'csv' || output === 'html'))
    throw usage(`--diff prints text or json, not ${output}`, '--output json');
  if (filename && context) throw usage('manifests or a cluster, not both', 'leave out --filename or --context');
  const wrong = outside.find((address) => !parseAddress(address));
  if (wrong !== undefined) throw usage(`--outside takes an IP address, not "${wrong}"`, '--outside 203.0.113.10');
}

async function fromManifests(io: CliIo, paths: readonly string[]): Promise<ManifestSnapshot> {
  return snapshotOfManifests(await readManifests(io, paths));
}

async function fromCluster(io: CliIo, options: MatrixOptions): Promise<ManifestSnapshot> {
  const client = createKubeClient(await connect(io, options));
  try {
    const view = await viewCluster(client);
    const hostNetwork = view.pods.filter(({ spec }) => spec?.hostNetwork);
    const unpoliced = hostNetwork.map(({ metadata }) => `Pod ${metadata.namespace}/${metadata.name}`).sort();
    return { snapshot: snapshotOfCluster(view), owners: ownersOf(view.pods), unpoliced };
  } finally {
    client.close();
  }
}

/** A context is the user's own cluster and is only read. */
async function connect(io: CliIo, { context, name, kubeconfig }: MatrixOptions) {
  if (!context) {
    const choice = { ...(name && { name }), ...(kubeconfig && { kubeconfig }) };
    return readKubeconfig((await chooseCluster(io, choice)).kubeconfig);
  }
  const [first] = (io.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return readKubeconfig(kubeconfig ?? first ?? join(io.homeFolder, '.kube', 'config'), context);
}

function tableOf({ snapshot, owners, unpoliced }: ManifestSnapshot, options: MatrixOptions, io: CliIo): TruthTable {
  if (unpoliced.length > 0) {
    io.stderr.write(`not in the table, because no policy selects the node's network: ${unpoliced.join(', ')}\n`);
  }
  const { port, outside = [], namespace } = options;
  const table = buildTruthTable(snapshot, owners, { ...(port && { ports: port }), outside });
  if (!namespace) return table;
  const isWanted = (end: string): boolean => namespace.includes(end.split('/')[0] ?? '');
  const cells = table.cells.filter(({ source, destination }) => isWanted(source) || isWanted(destination));
  const named = new Set(cells.flatMap(({ source, destination }) => [source, destination]));
  return { ends: table.ends.filter((end) => named.has(end)), cells };
}
