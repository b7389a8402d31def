/** `agnhost connect HOST:PORT`: exit 0, or 1 with TIMEOUT, REFUSED, DNS or OTHER on standard error. */
import { timedOut, within } from '../../../net/within.ts';
import { connect, type NetProgram, print, resolve } from '../../net-program.ts';
import { goDuration, parseGoFlags } from './flags.ts';

export const agnhostConnect: NetProgram = (net) => async (process) => {
  const { values, operands } = parseGoFlags(process.argv.slice(2));
  const [, host = '', port = ''] = /^(?:tcp:|udp:)?\[?(.*?)\]?:(\d+)$/.exec(operands[0] ?? '') ?? [];
  if (host === '') {
    await print(process.stderr, `OTHER: address ${operands[0] ?? ''}: missing port in address\n`);
    return 1;
  }
  const limitMs = goDuration(values.get('timeout') ?? '1s') ?? 1000;
  const udp = (values.get('protocol') ?? 'tcp').toLowerCase() === 'udp';
  const outcome = await within(process.clock, limitMs, process.signal, async (signal) => {
    const found = await resolve(net, { ...process, signal }, host);
    if (found.outcome !== 'found') return `DNS: lookup ${host}: no such host`;
    const to = { ip: found.addresses[0] ?? '', port: Number(port) };
    if (udp) {
      const socket = net.stack.udp(0, { signal });
      socket.send(to, new TextEncoder().encode('hostname\n'));
      const answer = await socket.receive(signal);
      socket.close();
      return answer.kind === 'data' ? undefined : 'REFUSED';
    }
    const opened = await connect(net, process, to, { blocking: false, signal });
    if (opened.outcome === 'connected') {
      opened.connection.release();
      return undefined;
    }
    if (opened.outcome === 'refused') return 'REFUSED';
    return opened.outcome === 'timeout' ? 'TIMEOUT' : `OTHER: dial tcp ${to.ip}:${port}: connect: no route to host`;
  });
  if (outcome === undefined) return 0;
  await print(process.stderr, `${outcome === timedOut ? 'TIMEOUT' : outcome}\n`);
  return 1;
};
