/** What BusyBox clients print, with which status and after how long, in each situation of the recordings' table. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type ExecOutcome, endpointSlice, type LabNetwork, type LabPod, startLab } from './lab-network.ts';

let lab: LabNetwork;
let web: LabPod;
let glibc: LabPod;
let musl: LabPod;
let denied: LabPod;
let deniedMusl: LabPod;

beforeAll(async () => {
  lab = await startLab();
  web = await lab.run({ name: 'web', namespace: 'shop', labels: { app: 'web' }, image: 'nginx:1.27' });
  await lab.apply(`
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.96.7.7, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody, namespace: shop}
spec: {clusterIP: 10.96.7.8, selector: {app: nobody}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {matchLabels: {deny: all}}, policyTypes: [Egress]}
`);
  await lab.apply(endpointSlice('shop', 'web', [web.ip], [['', 80, 'TCP']]));
  const run = (name: string, image: string, labels: Record<string, string> = {}) =>
    lab.run({ name, namespace: 'shop', image, labels });
  glibc = await run('glibc', 'busybox:1.36');
  musl = await run('musl', 'busybox:1.36-musl');
  denied = await run('denied', 'busybox:1.36', { deny: 'all' });
  deniedMusl = await run('denied-musl', 'busybox:1.36-musl', { deny: 'all' });
});

const failing = (stderr: string, seconds: number, status = 1): Partial<ExecOutcome> => ({
  stdout: '',
  stderr,
  status,
  seconds,
});

describe('an answer', () => {
  test('wget saves, prints or only looks', async () => {
    expect((await glibc.exec('wget', '-qO-', 'http://web')).stdout).toContain('<title>Welcome to nginx!</title>');
    expect(await glibc.exec('wget', '-O', '/dev/null', 'http://web')).toMatchObject({
      stderr: `Connecting to web (10.96.7.7:80)\nsaving to '/dev/null'\nnull                 100% |${'*'.repeat(32)}|   615  0:00:00 ETA\n'/dev/null' saved\n`,
      status: 0,
    });
    expect((await glibc.exec('wget', '--spider', 'http://web')).stderr).toBe(
      'Connecting to web (10.96.7.7:80)\nremote file exists\n',
    );
    expect((await glibc.exec('wget', '-qO-', 'http://web/nothing')).stderr).toBe(
      'wget: server returned error: HTTP/1.1 404 Not Found\n',
    );
  });

  test('a second download into the same file is refused', async () => {
    expect((await glibc.sh('cd /tmp && wget -q http://web && wget -q http://web')).stderr).toBe(
      "wget: can't open 'index.html': File exists\n",
    );
  });

  test('nc -zv says open, nc -z says nothing', async () => {
    expect(await glibc.exec('nc', '-zv', '-w', '2', 'web', '80')).toMatchObject({
      stderr: 'web (10.96.7.7:80) open\n',
      status: 0,
    });
    expect(await musl.exec('nc', '-z', 'web', '80')).toMatchObject({ stdout: '', stderr: '', status: 0 });
  });

  test('a pipe through nc speaks HTTP', async () => {
    const asked = await glibc.sh("printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc web 80 | head -1");
    expect(asked.stdout.trim()).toBe('HTTP/1.1 200 OK');
  });

  test('nslookup asks the whole search list for a bare name and fails for it, although it found it', async () => {
    const result = await glibc.exec('nslookup', 'web');
    expect(result.status).toBe(1);
    expect(result.stdout).toContain('Name:\tweb.shop.svc.cluster.local\nAddress: 10.96.7.7\n\n');
    expect(result.stdout.match(/NXDOMAIN/g)).toHaveLength(4);
    expect((await glibc.exec('nslookup', 'web.shop')).stdout).toContain("** server can't find web.shop: NXDOMAIN");
    expect((await glibc.exec('nslookup', '10.96.7.7')).stdout).toContain(
      '7.7.96.10.in-addr.arpa\tname = web.shop.svc.cluster.local\n',
    );
  });

  test('ping answers for pods and never for a ClusterIP', async () => {
    const answered = await glibc.exec('ping', '-c', '2', '-W', '1', web.ip);
    expect(answered).toMatchObject({ status: 0, seconds: 1 });
    expect(answered.stdout).toContain(
      '2 packets transmitted, 2 packets received, 0% packet loss\nround-trip min/avg/max = ',
    );
    const silent = await glibc.exec('ping', '-c', '2', '-W', '1', '10.96.7.7');
    expect(silent).toMatchObject({ status: 1, seconds: 2 });
    expect(silent.stdout).toContain('2 packets transmitted, 0 packets received, 100% packet loss\n');
  });
});

describe('a refusal', () => {
  test('by the peer comes at once', async () => {
    expect(await glibc.exec('wget', '-qO-', `http://${web.ip}:81`)).toEqual(
      failing(`wget: can't connect to remote host (${web.ip}): Connection refused\n`, 0),
    );
    expect(await glibc.exec('nc', '-zv', '-w', '3', web.ip, '81')).toEqual(failing('', 0));
    expect(await glibc.exec('telnet', web.ip, '81')).toEqual(
      failing(`telnet: can't connect to remote host (${web.ip}): Connection refused\n`, 0),
    );
  });

  test('by a Service without endpoints takes blocking clients a second', async () => {
    expect(await musl.exec('wget', '-qO-', '-T', '3', 'http://nobody')).toEqual(
      failing("wget: can't connect to remote host (10.96.7.8): Connection refused\n", 1),
    );
    expect(await glibc.exec('nc', '-zv', '-w', '3', 'nobody', '80')).toEqual(failing('', 1));
  });

  test('a denied pod gets silence from such a Service, too', async () => {
    expect(await denied.exec('nc', '-zv', '-w', '2', '10.96.7.8', '80')).toEqual(
      failing('nc: 10.96.7.8 (10.96.7.8:80): Connection timed out\n', 2),
    );
  });
});

describe('silence', () => {
  test('costs what the client was told, 134 s where it was told nothing', async () => {
    expect(await denied.exec('wget', '-qO-', '-T', '3', `http://${web.ip}`)).toEqual(
      failing('wget: download timed out\n', 3),
    );
    expect(await denied.exec('nc', '-zv', '-w', '2', web.ip, '80')).toEqual(
      failing(`nc: ${web.ip} (${web.ip}:80): Connection timed out\n`, 2),
    );
    expect(await deniedMusl.exec('nc', '-zv', '-w', '2', web.ip, '80')).toEqual(
      failing(`nc: ${web.ip} (${web.ip}:80): Operation timed out\n`, 2),
    );
    expect(await denied.exec('nc', '-w', '2', web.ip, '80')).toEqual(failing('', 2));
    expect(await denied.exec('wget', '-qO-', `http://${web.ip}`)).toEqual(
      failing(`wget: can't connect to remote host (${web.ip}): Connection timed out\n`, 134.4),
    );
  });

  test('an unused port of a ClusterIP is silent without any policy', async () => {
    expect(await glibc.exec('wget', '-qO-', '-T', '3', 'http://web:81')).toEqual(
      failing('wget: download timed out\n', 3),
    );
  });

  test('timeout ends a client with 143', async () => {
    expect(await denied.exec('timeout', '3', 'wget', '-qO-', `http://${web.ip}`)).toEqual(failing('', 3, 143));
  });
});

describe('names', () => {
  test('that do not exist fail at once', async () => {
    expect(await glibc.exec('wget', '-qO-', 'http://nosuch')).toEqual(failing("wget: bad address 'nosuch'\n", 0));
    expect(await musl.exec('ping', '-c', '1', 'nosuch')).toEqual(failing("ping: bad address 'nosuch'\n", 0));
  });

  test.each([
    ['glibc, a name', () => denied, 'http://web.shop', 20],
    ['glibc, five dots and more', () => denied, 'http://a.b.c.d.e.f', 20],
    ['glibc, a trailing dot', () => denied, 'http://web.shop.svc.cluster.local.', 10],
    ['musl, a name', () => deniedMusl, 'http://web.shop', 5],
  ] as const)('%s: dropped queries cost their time whatever -T says', async (_what, pod, url, seconds) => {
    expect(await pod().exec('wget', '-qO-', '-T', '3', url)).toEqual(
      failing(`wget: bad address '${url.slice(7)}'\n`, seconds),
    );
  });

  test('nslookup gives up after five seconds', async () => {
    const result = await denied.exec('nslookup', 'web.shop.svc.cluster.local');
    expect(result).toEqual({
      stdout: ';; connection timed out; no servers could be reached\n\n',
      stderr: '',
      status: 1,
      seconds: 5,
    });
  });

  test('/etc/hosts wins over the name server', async () => {
    expect((await denied.sh('echo "10.1.2.3 web.shop" >> /etc/hosts; wget -O- -T 1 http://web.shop')).stderr).toBe(
      'Connecting to web.shop (10.1.2.3:80)\nwget: download timed out\n',
    );
  });
});

test('curl and dig are not in the image', async () => {
  expect(() =>
    glibc.container.exec({
      argv: ['curl', 'http://web'],
      stdout: { write: async () => {}, close: () => {} },
      urgent: true,
    }),
  ).toThrow('exec: "curl": executable file not found in $PATH');
  expect(await glibc.sh('dig web')).toMatchObject({ stderr: 'sh: dig: not found\n', status: 127 });
});

describe('talking', () => {
  test('telnet leaves with its input, and without a terminal says at the end that it was connected', async () => {
    expect(await glibc.exec('telnet', 'web', '80')).toMatchObject({ stdout: 'Connected to web\n', status: 0 });
    const asked = await glibc.sh("(printf 'GET /no HTTP/1.0\\n\\n'; sleep 1) | telnet web 80 | tail -2");
    expect(asked.stdout).toBe('Connection closed by foreign host\r\nConnected to web\n');
    expect((await glibc.exec('timeout', '1', 'telnet', 'web', 'http')).stderr).toBe("telnet: bad port 'http'\n");
  });

  test('nc tells the peer that its input has ended, and both ends leave', async () => {
    expect(await glibc.exec('nc', web.ip, '80')).toEqual({ stdout: '', stderr: '', status: 0, seconds: 0 });
    const both = await glibc.sh(
      '(echo no | nc -l -p 9000 > /tmp/got &); sleep 1; echo yes | nc 127.0.0.1 9000; cat /tmp/got',
    );
    expect(both).toMatchObject({ stdout: 'no\nyes\n', status: 0, seconds: 1 });
  });

  test('nc -w gives a silent peer two waits, and a signal makes it punt', async () => {
    const idle = await glibc.sh('(sleep 9 | nc -l -p 9001 &); sleep 0.1; sleep 8 | nc -w 2 127.0.0.1 9001; echo $?');
    expect(idle).toMatchObject({ stdout: '0\n', stderr: '' });
    expect((await glibc.exec('timeout', '2', 'nc', '-l', '-p', '9002')).stderr).toBe('punt!\n');
    expect(await glibc.exec('nc', '-l', '-p', '9003', '-w', '1')).toEqual(failing('nc: timeout\n', 1));
  });

  test('a UDP listener belongs to whoever spoke first, and a scan notices a closed port', async () => {
    const server = await lab.run({
      name: 'udp',
      namespace: 'shop',
      command: ['nc', '-u', '-l', '-p', '5000'],
    });
    expect(await glibc.sh(`echo one | nc -u -w 1 ${server.ip} 5000`)).toMatchObject({ status: 0, seconds: 2 });
    expect(await musl.sh(`echo two | nc -u -w 1 ${server.ip} 5000`)).toMatchObject({ status: 0, seconds: 0 });
    expect(server.logs()).toBe('one\n');
    expect(await glibc.exec('nc', '-zuv', '-w', '1', server.ip, '5001')).toEqual(failing('', 1));
    expect(await denied.exec('nc', '-zuv', '-w', '1', server.ip, '5001')).toMatchObject({ status: 0, seconds: 1 });
  });
});

test('the runtime signals the first process alone, and what that one started lives on', async () => {
  const pod = await lab.run({
    name: 'lesson',
    namespace: 'shop',
    command: ['sh', '-c', 'echo up; sleep 100; echo over'],
  });
  pod.container.kill('SIGTERM');
  await lab.clock.advance(1_000);
  expect((await pod.sh('pgrep sleep')).status).toBe(0);
  pod.container.kill('SIGKILL');
  expect(await pod.container.exited).toBe(137);
  expect(pod.logs()).toBe('up\n');
});

test('a debugging container sees the processes of its target, and takes none of them along', async () => {
  const pod = await lab.run({ name: 'target', namespace: 'shop', command: ['sleep', '100'] });
  let seen = '';
  const debug = pod.sandbox.startContainer({
    container: { name: 'debug', image: 'busybox:1.36', command: ['ps'], targetContainerName: 'main' } as never,
    env: new Map(),
    files: new Map(),
    sharedDirectories: new Map(),
    onOutput: (_stream, bytes) => {
      seen += new TextDecoder().decode(bytes);
    },
  });
  expect(await debug.exited).toBe(0);
  expect(seen).toBe('PID   USER     TIME  COMMAND\n    1 root      0:00 sleep 100\n    2 root      0:00 ps\n');
  expect((await pod.sh('pgrep sleep')).stdout).toBe('1\n');
});
