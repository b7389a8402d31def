/** The servers of the catalogue: what they log, what they answer, how they stop; and the catalogue itself. */
import { beforeAll, describe, expect, test } from 'vitest';
import { findImage, parseReference } from '../../../../src/cluster/embedded/images/catalogue.ts';
import { StartError } from '../../../../src/cluster/embedded/runtime.ts';
import { type LabNetwork, type LabPod, startLab } from './lab-network.ts';

let lab: LabNetwork;
let client: LabPod;

beforeAll(async () => {
  lab = await startLab();
  client = await lab.run({
    name: 'client',
    namespace: 'shop',
    image: 'nicolaka/netshoot',
    command: ['sleep', '36000'],
  });
});

describe('the catalogue', () => {
  test.each([
    'busybox',
    'busybox:1.28',
    'docker.io/library/busybox:latest',
    'registry.k8s.io/e2e-test-images/agnhost:2.47',
    'ghcr.io/nicolaka/netshoot',
    `nginx@sha256:${'a'.repeat(64)}`,
  ])('%s is there', (reference) => expect(findImage(reference)?.id).toMatch(/^[a-z0-9.-]+\/.+@sha256:[0-9a-f]{64}$/));

  test.each(['nosuch:1.0', 'busybux', 'UPPER', 'company.example/shop/web:1'])('%s is not', (reference) =>
    expect(findImage(reference)).toBeUndefined(),
  );

  test('a reference is taken apart as Docker does', () => {
    expect(parseReference('localhost:5000/team/app:v1')).toMatchObject({
      registry: 'localhost:5000',
      path: 'team/app',
      tag: 'v1',
    });
    expect(parseReference('busybox')).toMatchObject({ registry: 'docker.io', path: 'library/busybox', tag: 'latest' });
  });

  test('tag and flavour decide the C library', () => {
    expect(findImage('busybox:1.36')?.image.libc).toBe('glibc');
    expect(findImage('busybox:1.36-musl')?.image.libc).toBe('musl');
    expect(findImage('nginx:1.27-alpine')?.image.libc).toBe('musl');
  });
});

describe('nginx', () => {
  test('logs its start, each request, and what it did not find', async () => {
    const web = await lab.run({ name: 'web', namespace: 'shop', image: 'nginx:1.27' });
    await client.exec('curl', '-s', `http://${web.ip}/nothing`);
    expect(web.logs()).toMatch(/^\/docker-entrypoint\.sh: \/docker-entrypoint\.d\/ is not empty/);
    expect(web.logs()).toContain(
      `[error] 29#29: *1 open() "/usr/share/nginx/html/nothing" failed (2: No such file or directory), client: ${client.ip}, server: localhost, request: "GET /nothing HTTP/1.1", host: "${web.ip}"\n`,
    );
    expect(web.logs()).toContain(`${client.ip} - - [21/Nov/2026:01:33:`);
    expect(web.logs()).toContain('"GET /nothing HTTP/1.1" 404 153 "-" "curl/8.11.0" "-"\n');
    web.container.kill('SIGTERM');
    expect(await web.container.exited).toBe(0);
  });

  test('serves what an exec writes, and what its configuration says', async () => {
    const web = await lab.run({ name: 'configured', namespace: 'shop', image: 'nginx', command: ['sleep', '36000'] });
    await web.sh(
      "printf 'server { listen 8080; location /healthz { return 200 fine; } }' > /etc/nginx/conf.d/default.conf; mkdir -p /usr/share/nginx/html; echo mine > /usr/share/nginx/html/index.html; nginx -g 'daemon off;' & sleep 1",
    );
    expect((await client.exec('curl', '-s', `http://${web.ip}:8080/`)).stdout).toBe('mine\n');
    expect((await client.exec('curl', '-s', `http://${web.ip}:8080/healthz`)).stdout).toBe('fine');
    expect((await client.exec('curl', '-s', `http://${web.ip}/`)).status).toBe(7);
  });

  test('a second one on the same port cannot bind', async () => {
    const web = await lab.run({ name: 'twice', namespace: 'shop', image: 'nginx' });
    const second = await web.sh("nginx -g 'daemon off;'");
    expect(second).toMatchObject({ status: 1 });
    expect(second.stderr).toContain('[emerg] 1#1: bind() to 0.0.0.0:80 failed (98: Address already in use)\n');
  });
});

