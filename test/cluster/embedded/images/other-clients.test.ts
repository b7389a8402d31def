/** curl, GNU wget, the other nc's and BIND's tools: their words, statuses and patience. */
import { beforeAll, describe, expect, test } from 'vitest';
import { endpointSlice, type LabNetwork, type LabPod, startLab } from './lab-network.ts';

let lab: LabNetwork;
let web: LabPod;
let curl: LabPod;
let shoot: LabPod;
let denied: LabPod;

beforeAll(async () => {
  lab = await startLab();
  web = await lab.run({ name: 'web', namespace: 'shop', labels: { app: 'web' }, image: 'nginx:1.27' });
  await lab.apply(`
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.96.7.7, selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody, namespace: shop}
spec: {clusterIP: 10.96.7.8, selector: {app: nobody}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: many, namespace: shop}
spec: {clusterIP: None, selector: {app: many}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {matchLabels: {deny: all}}, policyTypes: [Egress]}
`);
  await lab.apply(endpointSlice('shop', 'web', [web.ip], [['http', 80, 'TCP']]));
  await lab.apply(
    endpointSlice(
      'shop',
      'many',
      Array.from({ length: 60 }, (_, i) => `10.244.9.${i + 1}`),
      [['', 80, 'TCP']],
    ),
  );
  const idle = ['sleep', '36000'];
  curl = await lab.run({ name: 'curl', namespace: 'shop', image: 'curlimages/curl:8.11.0' });
  shoot = await lab.run({ name: 'shoot', namespace: 'shop', image: 'nicolaka/netshoot', command: idle });
  denied = await lab.run({
    name: 'denied',
    namespace: 'shop',
    image: 'nicolaka/netshoot',
    command: idle,
    labels: { deny: 'all' },
  });
});

const milliseconds = (text: string): string =>
  text.replace(/after \d+ m/g, 'after N m').replace(/port \d{5}/g, 'port P');

