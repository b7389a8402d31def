import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { Exec, KubeConfig, PortForward, type V1Status } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { virtualClock } from '../../../../src/kit/virtual-clock.ts';
import { hasKubectl, type LabServer, runningPod, startServer } from './lab-server.ts';

let lab: LabServer;
let web: Server;
beforeAll(async () => {
  lab = await startServer();
  runningPod(lab.machinery, 'web');
  web = createServer((request, response) => response.end(`you asked for ${request.url}`));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  expect(lab.bugs).toEqual([]);
  await lab[Symbol.asyncDispose]();
  await new Promise((resolve) => web.close(resolve));
});

const protocols = [
  ['WebSocket', {}],
  ['SPDY/3.1', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
] as const;

describe.skipIf(!hasKubectl).each(protocols)('kubectl over %s', (name, env) => {
  const exec = (argv: readonly string[], stdin?: string) =>
    lab.kubectl(['exec', ...(stdin === undefined ? [] : ['-i']), 'web', '--', ...argv], {
      env,
      ...(stdin !== undefined && { stdin }),
    });

  test('exec brings output, errors and the exit code', async () => {
    expect(await exec(['echo', 'hello', 'you'])).toMatchObject({ stdout: 'hello you\n', stderr: '', exitCode: 0 });
    expect(await exec(['warn', 'careful'])).toMatchObject({ stdout: '', stderr: 'careful\n', exitCode: 0 });
    expect(await exec(['exit', '3'])).toMatchObject({ stderr: 'command terminated with exit code 3\n', exitCode: 3 });
  });

  test('exec -i brings stdin, ends it, and loses no byte', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
    const result = await exec(['cat'], text);
    expect(result.exitCode).toBe(0);
    expect(result.stdout === text).toBe(true);
  });

  test('a program that writes more than buffers hold arrives whole', async () => {
    const result = await exec(['many', '3000']);
    expect(result.stdout.length).toBe(3000 * 1024);
  });

  test("a program that does not exist is the container runtime's refusal", async () => {
    const result = await exec(['nosuch']);
    expect(result.exitCode).toBe(1);
    // Over WebSockets the API server wraps the kubelet's error once more.
    expect(result.stderr.startsWith('error: Internal error occurred: Internal error')).toBe(name === 'WebSocket');
    expect(result.stderr).toMatch(
      /^error: (?:Internal error occurred: ){1,2}error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in \$PATH\n$/,
    );
  });

  test('port-forward carries HTTP both ways, several times', async () => {
    const { port } = web.address() as AddressInfo;
    const forward = spawn('kubectl', ['port-forward', 'pod/web', `:${port}`], {
      env: { ...process.env, ...env, KUBECONFIG: lab.kubeconfig },
    });
    try {
      const local = await new Promise<string>((resolve, reject) => {
        let output = '';
        forward.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          const found = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
          if (found) resolve(found);
        });
        forward.once('exit', () => reject(new Error(`kubectl ended: ${output}`)));
      });
      for (const path of ['/one', '/two', '/three']) {
        const answer = await fetch(`http://127.0.0.1:${local}${path}`);
        expect(await answer.text()).toBe(`you asked for ${path}`);
      }
    } finally {
      forward.kill();
    }
  });
});

describe.skipIf(!hasKubectl)('kubectl', () => {
  test("logs prints, and refuses an unknown container with the kubelet's words", async () => {
    expect(await lab.kubectl(['logs', 'web'])).toMatchObject({ stdout: 'first line\n', exitCode: 0 });
    const refused = await lab.kubectl(['get', '--raw', '/api/v1/namespaces/default/pods/web/log?container=zz']);
    expect(refused.stderr).toContain('container zz is not valid for pod web');
    const negative = await lab.http('GET', '/api/v1/namespaces/default/pods/web/log?tailLines=-3');
    expect(negative.json()).toMatchObject({
      code: 422,
      message: 'PodLogOptions "web" is invalid: tailLines: Invalid value: -3: must be greater than or equal to 0',
    });
  });

  test('exec into a pod that is not there is NotFound', async () => {
    const result = await lab.kubectl(['exec', 'ghost', '--', 'echo']);
    expect(result).toMatchObject({ exitCode: 1, stderr: 'Error from server (NotFound): pods "ghost" not found\n' });
  });
});

function config(): KubeConfig {
  const loaded = new KubeConfig();
  loaded.loadFromFile(lab.kubeconfig);
  return loaded;
}

describe('client-node', () => {
  test('exec brings output and the final Status', async () => {
    const output: Buffer[] = [];
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        output.push(chunk);
        done();
      },
    });
    const status = await new Promise<V1Status>((resolve, reject) => {
      new Exec(config())
        .exec('default', 'web', 'main', ['echo', 'hi'], stdout, null, null, false, resolve)
        .catch(reject);
    });
    expect(status.status).toBe('Success');
    expect(Buffer.concat(output).toString()).toBe('hi\n');
  });

  test('port-forward carries bytes over a pair of channels', async () => {
    const { port } = web.address() as AddressInfo;
    const output = new PassThrough();
    const input = new PassThrough();
    const socket = await new PortForward(config(), true).portForward('default', 'web', [port], output, null, input);
    input.write('GET /channels HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of output) {
      text += String(chunk);
      if (text.includes('/channels')) break;
    }
    expect(text).toContain('you asked for /channels');
    (socket as WebSocket).close();
  });
});

