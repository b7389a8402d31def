/** Packets through the whole path: Services, policy on both sides, nodes, the outside, established connections, the flow log. */
import { beforeAll, describe, expect, test } from 'vitest';
import { endpointSlice, type LabNetwork, type LabPod, startLab } from '../images/lab-network.ts';

const serve = (port: number, text: string) => [
  'sh',
  '-c',
  `mkdir -p /www && echo ${text} > /www/index.html && exec httpd -f -v -p ${port} -h /www`,
];

const denyIngress = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
`;

const allowFrom = (cidr: string) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: ${cidr}}}]}]}
`;

describe('nodes and NodePorts', () => {
  let lab: LabNetwork;
  let web: LabPod;
  const nodePort = (ip: string, port: number) =>
    lab.outside('curl', '-sS', '-m', '3', '-o', '/dev/null', '-w', '%{http_code}', `http://${ip}:${port}`);

  beforeAll(async () => {
    lab = await startLab();
    web = await lab.run({ name: 'web', namespace: 'shop', labels: { app: 'web' }, image: 'nginx:1.27' });
    for (const [name, port, policy] of [
      ['cluster', 31_380, 'Cluster'],
      ['local', 31_381, 'Local'],
    ] as const) {
      await lab.apply(`
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {type: NodePort, externalTrafficPolicy: ${policy}, selector: {app: web}, ports: [{port: 80, nodePort: ${port}}]}
`);
      await lab.apply(endpointSlice('shop', name, [web.ip], [['', 80, 'TCP']], 'netpol-worker'));
    }
  });

  test('the server sees the node under Cluster and the client under Local', async () => {
    await nodePort('172.18.0.2', 31_380);
    expect(web.logs().trimEnd().split('\n').at(-1)).toMatch(/^172\.18\.0\.2 /);
    await nodePort('172.18.0.3', 31_380);
    expect(web.logs().trimEnd().split('\n').at(-1)).toMatch(/^172\.18\.0\.3 /);
    await nodePort('172.18.0.2', 31_381);
    expect(web.logs().trimEnd().split('\n').at(-1)).toMatch(/^172\.18\.0\.4 /);
  });

  test('under Local a node without an endpoint drops', async () => {
    const result = await nodePort('172.18.0.3', 31_381);
    expect(result.status).toBe(28);
    expect(result.seconds).toBe(3);
  });

  test('policy sees the client at the pod’s own node and the entry node elsewhere, before masquerading', async () => {
    await lab.apply(allowFrom('172.18.0.4/32'));
    expect((await nodePort('172.18.0.2', 31_380)).stdout).toBe('200');
    expect((await nodePort('172.18.0.3', 31_380)).status).toBe(28);
    await lab.apply(allowFrom('172.18.0.3/32'));
    expect((await nodePort('172.18.0.2', 31_380)).status).toBe(28);
    expect((await nodePort('172.18.0.3', 31_380)).stdout).toBe('200');
    await lab.remove('networkpolicies.networking.k8s.io', 'shop', 'allow');
  });

  test('an isolated pod still answers its own node, and no other', async () => {
    await lab.apply(denyIngress);
    const near = await lab.run({ name: 'near', namespace: 'shop', hostNetwork: true });
    const far = await lab.run({ name: 'far', namespace: 'shop', hostNetwork: true, node: 'netpol-control-plane' });
    expect((await near.exec('wget', '-q', '-O', '/dev/null', '-T', '3', `http://${web.ip}`)).status).toBe(0);
    expect((await far.exec('wget', '-qO-', '-T', '3', `http://${web.ip}`)).stderr).toBe('wget: download timed out\n');
    const probe = await lab.runtime.httpProbe(
      'netpol-worker',
      { ip: web.ip, port: 80, path: '/', scheme: 'HTTP', headers: new Map() },
      1000,
    );
    expect(probe).toMatchObject({ outcome: 'answered', status: 200 });
    await lab.remove('networkpolicies.networking.k8s.io', 'shop', 'deny');
  });

  test('an unused address of the nodes’ network is unreachable after ARP gives up', async () => {
    const client = await lab.run({ name: 'client', namespace: 'shop' });
    const result = await client.exec('wget', '-qO-', 'http://172.18.0.77');
    expect(result.stderr).toBe("wget: can't connect to remote host (172.18.0.77): No route to host\n");
    expect(result.seconds).toBe(3.1);
  });
});

