import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKubeconfig, writeKubeconfig } from '../../src/kube/kubeconfig.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netpol kubeconfig '));
});
afterAll(() => rm(folder, { recursive: true }));

describe('kubeconfig files', () => {
  test('ours are private and can be read back', async () => {
    const path = join(folder, 'deep', 'config');
    await writeKubeconfig({
      path,
      name: 'lab',
      server: 'https://127.0.0.1:1',
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
      namespace: 'shop',
    });
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    const { headers, ...connection } = await readKubeconfig(path);
    expect(connection).toEqual({
      server: 'https://127.0.0.1:1',
      namespace: 'shop',
      context: 'lab',
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
      insecure: false,
    });
    expect(await headers()).toEqual({});
  });

  test('an unknown context names the known ones', async () => {
    const path = join(folder, 'two');
    await writeFile(path, 'contexts: [{name: a, context: {}}, {name: b, context: {}}]\ncurrent-context: gone\n');
    await expect(readKubeconfig(path)).rejects.toMatchObject({ code: 'ERR_KUBECONFIG', details: 'contexts: a, b' });
  });

  test('a token becomes a header, file references are relative to the file', async () => {
    const path = join(folder, 'token');
    await writeFile(join(folder, 'ca.pem'), 'PEM');
    await writeFile(
      path,
      [
        'clusters: [{name: c, cluster: {server: "https://x", certificate-authority: ca.pem}}]',
        'users: [{name: u, user: {token: t0k3n}}]',
        'contexts: [{name: k, context: {cluster: c, user: u}}]',
        'current-context: k',
      ].join('\n'),
    );
    const connection = await readKubeconfig(path);
    expect([connection.ca, await connection.headers()]).toEqual(['PEM', { authorization: 'Bearer t0k3n' }]);
    expect(await readFile(path, 'utf8')).toContain('t0k3n');
  });

  test('a missing and a broken file are told apart', async () => {
    await expect(readKubeconfig(join(folder, 'nowhere'))).rejects.toMatchObject({
      message: expect.stringContaining('cannot read'),
    });
    await writeFile(join(folder, 'broken'), 'a: [');
    await expect(readKubeconfig(join(folder, 'broken'))).rejects.toMatchObject({
      message: expect.stringContaining('not YAML'),
    });
  });
});
