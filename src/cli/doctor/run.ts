/** Asks every question of doctor and prints the answers, with the commands that cure what is missing. */
import { join } from 'node:path';
import { findTools } from '../../cluster/kind/preflight.ts';
import { EXIT, type ExitCode } from '../../kit/errors.ts';
import { textTable } from '../../kit/text-table.ts';
import { scenarioNames } from '../../scenario/catalogue.ts';
import { openScenario } from '../../scenario/open.ts';
import type { Cli } from '../cli.ts';
import { imagesOf } from '../elsewhere/playground.ts';
import { scenariosFolder, stateFolder } from '../paths.ts';
import {
  checkCgroup,
  checkDisk,
  checkEngine,
  checkImages,
  checkInotify,
  checkKind,
  checkKubectl,
  checkMemory,
  checkNode,
  type Finding,
} from './checks.ts';
import { checkCluster } from './cluster-check.ts';
import type { DoctorOptions } from './options.ts';

/** Of the pinned node image. */
const serverMinor = 36;

/** Exit 0 when kind can be used (warnings allowed), 4 when something is missing. The embedded cluster needs only Node. */
export async function runDoctor({ io }: Cli, options: DoctorOptions): Promise<ExitCode> {
  const tools = await findTools(io.env);
  const [engine, kind] = await Promise.all([checkEngine(tools), checkKind(tools)]);
  const usable = engine.status === 'ok' && kind.status !== 'missing';
  const { name, probeImage, kindImage } = options;
  const cacheFolder = join(stateFolder(io), 'cache');
  const scenarios = await Promise.all(
    (await scenarioNames(scenariosFolder)).map((scenario) => openScenario(scenariosFolder, scenario)),
  );
  const further = [probeImage, ...imagesOf(scenarios)];
  const findings: readonly Finding[] = [
    checkNode(process.version),
    engine,
    kind,
    await checkKubectl(tools, serverMinor),
    await checkMemory(tools),
    await checkInotify(tools),
    await checkCgroup(tools),
    await checkDisk(tools, io.temporaryFolder),
    ...(engine.status === 'ok' ? await checkImages(tools, { nodeImage: kindImage, further, cacheFolder }) : []),
    ...(usable ? await checkCluster(tools, { home: stateFolder(io), name, probeImage, signal: io.signal }) : []),
  ];
  // A cluster that is not there is made on the first start: nothing is wrong with the machine.
  const blocking = findings.filter(({ status, check }) => status === 'missing' && check !== 'cluster');
  const embedded = findings[0]?.status === 'ok';
  if (options.output === 'json') {
    const report = { schemaVersion: 1, embedded, kind: blocking.length === 0, findings };
    io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else io.stdout.write(printFindings(findings, embedded, blocking.length === 0));
  return blocking.length === 0 ? EXIT.ok : EXIT.environment;
}

function printFindings(findings: readonly Finding[], embedded: boolean, kind: boolean): string {
  const words = { ok: 'ok', warning: 'WARNING', missing: 'MISSING' } as const;
  const rows = findings.flatMap(({ check, status, says, cure }) => [
    [words[status], check, says],
    ...(cure ? [['', '', `-> ${cure}`]] : []),
  ]);
  const summary = [
    `embedded cluster: ${embedded ? 'can be used' : 'cannot be used'}`,
    `kind: ${kind ? 'can be used' : 'cannot be used until what is MISSING is there'}`,
  ];
  return `${textTable(rows)}\n${summary.join('\n')}\n`;
}