describe('connections and policy', () => {
  test('an established connection outlives a new deny; a new one does not', async () => {
    const lab = await startLab();
    const server = await lab.run({
      name: 'server',
      namespace: 'shop',
      command: ['sh', '-c', 'nc -l -p 9000; sleep 36000'],
    });
    const client = await lab.run({
      name: 'client',
      namespace: 'shop',
      command: [
        'sh',
        '-c',
        `i=0; while true; do i=$((i+1)); echo tick $i; sleep 1; done | nc ${server.ip} 9000; echo closed; sleep 36000`,
      ],
    });
    await lab.clock.advance(3_000);
    const before = server.logs();
    await lab.apply(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
`);
    await lab.clock.advance(10_000);
    expect(server.logs().length).toBeGreaterThan(before.length);
    expect(client.logs()).toBe('');
    expect((await client.exec('nc', '-zv', '-w', '2', server.ip, '9000')).stderr).toContain('Connection timed out');
    server.container.kill('SIGKILL');
    await lab.clock.advance(2_000);
    expect(client.logs()).toBe('closed\n');
  });

  test('a SYN that is retried after the policy has gone gets through', async () => {
    const lab = await startLab();
    const web = await lab.run({ name: 'web', namespace: 'shop', command: serve(8080, 'hello') });
    const client = await lab.run({ name: 'client', namespace: 'frontend' });
    await lab.apply(denyIngress);
    const waiting = client.exec('wget', '-qO-', `http://${web.ip}:8080`);
    lab.machinery.delete('networkpolicies.networking.k8s.io', 'shop', 'deny');
    const result = await waiting;
    expect(result.stdout).toBe('hello\n');
    expect(result.seconds).toBe(1);
  });

  test('a pod reaches itself by its address, but through its Service only as far as policy lets it', async () => {
    const lab = await startLab();
    const web = await lab.run({ name: 'web', namespace: 'shop', labels: { app: 'web' }, image: 'nginx' });
    await lab.apply(
      'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {clusterIP: 10.96.7.7, ports: [{port: 80}]}\n',
    );
    await lab.apply(endpointSlice('shop', 'web', [web.ip], [['', 80, 'TCP']]));
    await lab.apply(denyIngress);
    const curl = (host: string) =>
      web.exec('curl', '-sS', '-m', '2', '-o', '/dev/null', '-w', '%{http_code}', `http://${host}`);
    expect((await curl('127.0.0.1')).stdout).toBe('200');
    expect((await curl(web.ip)).stdout).toBe('200');
    expect((await curl('10.96.7.7')).status).toBe(28);
    await lab.remove('networkpolicies.networking.k8s.io', 'shop', 'deny');
    expect((await curl('10.96.7.7')).stdout).toBe('200');
    expect(web.logs().trimEnd().split('\n').at(-1)).toMatch(/^172\.18\.0\.2 /);
  });

  test('the flow log tells who asked whom, through which Service, and which policy said no', async () => {
    const lab = await startLab();
    const web = await lab.run({
      name: 'web',
      namespace: 'shop',
      labels: { app: 'web' },
      command: serve(8080, 'hello'),
    });
    const client = await lab.run({ name: 'client', namespace: 'frontend' });
    await lab.apply(
      'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {clusterIP: 10.96.7.7, ports: [{port: 80}]}\n',
    );
    await lab.apply(endpointSlice('shop', 'web', [web.ip], [['', 8080, 'TCP']]));
    await lab.apply(denyIngress);
    await client.exec('wget', '-qO-', '-T', '1', 'http://10.96.7.7');
    const [flow] = lab.runtime.flows.list({ namespace: 'frontend', outcome: 'dropped', last: 1 });
    expect(flow).toMatchObject({
      protocol: 'TCP',
      source: { kind: 'pod', namespace: 'frontend', name: 'client' },
      destination: { kind: 'pod', namespace: 'shop', name: 'web', port: 8080 },
      service: { namespace: 'shop', name: 'web', ip: '10.96.7.7', port: 80 },
      verdict: { allowed: false, ingress: { decision: { by: 'isolation', policies: [{ name: 'deny' }] } } },
    });
  });
});

describe('the outside', () => {
  test('named hosts answer behind the node’s address, and a firewall of their own may refuse it', async () => {
    const lab = await startLab();
    const client = await lab.run({ name: 'client', namespace: 'shop' });
    lab.runtime.setOutside([
      { name: 'pay.example.com', listens: [{ port: 443, protocol: 'TCP', http: { body: 'paid\n' } }] },
      {
        name: 'partner.example.com',
        listens: [{ port: 80, protocol: 'TCP', http: { body: 'x' } }],
        allowsFrom: ['198.51.100.7'],
      },
    ]);
    expect((await client.exec('wget', '-qO-', '-T', '3', 'http://pay.example.com:443')).stdout).toBe('paid\n');
    expect(
      (await client.exec('wget', '-qO-', '-T', '3', '--no-check-certificate', 'https://pay.example.com')).stdout,
    ).toBe('paid\n');
    expect((await client.exec('wget', '-qO-', '-T', '3', 'http://partner.example.com')).stderr).toBe(
      'wget: download timed out\n',
    );
    expect((await client.exec('wget', '-qO-', '-T', '3', 'http://example.org')).stderr).toBe(
      "wget: bad address 'example.org'\n",
    );
    expect(
      lab.runtime.flows
        .list({ last: 50 })
        .some(({ note }) => note === 'the firewall of partner.example.com does not let 172.18.0.2 in'),
    ).toBe(true);
  });
});

describe('host ports', () => {
  test('lead from a node to its pod, keep the client’s address, and are policed as traffic to the pod', async () => {
    const lab = await startLab();
    const ports = [{ containerPort: 80, hostPort: 18_080 }];
    const web = await lab.run({ name: 'web', namespace: 'shop', image: 'nginx:1.27', ports });
    const client = await lab.run({ name: 'client', namespace: 'shop' });
    const far = await lab.run({ name: 'far', namespace: 'shop', node: 'netpol-control-plane' });
    const fetch = (pod: LabPod) => pod.exec('wget', '-q', '-O', '/dev/null', '-T', '2', 'http://172.18.0.2:18080');
    const lastClient = () => web.logs().trimEnd().split('\n').at(-1)?.split(' ')[0];
    expect((await fetch(client)).status).toBe(0);
    expect(lastClient()).toBe(client.ip);
    expect((await fetch(far)).status).toBe(0);
    expect(lastClient()).toBe('172.18.0.3');
    await lab.outside('curl', '-sS', 'http://172.18.0.2:18080');
    expect(lastClient()).toBe('172.18.0.4');
    expect((await client.exec('nc', '-zv', '172.18.0.3', '18080')).status).toBe(1);
    await lab.apply(denyIngress);
    expect((await fetch(client)).stderr).toBe('wget: download timed out\n');
    await lab.apply(allowFrom('172.18.0.3/32'));
    expect((await fetch(far)).status).toBe(0);
  });
});