describe('nginx in an administrator’s hands', () => {
  test('shows and tests its configuration, reads it again, and stops', async () => {
    const web = await lab.run({ name: 'control', namespace: 'shop', image: 'nginx:1.27' });
    const dump = await web.exec('nginx', '-T');
    expect(dump.stderr).toContain('nginx: configuration file /etc/nginx/nginx.conf test is successful\n');
    expect(dump.stdout).toMatch(/^# configuration file \/etc\/nginx\/nginx\.conf:\n[\s\S]*conf\.d\/default\.conf:\n/);
    const reload = await web.sh(
      "echo 'server { listen 80; location / { return 200 new; } }' > /etc/nginx/conf.d/default.conf; nginx -s reload",
    );
    expect(reload.stderr).toMatch(/\[notice\] \d+#\d+: signal process started\n$/);
    expect((await client.exec('curl', '-s', `http://${web.ip}/`)).stdout).toBe('new');
    expect((await web.exec('nginx', '-s', 'jump')).stderr).toBe('nginx: invalid option: "-s jump"\n');
    void web.exec('nginx', '-s', 'stop');
    expect(await web.container.exited).toBe(0);
  });
});

describe('small services', () => {
  test('agnhost connects as Kubernetes’ own tests do', async () => {
    const pod = await lab.run({
      name: 'agnhost',
      namespace: 'shop',
      image: 'registry.k8s.io/e2e-test-images/agnhost:2.56',
      command: ['/agnhost', 'netexec', '--http-port=8080'],
    });
    expect((await client.exec('curl', '-s', `http://${pod.ip}:8080/hostname`)).stdout).toBe('agnhost');
    expect((await client.exec('curl', '-s', `http://${pod.ip}:8080/clientip`)).stdout).toMatch(
      new RegExp(`^${client.ip}:\\d+$`),
    );
    expect((await client.exec('curl', '-s', `http://${pod.ip}:8080/shell?cmd=echo+hi`)).stdout).toBe(
      '{"output":"hi\\n"}',
    );
    expect((await pod.exec('/agnhost', 'connect', `${client.ip}:81`)).stderr).toBe('REFUSED\n');
    expect(await pod.exec('/agnhost', 'connect', '10.96.99.99:80', '--timeout=2s')).toMatchObject({
      stderr: 'TIMEOUT\n',
      status: 1,
      seconds: 2,
    });
    expect((await pod.exec('/agnhost', 'connect', '10.96.0.1:443')).status).toBe(0);
    expect((await client.sh(`echo hostname | nc -u -w 1 ${pod.ip} 8081`)).stdout).toBe('agnhost');
  });

  test('http-echo needs a text and says it; it has no shell', async () => {
    const pod = await lab.run({
      name: 'echo',
      namespace: 'shop',
      image: 'hashicorp/http-echo',
      command: ['/http-echo', '-text=hello', '-listen=:80'],
    });
    expect((await client.exec('curl', '-s', `http://${pod.ip}`)).stdout).toBe('hello\n');
    expect(() =>
      pod.container.exec({ argv: ['sh'], stdout: { write: async () => {}, close: () => {} }, urgent: true }),
    ).toThrow(StartError);
  });

  test('redis answers PING, also to people who type', async () => {
    const pod = await lab.run({ name: 'redis', namespace: 'shop', image: 'redis:7' });
    expect((await pod.exec('redis-cli', 'ping')).stdout).toBe('PONG\n');
    expect((await pod.sh('redis-cli set a 1; redis-cli incr a')).stdout).toBe('OK\n2\n');
    expect((await client.sh(`printf 'PING\\r\\nQUIT\\r\\n' | nc ${pod.ip} 6379`)).stdout).toBe('+PONG\r\n+OK\r\n');
  });

  test('postgres wants a password, then accepts connections', async () => {
    const bare = await lab.run({ name: 'bare', namespace: 'shop', image: 'postgres:16' });
    expect(await bare.container.exited).toBe(1);
    expect(bare.logs()).toContain('Error: Database is uninitialized and superuser password is not specified.');
    const pod = await lab.run({
      name: 'pg',
      namespace: 'shop',
      image: 'postgres:16',
      command: ['sh', '-c', 'POSTGRES_PASSWORD=x exec postgres'],
    });
    expect(await pod.exec('pg_isready', '-h', '127.0.0.1')).toMatchObject({
      stdout: '127.0.0.1:5432 - accepting connections\n',
      status: 0,
    });
    expect(await pod.exec('pg_isready', '-h', '10.96.99.99')).toMatchObject({
      stdout: '10.96.99.99:5432 - no response\n',
      status: 2,
      seconds: 3,
    });
  });

  test('a port of a sandbox can be reached from outside of it, as port-forward does', async () => {
    const pod = await lab.run({ name: 'forwarded', namespace: 'shop', image: 'nginx' });
    const duplex = await pod.sandbox.connectLocal(80);
    duplex.end('GET / HTTP/1.0\r\n\r\n');
    let text = '';
    for await (const chunk of duplex) text += String(chunk);
    expect(text).toContain('Welcome to nginx!');
    await expect(pod.sandbox.connectLocal(81)).rejects.toThrow('connect: connection refused');
  });

  test('a removed sandbox gives its address back and its connections end', async () => {
    const pod = await lab.run({ name: 'gone', namespace: 'shop', image: 'nginx' });
    pod.container.kill('SIGKILL');
    pod.sandbox.remove();
    expect((await client.exec('nc', '-vz', '-w', '1', pod.ip, '80')).seconds).toBe(1);
  });
});
