/** Acts on the lab that is running in a cluster: verify, reset, hint, probe, why. The state is in the cluster, so any terminal will do. */

import { printFlow } from '../../check/describe-result.ts';
import { EXIT, type ExitCode, LabError } from '../../kit/errors.ts';
import { resumeSession, type Session } from '../../runner/session.ts';
import { readState } from '../../runner/state.ts';
import type { Verification } from '../../runner/verify.ts';
import { askWhy } from '../../runner/why.ts';
import { parseDestination, parseSource, printDestination, printSource } from '../../scenario/endpoint.ts';
import { whyLines } from '../../ui/terminal/lines.ts';
import { createNarrator } from '../../ui/terminal/narrator.ts';
import type { Cli } from '../cli.ts';
import { styleOf } from '../cli.ts';
import { attachCluster } from '../clusters/attach.ts';
import { openClient } from '../clusters/open-client.ts';
import { chooseCluster } from '../clusters/target.ts';
import type { TargetOptions, VerifyOptions } from '../commands/options.ts';
import { openPlaced } from '../elsewhere/relocated.ts';
import { rememberSolved } from '../progress.ts';
import { openLab } from './open-lab.ts';
import { openRunning } from './running-scenario.ts';

export function verifyRunning(cli: Cli, options: VerifyOptions): Promise<ExitCode> {
  const { stdout, stderr, signal } = cli.io;
  return withSession(cli, options, async (session) => {
    if (stderr.isTTY) stderr.write('checking by traffic: silence takes a few seconds to be sure of\n');
    const report = (verification: Verification): Verification => {
      const json = () => jsonVerification(session, verification);
      if (options.output === 'json') stdout.write(`${JSON.stringify(json(), null, options.watch ? 0 : 2)}\n`);
      else stdout.write(verification.solved ? 'solved\n' : 'not solved yet\n');
      return verification;
    };
    if (options.watch) {
      const onWaiting = () => void stderr.write('waiting for a change; Ctrl-C ends it\n');
      await session.watch({ signal, onWaiting, onVerified: report });
    } else if (!report(await session.verify()).solved) return EXIT.checksFailed;
    await rememberSolved(cli.io, session.state.scenario, session.state.hintsTaken);
    return EXIT.ok;
  });
}

export function resetRunning(cli: Cli, options: TargetOptions): Promise<ExitCode> {
  return withSession(cli, options, async (session) => {
    await session.reset();
    return EXIT.ok;
  });
}

export function hintRunning(cli: Cli, options: TargetOptions): Promise<ExitCode> {
  return withSession(cli, options, async (session) => {
    if ((await session.hint()) === undefined)
      cli.io.stdout.write('there are no more hints: the last one was the solution\n');
    return EXIT.ok;
  });
}

export function probeRunning(cli: Cli, options: TargetOptions): Promise<ExitCode> {
  return withSession(cli, options, async (session) => {
    await session.probe('all');
    return EXIT.ok;
  });
}

async function withSession(
  cli: Cli,
  options: TargetOptions,
  act: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { io } = cli;
  const target = await chooseCluster(io, options);
  const cluster = await attachCluster(target);
  cli.leftRunning = true;
  using open = await openClient(io, cluster.kubeconfig);
  const state = await readState(open.client);
  if (!state) {
    throw new LabError('ERR_STATE', `no scenario is running on cluster ${cluster.name}`, {
      cure: 'netpol-lab start firewall-restriction',
    });
  }
  const scenario = await openPlaced(io, cluster.kubeconfig, state);
  const quiet = options.output === 'json';
  const emit = createNarrator({
    style: styleOf(io),
    out: (text) => void (quiet || io.stdout.write(text)),
    progress: (text) => void io.stderr.write(text),
    strict: false,
  });
  using lab = await openLab(cli, {
    scenario,
    cluster,
    kubectl: 'builtin',
    probeImage: target.session?.probeImage,
    emit,
  });
  return await act(await resumeSession(lab.context));
}

function jsonVerification({ state }: Session, { solved, reports }: Verification): unknown {
  return {
    schemaVersion: 1,
    scenario: state.scenario,
    solved,
    checks: reports.map(({ result, explained }) => ({
      id: result.id,
      says: result.says,
      status: result.status,
      ...(result.counterexample && {
        flow: printFlow(result.counterexample.probe),
        expected: result.counterexample.expected,
        observed: result.counterexample.observation,
      }),
      ...explained,
    })),
  };
}

export async function whyRunning(
  cli: Cli,
  fromText: string,
  toText: string,
  options: TargetOptions,
): Promise<ExitCode> {
  const { io } = cli;
  const from = parseSource(fromText);
  // Most flows are TCP, and most people leave it out.
  const to = parseDestination(toText) ?? parseDestination(`${toText}/tcp`);
  if (!from)
    throw new LabError('ERR_USAGE', `cannot read the source "${fromText}"`, {
      cure: 'write namespace/pod, namespace/deploy/name or namespace/key=value',
    });
  if (!to)
    throw new LabError('ERR_USAGE', `cannot read the destination "${toText}"`, {
      cure: 'write name:port/tcp, pod/namespace/name:port/tcp or svc/namespace/name:port/udp',
    });
  const { kubeconfig, session } = await chooseCluster(io, options);
  using open = await openClient(io, kubeconfig);
  const { client } = open;
  const state = await readState(client);
  const outside = state ? (await openRunning(io, state)).outside : [];
  const why = await askWhy(client, from, to, { outside, signal: io.signal, probeImage: session?.probeImage });
  if ('missing' in why) throw new LabError('ERR_USAGE', why.missing, { cure: `kubectl -n ${from.namespace} get pods` });
  const asked = `${printSource(from)} -> ${printDestination(to)}`;
  const { observation, diagnosis } = why;
  const json = {
    schemaVersion: 1,
    flow: asked,
    observation,
    allowed: diagnosis.allowed,
    decidedBy: diagnosis.decidedBy,
    plugin: diagnosis.plugin,
    findings: diagnosis.findings,
  };
  io.stdout.write(options.output === 'json' ? `${JSON.stringify(json, null, 2)}\n` : whyLines(why, asked, styleOf(io)));
  return EXIT.ok;
}
