/** Small HTTP services that demonstrations use: hashicorp/http-echo, traefik/whoami, Google's hello-app. */
import type { Process } from '../../../../shell/process.ts';
import { type Exchange, type Reply, serveHttp } from '../../net/http-server.ts';
import type { ContainerNet, NetProgram } from '../net-program.ts';
import { print } from '../net-program.ts';
import { goReply, goTime } from '../simple-http.ts';
import { untilStopped } from '../until-stopped.ts';
import { parseGoFlags } from './agnhost/flags.ts';

export const httpEcho: NetProgram = (net) => async (process) => {
  const { values } = parseGoFlags(process.argv.slice(1));
  const text = values.get('text') ?? process.env.get('ECHO_TEXT') ?? '';
  if (text === '') {
    await print(process.stderr, 'Missing -text option!\n');
    return 127;
  }
  const listen = values.get('listen') ?? ':5678';
  const status = Number(values.get('status-code') ?? 200);
  return serve(
    net,
    process,
    Number(listen.split(':').pop()),
    `[INFO] server is listening on ${listen}\n`,
    async (exchange) => {
      const reply = goReply(process, `${text}\n`, status);
      const request =
        exchange.request === 'bad'
          ? ''
          : `"${exchange.request.method} ${exchange.request.target} ${exchange.request.version}"`;
      const agent =
        exchange.request === 'bad'
          ? ''
          : (exchange.request.headers.find(([name]) => /^user-agent$/i.test(name))?.[1] ?? '');
      const { ip, port } = exchange.client;
      await print(
        process.stdout,
        `${goTime(process)} ${exchange.local.ip}:${exchange.local.port} ${ip}:${port} ${request} ${status} ${reply.body.length} "${agent}" 21.5µs\n`,
      );
      return { ...reply, headers: [['X-App-Name', 'http-echo'], ['X-App-Version', '1.0.0'], ...reply.headers] };
    },
  );
};

export const whoami: NetProgram = (net) => (process) => {
  const { values } = parseGoFlags(process.argv.slice(1), ['verbose']);
  const port = Number(values.get('port') ?? process.env.get('WHOAMI_PORT_NUMBER') ?? 80);
  return serve(net, process, port, `${goTime(process)} Starting up on port ${port}\n`, ({ request, client }) => {
    if (request === 'bad') return goReply(process, '400 Bad Request', 400);
    const name = values.get('name') ?? process.env.get('WHOAMI_NAME');
    const lines = [
      ...(name === undefined ? [] : [`Name: ${name}`]),
      `Hostname: ${process.hostname}`,
      'IP: 127.0.0.1',
      `IP: ${net.stack.ip}`,
      `RemoteAddr: ${client.ip}:${client.port}`,
      `${request.method} ${request.target} ${request.version}`,
      ...request.headers.map(([key, value]) => `${key}: ${value}`),
      '',
    ];
    return goReply(process, `${lines.join('\n')}\n`);
  });
};

export function helloApp(version: string): NetProgram {
  return (net) => (process) => {
    const port = Number(process.env.get('PORT') ?? 8080);
    return serve(net, process, port, `${goTime(process)} Server listening on port ${port}\n`, async ({ request }) => {
      if (request !== 'bad') await print(process.stderr, `${goTime(process)} Serving request: ${request.target}\n`);
      return goReply(process, `Hello, world!\nVersion: ${version}\nHostname: ${process.hostname}\n`);
    });
  };
}

async function serve(
  net: ContainerNet,
  process: Process,
  port: number,
  greeting: string,
  handle: (exchange: Exchange) => Promise<Reply> | Reply,
): Promise<number> {
  const listener = net.stack.listen(port, { signal: process.signal, program: process.argv[0] ?? '', dual: true });
  void serveHttp(listener, { handle });
  await print(process.stderr, greeting);
  return untilStopped(process);
}
