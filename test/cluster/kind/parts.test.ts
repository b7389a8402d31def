/** The pure parts of the kind provider: configuration and its patches, the Corefile, the plan of the outside world, proxies, cures. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { obtainCalicoManifest } from '../../../src/cluster/kind/calico-manifest.ts';
import { kindConfig, mergeConfig, parseConfigPatch, printConfig } from '../../../src/cluster/kind/config.ts';
import { searchDomainsOf, withHosts, withoutHosts } from '../../../src/cluster/kind/corefile.ts';
import { cureOf } from '../../../src/cluster/kind/cures.ts';
import { download, proxyFor } from '../../../src/cluster/kind/download.ts';
import { outsideScript, planHosts } from '../../../src/cluster/kind/outside-plan.ts';
import { reachableKubeconfig, remoteHost } from '../../../src/cluster/kind/remote-daemon.ts';
import { calicoManifest, manifestHash } from './stand-ins.ts';

const base = kindConfig({ workers: 2, cni: 'calico', remoteDaemon: false });

describe('the configuration for kind', () => {
  test('has one control plane, the workers, and no CNI of its own', () => {
    expect(parse(printConfig(base))).toEqual({
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      networking: { disableDefaultCNI: true, podSubnet: '10.244.0.0/16' },
      nodes: ['control-plane', 'worker', 'worker'].map((role) => ({ role, labels: { 'netpol-lab/provider': 'kind' } })),
    });
  });

  test('takes a patch: mappings merge, nodes by position, other lists grow', () => {
    const patch = 'networking: {ipFamily: ipv4}\nkubeadmConfigPatches: [a]\nnodes: [{extraMounts: [{hostPath: /x}]}]\n';
    const merged = parseConfigPatch(`${patch}---\nkubeadmConfigPatches: [b]\n`, 'p.yaml').reduce(mergeConfig, base);
    expect(merged).toMatchObject({
      networking: { disableDefaultCNI: true, ipFamily: 'ipv4' },
      kubeadmConfigPatches: ['a', 'b'],
      nodes: [{ role: 'control-plane', extraMounts: [{ hostPath: '/x' }] }, { role: 'worker' }, { role: 'worker' }],
    });
  });

  test("takes a kubelet's configuration for a patch of every node", () => {
    const [patch] = parseConfigPatch('kind: KubeletConfiguration\napiVersion: v1\nfailCgroupV1: false\n', 'p.yaml');
    expect(patch).toEqual({
      kubeadmConfigPatches: ['kind: KubeletConfiguration\napiVersion: v1\nfailCgroupV1: false\n'],
    });
  });

  test.each(['- a\n', 'kind: Pod\n', 'a: [\n'])('refuses %j', (text) => {
    expect(() => parseConfigPatch(text, 'p.yaml')).toThrow(/p.yaml cannot be merged/);
  });
});

test('the Corefile is after us what it was before us', () => {
  const corefile = '.:53 {\n    errors\n    hosts {\n        10.0.0.1 own.example\n        fallthrough\n    }\n}\n';
  const hosts = planHosts([
    { name: 'a.example', listens: [] },
    { name: 'b.example', addresses: ['192.0.2.1', '192.0.2.2'], listens: [] },
  ]);
  const taught = withHosts(corefile, hosts);
  expect(taught).toContain('a.example:53 b.example:53 {\n');
  expect(taught).toContain('        192.0.2.2 b.example\n');
  expect(withHosts(taught, hosts)).toBe(taught);
  expect(withoutHosts(taught)).toBe(corefile);
});

test('what search domains make of a name is denied, so that nobody beyond the cluster is asked', () => {
  const hosts = planHosts([{ name: 'a.example', listens: [] }]);
  const domains = searchDomainsOf(
    'nameserver 172.18.0.1\nsearch corp.example lab. svc.cluster.local\noptions ndots:0\n',
  );
  expect(domains).toEqual(['corp.example', 'lab']);
  const taught = withHosts('.:53 {\n}\n', hosts, domains);
  expect(taught).toContain(
    'a.example.corp.example:53 a.example.lab:53 {\n    template ANY ANY {\n        rcode NXDOMAIN\n',
  );
  expect(withoutHosts(taught)).toBe('.:53 {\n}\n');
  expect(searchDomainsOf('nameserver 10.0.0.1\n')).toEqual([]);
});

test('the script of the outside world is shell, whatever the scenario holds', () => {
  const body = `it's $(touch /tmp/owned) "quoted"\n`;
  const script = outsideScript(
    planHosts([
      {
        name: 'a.example',
        listens: [
          { port: 80, protocol: 'TCP', http: { body } },
          { port: 443, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
        allowsFrom: ['172.18.0.3'],
      },
    ]),
  );
  execFileSync('sh', ['-n'], { input: script });
  // The part that writes the answer, run for real.
  const line = script.slice(script.indexOf('printf %s'), script.indexOf(' > /tmp/srv/0-80.answer'));
  expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' }).endsWith(`\r\n\r\n${body}`)).toBe(true);
  expect(script).toContain("ip rule add from '198.18.0.10' table 100");
});

describe('a proxy', () => {
  test('is read as curl reads it', () => {
    const url = new URL('https://raw.example.com/x');
    expect(proxyFor(url, { HTTPS_PROXY: 'proxy:3128' })?.host).toBe('proxy:3128');
    expect(proxyFor(url, { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:2' })?.host).toBe('a:1');
    expect(proxyFor(url, { HTTPS_PROXY: 'http://b:2', NO_PROXY: 'localhost,.example.com' })).toBeUndefined();
    expect(proxyFor(url, { HTTP_PROXY: 'http://b:2' })).toBeUndefined();
    expect(proxyFor(url, { HTTPS_PROXY: 'http://b:2', NO_PROXY: '*' })).toBeUndefined();
  });

  test('is asked for the whole address, and its refusal names it', async () => {
    const asked: string[] = [];
    const proxy = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.end('from the proxy');
    });
    proxy.on('connect', ({ url = '' }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const env = { http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    try {
      expect(Buffer.from(await download('http://files.example/x', env)).toString()).toBe('from the proxy');
      const refused = download('https://files.example/x', { https_proxy: env.http_proxy });
      await expect(refused).rejects.toMatchObject({
        code: 'ERR_PROGRAM_FAILED',
        details: expect.stringContaining('403') as string,
      });
      expect(asked).toEqual(['http://files.example/x', 'files.example:443']);
    } finally {
      proxy.close();
    }
  });
});

test("Calico's manifest is downloaded once, checked, and never taken for another", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'netpol-lab-cache-'));
  let served = calicoManifest;
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.end(served);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/calico.yaml`;
  const sources = { cacheFolder: folder, env: {}, pinned: { file: 'calico.yaml', url, sha256: manifestHash } };
  try {
    served = 'something else';
    await expect(obtainCalicoManifest(sources)).rejects.toMatchObject({ code: 'ERR_REFUSED' });
    served = calicoManifest;
    const first = await obtainCalicoManifest(sources);
    expect(first).toMatchObject({ sha256: manifestHash, images: ['quay.io/calico/node:v3.32.1'] });
    await obtainCalicoManifest(sources);
    expect(requests).toBe(2);
    await writeFile(first.path, 'damaged');
    await obtainCalicoManifest(sources);
    expect([requests, await readFile(first.path, 'utf8')]).toEqual([3, calicoManifest]);
    await expect(obtainCalicoManifest({ ...sources, file: join(folder, 'none') })).rejects.toMatchObject({
      code: 'ERR_USAGE',
    });
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('a daemon on another machine is reached there', () => {
  expect(remoteHost({})).toBeUndefined();
  expect(remoteHost({ DOCKER_HOST: 'unix:///run/docker.sock' })).toBeUndefined();
  expect(remoteHost({ DOCKER_HOST: 'ssh://me@build.example' })).toBe('build.example');
  const text = reachableKubeconfig(
    'clusters: [{name: k, cluster: {server: "https://0.0.0.0:6443"}}]\n',
    'build.example',
  );
  expect(parse(text)).toMatchObject({
    clusters: [{ cluster: { server: 'https://build.example:6443', 'tls-server-name': 'localhost' } }],
  });
});

test('what is often wrong has its cure, and the rest has none made up', () => {
  expect(cureOf('Cannot connect to the Docker daemon at tcp://x')).toContain('start Docker');
  expect(cureOf('write /var/lib: no space left on device')).toContain('docker system prune');
  expect(cureOf('the moon is full')).toBeUndefined();
});