/** What the server sends on a raw exec, as [channel, text] pairs, and the closing code. */
function rawExec(query: string, protocol: string, act: (socket: WebSocket) => void = () => {}) {
  const { api } = lab;
  const url = `${api.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/web/exec?${query}`;
  return new Promise<{ frames: [number, string][]; code: number }>((resolve, reject) => {
    const socket = new WebSocket(url, [protocol], { ca: api.caPem, cert: api.clientCertPem, key: api.clientKeyPem });
    const frames: [number, string][] = [];
    socket.on('error', reject);
    socket.on('open', () => act(socket));
    socket.on('message', (data: Buffer) => frames.push([data[0] ?? -1, data.subarray(1).toString()]));
    socket.on('close', (code) => resolve({ frames, code }));
  });
}

describe('a raw WebSocket', () => {
  test('begins with an empty stdout frame and ends with a Status and 1000', async () => {
    expect(await rawExec('command=echo&command=a&stdout=true', 'v5.channel.k8s.io')).toEqual({
      frames: [
        [1, ''],
        [1, 'a\n'],
        [3, '{"metadata":{},"status":"Success"}'],
      ],
      code: 1000,
    });
  });

  test("closes stdin by frame 255 of v5, and passes the terminal's size", async () => {
    const cat = await rawExec('command=cat&stdin=true&stdout=true', 'v5.channel.k8s.io', (socket) => {
      socket.send(Buffer.from('\0typed'));
      socket.send(Buffer.from([255, 0]));
    });
    expect(cat.frames).toContainEqual([1, 'typed']);
    expect(cat.code).toBe(1000);
    const size = await rawExec('command=size&stdout=true&tty=true', 'v4.channel.k8s.io');
    expect(size.frames).toContainEqual([1, '80x24\n']);
  });

  test('is refused before the upgrade for what is wrong', async () => {
    const refused = (query: string, protocol = 'v5.channel.k8s.io') =>
      expect(rawExec(query, protocol)).rejects.toThrow('Unexpected server response: 400');
    await refused('command=echo');
    await refused('stdout=true');
    await refused('command=echo&stdout=true', 'chat');
    expect(
      (await lab.http('GET', '/api/v1/namespaces/default/pods/web/exec?command=echo&stdout=true')).json()['message'],
    ).toBe('Upgrade request required');
  });

  test('that goes away ends its program', async () => {
    const before = lab.killed.length;
    const { api } = lab;
    const socket = new WebSocket(
      `${api.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/web/exec?command=wait&stdout=true`,
      ['v5.channel.k8s.io'],
      {
        ca: api.caPem,
        cert: api.clientCertPem,
        key: api.clientKeyPem,
      },
    );
    await new Promise((resolve) => socket.once('message', resolve));
    socket.terminate();
    for (let i = 0; i < 300 && lab.killed.length === before; i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(lab.killed.slice(before)).toEqual(['wait']);
  });
});

test('garbage after a SPDY upgrade closes that connection and nothing else', async () => {
  const { connect: connectTls } = await import('node:tls');
  const { api } = lab;
  const { port } = new URL(api.url);
  const socket = connectTls({
    port: Number(port),
    host: '127.0.0.1',
    ca: api.caPem,
    cert: api.clientCertPem,
    key: api.clientKeyPem,
  });
  socket.write(
    'POST /api/v1/namespaces/default/pods/web/exec?command=echo&stdout=true HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n\r\n',
  );
  const answer = await new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
  expect(answer).toContain('101 Switching Protocols');
  const synStream = Buffer.concat([Buffer.from('8003000100000020', 'hex'), Buffer.alloc(32, 0xaa)]);
  socket.write(synStream);
  await new Promise((resolve) => socket.once('close', resolve));
  expect((await lab.http('GET', '/healthz')).text).toBe('ok');
});

test('bytes that are no TLS at all are dropped', async () => {
  const { port } = new URL(lab.api.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  expect((await lab.http('GET', '/readyz')).text).toBe('ok');
});

test('a followed log keeps a virtual clock running until the follower leaves', async () => {
  const clock = virtualClock();
  const own = await startServer(clock);
  runningPod(own.machinery, 'web');
  const fired: string[] = [];
  clock.after(20_000, () => fired.push('while followed'));
  const followed = own.http('GET', '/api/v1/namespaces/default/pods/web/log?follow=true').catch(() => undefined);
  for (let i = 0; i < 300 && fired.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(fired).toEqual(['while followed']);
  await own[Symbol.asyncDispose]();
  await followed;
  clock.after(1000, () => fired.push('later'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fired).toEqual(['while followed']);
});
