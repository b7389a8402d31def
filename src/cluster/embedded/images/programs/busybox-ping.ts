/** BusyBox ping: one echo request a second, silence for what gets no answer, and the three lines of statistics. */
import { isIPv4 } from 'node:net';
import { sleep } from '../../../../kit/clock.ts';
import { Exit, type Process } from '../../../../shell/process.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { lastValue, parseCommandLine } from '../command-line.ts';
import { connectError, type NetProgram, print, resolve } from '../net-program.ts';

const usage = `ping [OPTIONS] HOST

Send ICMP ECHO_REQUESTs to HOST

	-4,-6		Force IP or IPv6 name resolution
	-c CNT		Send only CNT pings
	-s SIZE		Send SIZE data bytes in packets (default 56)
	-i SECS		Interval
	-A		Ping as soon as reply is received
	-t TTL		Set TTL
	-I IFACE/IP	Source interface or IP address
	-W SEC		Seconds to wait for the first response (default 10)
			(after all -c CNT packets are sent)
	-w SEC		Seconds until ping exits (default:infinite)
			(can exit earlier with -c CNT)
	-q		Quiet, only display output at start/finish
	-p HEXBYTE	Payload pattern`;

export const busyboxPing: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: '46c:s:i:At:I:W:w:qp:' });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const [host] = line.operands;
  if (host === undefined) return refuseBusybox(process, usage);
  const six = line.flags.has('6') || process.argv[0]?.endsWith('6') === true;
  const found = await resolve(net, process, host, six ? 'v6' : line.flags.has('4') ? 'v4' : 'any');
  const ip = found.outcome === 'found' ? (found.addresses.find(isIPv4) ?? found.addresses[0]) : undefined;
  if (ip === undefined) {
    await print(process.stderr, `ping: bad address '${host}'\n`);
    return 1;
  }
  const number = (key: string, fallback: number): number => Number(lastValue(line, key) ?? fallback);
  const size = number('s', 56);
  const run: Run = {
    host,
    count: number('c', Number.POSITIVE_INFINITY),
    size,
    ttl: number('t', 64),
    intervalMs: number('i', 1) * 1000,
    waitMs: number('W', 10) * 1000,
    deadlineMs: number('w', Number.POSITIVE_INFINITY) * 1000,
    quiet: line.flags.has('q'),
    unreachable: connectError(net.libc, 'network-unreachable'),
    echo: (ttl) => net.stack.echo(ip, { ttl }),
  };
  await print(process.stdout, `PING ${host} (${ip}): ${size} data bytes\n`);
  return ping(process, run);
};

interface Run {
  readonly host: string;
  readonly count: number;
  readonly size: number;
  readonly ttl: number;
  readonly intervalMs: number;
  readonly waitMs: number;
  readonly deadlineMs: number;
  readonly quiet: boolean;
  readonly unreachable: string;
  readonly echo: (ttl: number) => ReturnType<Parameters<NetProgram>[0]['stack']['echo']>;
}

interface Tally {
  sent: number;
  readonly times: number[];
}

async function ping(process: Process, run: Run): Promise<number> {
  const tally: Tally = { sent: 0, times: [] };
  const stop = new AbortController();
  const release = process.onSignal('SIGINT', () => stop.abort('interrupted'));
  const signal = AbortSignal.any([process.signal, stop.signal]);
  const endMs = process.clock.now() + run.deadlineMs;
  try {
    while (tally.sent < run.count && process.clock.now() < endMs) {
      await once(process, run, tally);
      const last = tally.sent >= run.count;
      // After the last request it waits -W for answers that are still missing.
      const waitMs = last ? (tally.times.length < tally.sent ? run.waitMs : 0) : run.intervalMs;
      if (waitMs > 0) await sleep(process.clock, Math.min(waitMs, endMs - process.clock.now()), signal);
    }
  } catch (error) {
    if (process.signal.aborted || error !== 'interrupted') throw error;
  } finally {
    release();
  }
  await print(process.stdout, statistics(run, tally));
  return tally.times.length > 0 ? 0 : 1;
}

async function once(process: Process, run: Run, tally: Tally): Promise<void> {
  const sequence = tally.sent++;
  const result = run.echo(run.ttl);
  if (result.outcome === 'network-unreachable') {
    await print(process.stderr, `ping: sendto: ${run.unreachable}\n`);
    throw new Exit(1);
  }
  if (result.outcome !== 'reply') return;
  tally.times.push(result.milliseconds);
  if (run.quiet) return;
  const time = result.milliseconds.toFixed(3);
  await print(
    process.stdout,
    `${run.size + 8} bytes from ${result.ip}: seq=${sequence} ttl=${result.ttl} time=${time} ms\n`,
  );
}

function statistics({ host }: Run, { sent, times }: Tally): string {
  const loss = sent === 0 ? 0 : Math.floor(((sent - times.length) * 100) / sent);
  const head = `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${times.length} packets received, ${loss}% packet loss\n`;
  if (times.length === 0) return head;
  const average = times.reduce((sum, time) => sum + time, 0) / times.length;
  const figures = [Math.min(...times), average, Math.max(...times)].map((time) => time.toFixed(3));
  return `${head}round-trip min/avg/max = ${figures.join('/')} ms\n`;
}