describe('curl', () => {
  test('tells a refusal, a missing name and silence apart', async () => {
    const refused = await curl.exec('curl', '-sS', 'http://nobody');
    expect([milliseconds(refused.stderr), refused.status, refused.seconds]).toEqual([
      'curl: (7) Failed to connect to nobody port 80 after N ms: Could not connect to server\n',
      7,
      0,
    ]);
    expect(await curl.exec('curl', '-sS', 'http://nosuch')).toMatchObject({
      stderr: 'curl: (6) Could not resolve host: nosuch\n',
      status: 6,
    });
    for (const limit of ['-m', '--connect-timeout']) {
      const silent = await denied.exec('curl', '-sS', limit, '3', `http://${web.ip}`);
      expect([milliseconds(silent.stderr), silent.status, silent.seconds]).toEqual([
        'curl: (28) Connection timed out after N milliseconds\n',
        28,
        3,
      ]);
    }
    const resolving = await denied.exec('curl', '-sS', '-m', '3', 'http://web');
    expect([milliseconds(resolving.stderr), resolving.seconds]).toEqual([
      'curl: (28) Resolving timed out after N milliseconds\n',
      3,
    ]);
    expect(await denied.exec('curl', '-sS', 'http://web')).toMatchObject({
      stderr: 'curl: (6) Could not resolve host: web\n',
      status: 6,
      seconds: 5,
    });
  });

  test('-v walks through the connection as 8.11 does', async () => {
    const { stderr } = await curl.exec('curl', '-sv', '-o', '/dev/null', 'http://web');
    expect(stderr).toContain(
      '* Host web:80 was resolved.\n* IPv6: (none)\n* IPv4: 10.96.7.7\n*   Trying 10.96.7.7:80...\n* Connected to web (10.96.7.7) port 80\n* using HTTP/1.x\n> GET / HTTP/1.1\n',
    );
    expect(stderr).toContain('* Request completely sent off\n< HTTP/1.1 200 OK\n< Server: nginx/1.27.5\n');
    expect(stderr).toMatch(/\{ \[615 bytes data\]\n\* Connection #0 to host web left intact\n$/);
    const failed = await curl.exec('curl', '-sv', `http://${web.ip}:81`);
    expect(milliseconds(failed.stderr)).toBe(
      `*   Trying ${web.ip}:81...\n* connect to ${web.ip} port 81 from ${curl.ip} port P failed: Connection refused\n* Failed to connect to ${web.ip} port 81 after N ms: Could not connect to server\n* closing connection #0\n`,
    );
  });

  test('-w, -o, -I, -f, -L, -d, -H and --resolve do what people use them for', async () => {
    expect(
      (
        await curl.exec(
          'curl',
          '-s',
          '-o',
          '/dev/null',
          '-w',
          '%{http_code} %{remote_ip}:%{remote_port}\\n',
          'http://web',
        )
      ).stdout,
    ).toBe('200 10.96.7.7:80\n');
    expect((await curl.exec('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://nosuch')).stdout).toBe(
      '000',
    );
    expect((await curl.exec('curl', '-sI', 'http://web')).stdout).toMatch(/^HTTP\/1\.1 200 OK\nServer: nginx/);
    expect(await curl.exec('curl', '-sSf', 'http://web/nothing')).toMatchObject({
      stderr: 'curl: (22) The requested URL returned error: 404\n',
      status: 22,
    });
    expect(
      (await curl.exec('curl', '-s', '--resolve', 'shop.example:80:10.96.7.7', 'http://shop.example')).stdout,
    ).toContain('Welcome to nginx!');
    const echo = await lab.run({ name: 'whoami', namespace: 'shop', image: 'traefik/whoami' });
    const posted = await curl.exec('curl', '-s', '-d', 'a=1', '-H', 'X-Team: blue', `http://${echo.ip}/path`);
    expect(posted.stdout).toContain('POST /path HTTP/1.1\n');
    expect(posted.stdout).toContain('X-Team: blue\n');
    expect(posted.stdout).toContain(`RemoteAddr: ${curl.ip}:`);
  });

  test('TLS: the API server’s certificate is not trusted, -k gets the anonymous answer', async () => {
    expect((await curl.exec('curl', '-sS', 'https://kubernetes.default')).status).toBe(60);
    expect((await curl.exec('curl', '-sk', 'https://kubernetes.default/api')).stdout).toContain(
      'cannot get path \\"/api\\"',
    );
    expect((await curl.exec('curl', '-sk', 'https://kubernetes.default/healthz')).stdout).toBe('ok');
    expect((await curl.exec('curl', '-sSk', 'https://web:80')).status).toBe(35);
  });

  test('the entrypoint takes plain arguments for curl', async () => {
    const pod = await lab.run({
      name: 'oneshot',
      namespace: 'shop',
      image: 'curlimages/curl',
      command: ['/entrypoint.sh', '-sS', 'http://nosuch'],
    });
    expect(await pod.container.exited).toBe(6);
    expect(pod.logs()).toBe('curl: (6) Could not resolve host: nosuch\n');
  });

  test('an unknown option and a missing URL are status 2', async () => {
    expect(await curl.exec('curl', '--nonsense')).toMatchObject({
      stderr: "curl: option --nonsense: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
      status: 2,
    });
    expect((await curl.exec('curl')).status).toBe(2);
  });
});

describe('GNU wget and the other nc’s', () => {
  test('wget gives up with 4 and says why', async () => {
    const silent = await denied.exec('wget', '-T', '3', '-t', '1', '-O-', `http://${web.ip}`);
    expect(silent.stderr).toMatch(
      new RegExp(`Connecting to ${web.ip}:80\\.\\.\\. failed: Operation timed out\\.\\nGiving up\\.`),
    );
    expect([silent.status, silent.seconds]).toEqual([4, 3]);
    const missing = await shoot.exec('wget', '-O-', 'http://nosuch');
    expect(missing.stderr).toContain('wget: unable to resolve host address ‘nosuch’\n');
    expect((await shoot.exec('wget', '-qO-', 'http://web')).stdout).toContain('Welcome to nginx!');
  });

  test('OpenBSD’s nc speaks of success, refusal and timeout', async () => {
    expect(await shoot.exec('nc', '-vz', '-w', '2', web.ip, '80')).toMatchObject({
      stderr: `Connection to ${web.ip} 80 port [tcp/http] succeeded!\n`,
      status: 0,
    });
    expect(await shoot.exec('nc', '-vz', '-w', '2', '10.96.7.8', '80')).toMatchObject({
      stderr: 'nc: connect to 10.96.7.8 port 80 (tcp) failed: Connection refused\n',
      status: 1,
      seconds: 0,
    });
    expect(await denied.exec('nc', '-vz', '-w', '3', web.ip, '80')).toMatchObject({
      stderr: `nc: connect to ${web.ip} port 80 (tcp) timed out: Operation now in progress\n`,
      status: 1,
      seconds: 3,
    });
  });

  test('ncat is short about it', async () => {
    expect((await denied.exec('ncat', '-vz', '-w', '3', web.ip, '80')).stderr).toBe(
      'Ncat: Version 7.93 ( https://nmap.org/ncat )\nNcat: TIMEOUT.\n',
    );
  });
});

describe('BIND’s tools', () => {
  test('dig answers shortly, wholly, and with 9 after fifteen seconds of nothing', async () => {
    expect((await shoot.exec('dig', '+short', 'web.shop.svc.cluster.local')).stdout).toBe('10.96.7.7\n');
    expect((await shoot.exec('dig', 'web.shop.svc.cluster.local')).stdout).toContain(
      ';web.shop.svc.cluster.local.\tIN\tA\n\n;; ANSWER SECTION:\nweb.shop.svc.cluster.local. 30\tIN\tA\t10.96.7.7\n',
    );
    expect((await shoot.exec('dig', '+short', 'SRV', '_http._tcp.web.shop.svc.cluster.local')).stdout).toBe(
      '0 100 80 web.shop.svc.cluster.local.\n',
    );
    const complaint = ';; communications error to 10.96.0.10#53: timed out\n';
    expect(await denied.exec('dig', '+short', 'web.shop.svc.cluster.local')).toEqual({
      stdout: `${complaint.repeat(3)};; no servers could be reached\n`,
      stderr: '',
      status: 9,
      seconds: 15,
    });
  });

  test('nslookup walks the search list; host takes ten seconds to give up', async () => {
    expect((await shoot.exec('nslookup', 'web.shop')).stdout).toBe(
      'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\nName:\tweb.shop.svc.cluster.local\nAddress: 10.96.7.7\n\n',
    );
    expect((await shoot.exec('host', 'nosuch')).stdout).toBe('Host nosuch not found: 3(NXDOMAIN)\n');
    expect(await denied.exec('host', 'web.shop')).toMatchObject({ status: 1, seconds: 10 });
  });

  test('an answer too large for a datagram comes whole over TCP, and not at all where only UDP is allowed', async () => {
    expect((await shoot.exec('dig', '+short', 'many.shop.svc.cluster.local')).stdout.trim().split('\n')).toHaveLength(
      60,
    );
    await lab.apply(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: udp-only, namespace: shop}
spec: {podSelector: {matchLabels: {deny: all}}, policyTypes: [Egress], egress: [{ports: [{protocol: UDP, port: 53}]}]}
`);
    expect((await denied.exec('dig', '+short', 'web.shop.svc.cluster.local')).stdout).toBe('10.96.7.7\n');
    expect((await denied.exec('curl', '-sS', 'http://many')).status).toBe(6);
  });
});
