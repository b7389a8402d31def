/** Reads the cluster or the manifests, makes the truth table or the difference of two, and prints it. Changes nothing. */
import { delimiter, join } from 'node:path';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import { parseAddress } from '../../kube/cidr.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { type Connection, readKubeconfig } from '../../kube/kubeconfig.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { snapshotOfCluster } from '../../policy/cluster-snapshot.ts';
import { type ManifestSnapshot, snapshotOfManifests } from '../../policy/manifest-snapshot.ts';
import { ownerOf, ownersOf } from '../../policy/owners.ts';
import { describePlugin } from '../../policy/plugins.ts';
import {
  printDiffJson,
  printDiffText,
  printTableCsv,
  printTableHtml,
  printTableJson,
  printTableSentences,
  printTableText,
} from '../../policy/print-truth-table.ts';
import { diffTruthTables } from '../../policy/truth-diff.ts';
import { buildTruthTable, type TruthTable } from '../../policy/truth-table.ts';
import { viewCluster } from '../../runner/cluster-view.ts';
import { styleOf } from '../cli.ts';
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
  const inWords = options.output === 'text' && styleOf(io, options).accessible;
  const print = inWords ? printTableSentences : printers[options.output];
  io.stdout.write(print(tableOf(source, options, io), io.stdout.isTTY ? io.stdout.columns : undefined));
  return EXIT.ok;
}

const printers = { text: printTableText, json: printTableJson, csv: printTableCsv, html: printTableHtml } as const;

function checkOptions({ diff, filename, context, name, kubeconfig, output, outside = [] }: MatrixOptions): void {
  const usage = (message: string, cure: string): LabError => new LabError('ERR_USAGE', message, { cure });
  if (diff && diff.length !== 2) throw usage(`--diff takes two paths, not ${diff.length}`, '--diff before/ after/');
  if (diff && (output === 'csv' || output === 'html'))
    throw usage(`--diff prints text or json, not ${output}`, '--output json');
  if (diff && filename) throw usage('--diff reads the two paths that it names', 'leave out --filename');
  if ((filename || diff) && (context ?? name ?? kubeconfig) !== undefined)
    throw usage('manifests or a cluster, not both', 'leave out the manifests, or --context, --name and --kubeconfig');
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
    const unpoliced = view.pods.filter(({ spec }) => spec?.hostNetwork).map(printOwner);
    return { snapshot: snapshotOfCluster(view), owners: ownersOf(view.pods), unpoliced };
  } finally {
    client.close();
  }
}

/** `DaemonSet kube-system/kube-proxy`. Static pods are their node's, which says less than their own names. */
function printOwner(pod: KubeObject): string {
  const owner = ownerOf(pod);
  const { kind, namespace, name } = owner.kind === 'Node' ? { ...owner, ...pod.metadata, kind: 'Pod' } : owner;
  return `${kind} ${namespace}/${name}`;
}

/** A context is the user's own cluster and is only read. */
async function connect(io: CliIo, { context, name, kubeconfig }: MatrixOptions): Promise<Connection> {
  if (!context) {
    const choice = { ...(name && { name }), ...(kubeconfig && { kubeconfig }) };
    return readKubeconfig((await chooseCluster(io, choice)).kubeconfig);
  }
  const listed = (io.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  const [first = join(io.homeFolder, '.kube', 'config'), ...others] = kubeconfig ? [kubeconfig] : listed;
  return findContext(first, others, context);
}

/** In the first file that has it; KUBECONFIG may list several. Otherwise what is wrong with the first. */
async function findContext(first: string, others: readonly string[], context: string): Promise<Connection> {
  try {
    return await readKubeconfig(first, context);
  } catch (error) {
    for (const path of others) {
      const found = await readKubeconfig(path, context).catch(() => undefined);
      if (found) return found;
    }
    throw error;
  }
}

function tableOf({ snapshot, owners, unpoliced }: ManifestSnapshot, options: MatrixOptions, io: CliIo): TruthTable {
  const { port, outside = [], namespace } = options;
  const absent = [...new Set(unpoliced)].filter(
    (name) => !namespace || namespace.some((own) => name.includes(` ${own}/`)),
  );
  if (absent.length > 0) {
    io.stderr.write(`not in the table, because no policy selects the node's network: ${absent.sort().join(', ')}\n`);
  }
  const plugin = describePlugin(snapshot.plugin);
  if (plugin) io.stderr.write(`judged as by this cluster's network plugin: ${plugin}\n`);
  const table = buildTruthTable(snapshot, owners, { ...(port && { ports: port }), outside });
  if (!namespace) return table;
  const isWanted = (end: string): boolean => namespace.includes(end.split('/')[0] ?? '');
  const cells = table.cells.filter(({ source, destination }) => isWanted(source) || isWanted(destination));
  const named = new Set(cells.flatMap(({ source, destination }) => [source, destination]));
  return { ends: table.ends.filter((end) => named.has(end)), cells };
}
