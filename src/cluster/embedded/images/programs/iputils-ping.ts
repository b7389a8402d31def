/** ping of iputils, as Debian-based images have it: sequence numbers from 1, sizes with headers, exit 2 for bad names. */
import { isIPv4 } from 'node:net';
import { sleep } from '../../../../kit/clock.ts';
import type { Process } from '../../../../shell/process.ts';
import type { EchoResult } from '../../net/sockets.ts';
import { lastValue, parseCommandLine } from '../command-line.ts';
import { connectError, type NetProgram, print, resolutionError, resolve } from '../net-program.ts';

export const iputilsPing: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: '46aAbBc:dDfhi:I:l:Lm:M:nOp:qQ:Rs:S:t:T:UvVw:W:' });
  const host = 'complaint' in line ? undefined : line.operands.at(-1);
  if ('complaint' in line || host === undefined) {
    const complaint =
      'complaint' in line ? `ping: ${line.complaint}\n` : 'ping: usage error: Destination address required\n';
    await print(process.stderr, complaint);
    return 'complaint' in line ? 2 : 1;
  }
  const found = await resolve(net, process, host);
  if (found.outcome !== 'found') {
    await print(process.stderr, `ping: ${host}: ${resolutionError(net.libc, found.outcome)}\n`);
    return 2;
  }
  const ip = found.addresses.find(isIPv4) ?? found.addresses[0] ?? '';
  const number = (key: string, fallback: number): number => Number(lastValue(line, key) ?? fallback);
  const size = number('s', 56);
  if (net.stack.echo(ip).outcome === 'network-unreachable') {
    await print(process.stderr, `ping: connect: ${connectError(net.libc, 'network-unreachable')}\n`);
    return 2;
  }
  await print(process.stdout, `PING ${host} (${ip}) ${size}(${size + 28}) bytes of data.\n`);
  return ping(process, {
    host,
    size,
    count: number('c', Number.POSITIVE_INFINITY),
    intervalMs: number('i', 1) * 1000,
    waitMs: number('W', 10) * 1000,
    endMs: process.clock.now() + number('w', Number.POSITIVE_INFINITY) * 1000,
    quiet: line.flags.has('q'),
    echo: () => net.stack.echo(ip, { ttl: number('t', 64) }),
  });
};

interface Run {
  readonly host: string;
  readonly size: number;
  readonly count: number;
  readonly intervalMs: number;
  readonly waitMs: number;
  readonly endMs: number;
  readonly quiet: boolean;
  readonly echo: () => EchoResult;
}

async function ping(process: Process, run: Run): Promise<number> {
  const startMs = process.clock.now();
  const stop = new AbortController();
  const release = process.onSignal('SIGINT', () => stop.abort('interrupted'));
  const signal = AbortSignal.any([process.signal, stop.signal]);
  const times: number[] = [];
  let sent = 0;
  let errors = 0;
  try {
    while (sent < run.count && process.clock.now() < run.endMs) {
      sent++;
      const result = run.echo();
      if (result.outcome === 'reply') times.push(result.milliseconds);
      else if (result.outcome !== 'none') errors++;
      if (!run.quiet) await tell(process, run, sent, result);
      const waitMs = sent < run.count ? run.intervalMs : times.length < sent ? run.waitMs : 0;
      if (waitMs > 0) await sleep(process.clock, Math.min(waitMs, run.endMs - process.clock.now()), signal);
    }
  } catch (error) {
    if (process.signal.aborted || error !== 'interrupted') throw error;
  } finally {
    release();
  }
  const loss = sent === 0 ? 0 : Math.floor(((sent - times.length) * 100) / sent);
  const trouble = errors > 0 ? `+${errors} errors, ` : '';
  const head = `\n--- ${run.host} ping statistics ---\n${sent} packets transmitted, ${times.length} received, ${trouble}${loss}% packet loss, time ${process.clock.now() - startMs}ms\n`;
  await print(process.stdout, head + (times.length > 0 ? roundTrips(times) : '\n'));
  return times.length > 0 ? 0 : 1;
}

async function tell(process: Process, run: Run, sequence: number, result: EchoResult): Promise<void> {
  if (result.outcome === 'none' || result.outcome === 'network-unreachable') return;
  const text =
    result.outcome === 'reply'
      ? `${run.size + 8} bytes from ${result.ip}: icmp_seq=${sequence} ttl=${result.ttl} time=${result.milliseconds.toFixed(3)} ms`
      : `From ${result.ip} icmp_seq=${sequence} ${words[result.outcome]}`;
  await print(process.stdout, `${text}\n`);
}

const words = {
  expired: 'Time to live exceeded',
  'host-unreachable': 'Destination Host Unreachable',
  'port-unreachable': 'Destination Port Unreachable',
} as const;

function roundTrips(times: readonly number[]): string {
  const average = times.reduce((sum, time) => sum + time, 0) / times.length;
  const deviation = Math.sqrt(times.reduce((sum, time) => sum + (time - average) ** 2, 0) / times.length);
  const figures = [Math.min(...times), average, Math.max(...times), deviation].map((time) => time.toFixed(3));
  return `rtt min/avg/max/mdev = ${figures.join('/')} ms\n`;
}
