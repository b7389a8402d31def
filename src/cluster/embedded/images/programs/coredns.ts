/** CoreDNS in its pod: names on 53, and the health, readiness and metrics endpoints that its probes ask. */
import type { Process } from '../../../../shell/process.ts';
import { serveDns } from '../../net/dns-server.ts';
import { serveHttp } from '../../net/http-server.ts';
import { httpDate, utf8 } from '../../net/http-wire.ts';
import { readResolverConfig } from '../../net/resolver-config.ts';
import { type NetProgram, print } from '../net-program.ts';

const banner = `.:53
[INFO] plugin/reload: Running configuration SHA512 = 591cf328cccc12bc490481273e738df59329c62c0b729d94e8b61db9961c2fa5f046dd37f1cf888b953814040d180f52594972691cd6ff41be96639138a43908
CoreDNS-1.12.1
linux/amd64, go1.24.1, 707c7c1
`;

export const coredns: NetProgram = (net) => async (process) => {
  const { zone, stack, random } = net;
  const { clock, signal } = process;
  const program = 'coredns';
  serveDns({ stack, zone, random, clock, signal, program, upstream: () => readResolverConfig(process.fs).servers });
  open(process, stack, 8080, 'OK');
  open(process, stack, 8181, 'OK');
  open(
    process,
    stack,
    9153,
    '# HELP coredns_build_info A metric with a constant 1 value.\ncoredns_build_info{version="1.12.1"} 1\n',
  );
  await print(process.stdout, banner);
  return new Promise<number>((resolve) => {
    process.onSignal('SIGTERM', () => {
      void print(
        process.stdout,
        '[INFO] SIGTERM: Shutting down servers then terminating\n[INFO] plugin/health: Going into lameduck mode for 5s\n',
      );
      clock.after(5_000, () => resolve(0));
    });
  });
};

function open(process: Process, stack: Parameters<NetProgram>[0]['stack'], port: number, text: string): void {
  const body = utf8(text);
  void serveHttp(stack.listen(port, { signal: process.signal, program: 'coredns', dual: true }), {
    handle: () => ({
      status: 200,
      reason: 'OK',
      headers: [
        ['Date', httpDate(process.clock.now())],
        ['Content-Length', String(body.length)],
        ['Content-Type', 'text/plain; charset=utf-8'],
      ],
      body,
    }),
  });
}
