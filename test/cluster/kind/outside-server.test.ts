/** The outside world's script, run for real with Perl, as on kind's node image: addresses of 127.0.0.0/8 need no NET_ADMIN. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { outsideScript } from '../../../src/cluster/kind/outside-plan.ts';

function hasPerl(): boolean {
  try {
    execFileSync('perl', ['-MIO::Socket::INET', '-e', '1'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const address = '127.0.77.7';
const other = '127.0.77.8';
/** Above the ports that need a privilege; the script is asked for 53 by its number only where DNS is meant. */
const ports = { page: 18080, silent: 18443, echo: 18053 };
const body = `it's "quoted" $HOME\n`;

const script = outsideScript([
  {
    name: 'api.example',
    addresses: [address, other],
    listens: [
      { port: ports.page, protocol: 'TCP', http: { body, status: 201 } },
      { port: ports.silent, protocol: 'TCP' },
      { port: ports.echo, protocol: 'UDP' },
      { port: 53, protocol: 'UDP' },
    ],
  },
]);

describe.skipIf(process.platform !== 'linux' || !hasPerl() || process.getuid?.() !== 0)(
  'the outside world on an image with Perl',
  () => {
    let folder: string;
    let server: ChildProcess;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'netpol-lab-outside-'));
      const here = script.replaceAll('/tmp/srv', folder);
      // The addresses are there already.
      server = spawn('sh', ['-c', `ip() { :; }\n${here}`], { stdio: 'inherit', detached: true });
      await vi.waitUntil(() => existsSync(join(folder, 'ready')), { timeout: 20_000 });
    });
    afterAll(async () => {
      // The script and its servers: a process group of our own.
      if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    });

    test.each([address, other])('serves its page on %s', async (ip) => {
      const response = await fetch(`http://${ip}:${ports.page}/any/path`);
      expect([response.status, await response.text()]).toEqual([201, body]);
    });

    test('accepts connections where nothing is said, and refuses every other port', async () => {
      expect(await outcome(address, ports.silent)).toBe('connected');
      expect(await outcome(address, ports.silent + 1)).toBe('ECONNREFUSED');
    });

    test('answers DNS for its own name, and for no other', async () => {
      const resolver = new Resolver({ timeout: 2000, tries: 1 });
      resolver.setServers([address]);
      expect(await resolver.resolve4('API.example')).toEqual([address]);
      await expect(resolver.resolve4('other.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
      await expect(resolver.resolve6('api.example')).rejects.toMatchObject({ code: 'ENODATA' });
    });

    test('leaves no process behind for a connection that has ended', async () => {
      await fetch(`http://${address}:${ports.page}/`);
      const zombies = async () => {
        const states = execFileSync('ps', ['-o', 'stat=', '-g', String(server.pid)], { encoding: 'utf8' });
        return states.split('\n').filter((state) => state.startsWith('Z')).length;
      };
      await expect.poll(zombies).toBe(0);
      expect(await readFile(join(folder, 'serve.pl'), 'utf8')).toContain('IO::Socket::INET');
    });
  },
);

function outcome(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
