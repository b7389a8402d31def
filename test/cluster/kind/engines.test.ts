/** Docker, podman and nerdctl each get their own command lines, and machines without internet what is on them already. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KindProviderOptions } from '../../../src/cluster/kind/options.ts';
import { type Machine, makeMachine } from './stand-ins.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await makeMachine();
});
afterEach(() => machine[Symbol.asyncDispose]());

const host = {
  name: 'web.example',
  addresses: ['203.0.113.80'],
  listens: [{ port: 80, protocol: 'TCP' }],
} as const;

async function session(options: Partial<KindProviderOptions> = {}, images: readonly string[] = []): Promise<string> {
  const onProgress = (line: string) => void machine.progress.push(line);
  const cluster = await machine.provider(options).up({ name: 'netpol', outside: [], images, onProgress });
  await cluster.setOutside([host]);
  await cluster.leave();
  return machine.calls();
}

/** The server's script is a golden of its own, with docker. */
const withoutScript = (calls: string) => calls.replace(/ -c 'set -e\n[\s\S]*?\nwhile :; [^\n]*\n'\n/, " -c 'SCRIPT'\n");

describe.skipIf(process.platform === 'win32')('command lines', { timeout: 60_000 }, () => {
  test.each(['podman', 'nerdctl'])('of %s, where kind is told to use it', async (engine) => {
    const env = { ...machine.env, KIND_EXPERIMENTAL_PROVIDER: engine };
    await machine.write('images', 'busybox:1.36\nquay.io/calico/node:v3.32.1\n');
    const calls = await session({ env });
    await machine.provider({ env }).remove('netpol');
    expect(calls).not.toContain('docker ');
    await expect(withoutScript(await machine.calls())).toMatchFileSnapshot(`goldens/${engine}.txt`);
  });

  test('of the engine that kind finds, which is not a podman that is called docker', async () => {
    await machine.write('called-docker', '');
    const [problem] = await machine.provider().preflight();
    expect(problem).toBeUndefined();
    expect((await machine.calls()).split('\n').slice(0, 3)).toEqual([
      'docker --version',
      'nerdctl --version',
      'nerdctl version',
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('without internet', { timeout: 60_000 }, () => {
  test('a node image that was loaded from a file is found by its tag', async () => {
    await machine.write('images', 'busybox:1.36\nkindest/node:v1.36.1\n');
    expect(await session()).toContain('kind create cluster --name netpol --image kindest/node:v1.36.1 --config');
    expect(machine.progress.join('\n')).toContain('using the node image kindest/node:v1.36.1 as it is on this machine');
  });

  test('images that came with the node image are neither loaded nor announced as pulled', async () => {
    await machine.write('images', '');
    await machine.write('node-images', 'busybox:1.36\nquay.io/calico/node:v3.32.1\nnginx:1.27\n');
    const calls = await session({}, ['nginx:1.27']);
    expect(calls).not.toMatch(/load|pull/);
    expect(machine.progress.join('\n')).not.toContain('pull');
    await machine.forgetCalls();
    await session({}, ['nginx:1.27']);
    expect(await machine.calls()).not.toContain('crictl');
  });

  test("the hosts beyond the cluster run on the nodes' own image where there is no other", async () => {
    await machine.write('images', '');
    expect(await session()).toMatch(/docker run .* --entrypoint sh kindest\/node:v1\.36\.1 -c /);
    expect(machine.progress.join('\n')).toContain("busybox:1.36 is not on this machine, the nodes' own image is");
  });

  test('an image that is named by its digest is not loaded, and told', async () => {
    const image = `busybox:1.36@sha256:${'0'.repeat(64)}`;
    await machine.write('images', `busybox:1.36\n${image}\n`);
    expect(await session({}, [image])).not.toContain('load docker-image busybox:1.36@');
    expect(machine.progress.join('\n')).toContain('is named by its digest, which `kind load` does not keep');
  });

  test("an image of Docker's containerd store is brought in for this machine's platform", async () => {
    await machine.fail('kind-load-docker-image-busybox_1.36', 'ctr: content digest sha256:12: not found\n');
    expect(await session()).toMatch(
      /docker save --platform linux\/amd64 --output \S+image\.tar busybox:1\.36\nkind load image-archive \S+image\.tar --name netpol\n/,
    );
  });
});
