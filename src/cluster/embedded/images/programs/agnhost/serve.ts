/** agnhost's plain servers: one text per port (`porter`), the pod's name (`serve-hostname`), a web page (`test-webserver`). */
import { serveHttp } from '../../../net/http-server.ts';
import { utf8 } from '../../../net/http-wire.ts';
import { type NetProgram, print } from '../../net-program.ts';
import { goReply, goTime } from '../../simple-http.ts';
import { untilStopped } from '../../until-stopped.ts';
import { parseGoFlags } from './flags.ts';

export const porter: NetProgram = (net) => async (process) => {
  const { signal } = process;
  for (const [name, text] of process.env) {
    const port = Number(/^SERVE_(?:TLS_)?PORT_(\d+)$/.exec(name)?.[1]);
    if (!port) continue;
    const tls = name.includes('_TLS_');
    const certificate = { subject: process.hostname, issuer: process.hostname, names: [] };
    const listener = net.stack.listen(port, { signal, program: 'agnhost', dual: true });
    void serveHttp(listener, { handle: () => goReply(process, text), ...(tls && { certificate, tlsOnly: true }) });
  }
  return untilStopped(process);
};

export const serveHostname: NetProgram = (net) => async (process) => {
  const { values } = parseGoFlags(process.argv.slice(2), ['tcp', 'udp', 'http', 'close']);
  const port = Number(values.get('port') ?? 9376);
  const { signal, hostname } = process;
  const options = { signal, program: 'agnhost', dual: true };
  if (values.get('udp') === 'true') {
    const socket = net.stack.udp(port, options);
    void (async () => {
      for (;;) {
        const datagram = await socket.receive(signal);
        if (datagram.kind === 'data') socket.send(datagram.from, utf8(hostname));
      }
    })().catch(() => undefined);
  }
  const listener = net.stack.listen(port, options);
  if (values.get('tcp') === 'true') {
    void (async () => {
      for (let connection = await listener.accept(); connection; connection = await listener.accept()) {
        await connection.write(utf8(hostname)).catch(() => undefined);
        connection.release();
      }
    })();
  } else void serveHttp(listener, { handle: () => goReply(process, hostname) });
  await print(process.stderr, `${goTime(process)} Serving on port ${port}.\n`);
  return untilStopped(process);
};

export const testWebserver: NetProgram = (net) => async (process) => {
  const { values } = parseGoFlags(process.argv.slice(2));
  const port = Number(values.get('port') ?? 80);
  const listener = net.stack.listen(port, { signal: process.signal, program: 'agnhost', dual: true });
  const page = '<pre>\n<a href="agnhost">agnhost</a>\n<a href="etc/">etc/</a>\n</pre>\n';
  void serveHttp(listener, { handle: () => goReply(process, page, 200, 'text/html; charset=utf-8') });
  return untilStopped(process);
};
