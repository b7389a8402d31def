import { Agent, request as httpsRequest } from 'node:https';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEmbeddedCluster, type EmbeddedCluster } from '../../../../src/cluster/embedded/cluster.ts';
import { virtualClock } from '../../../../src/kit/virtual-clock.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';

const collection = '/api/v1/namespaces/default/configmaps';

type Operation =
  | { readonly act: 'create'; readonly name: string; readonly label: string; readonly owner: string | undefined }
  | { readonly act: 'replace' | 'patch'; readonly name: string; readonly label: string; readonly stale: boolean }
  | { readonly act: 'delete'; readonly name: string; readonly policy: string }
  | { readonly act: 'delete-all' | 'list'; readonly label: string }
  | {
      readonly act: 'nonsense';
      readonly method: string;
      readonly path: string;
      readonly body: string;
      readonly type: string;
    };

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
const label = fc.constantFrom('x', 'y', 'z');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('create' as const),
      name,
      label,
      owner: fc.option(name, { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('replace' as const, 'patch' as const),
      name,
      label,
      stale: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('delete' as const),
      name,
      policy: fc.constantFrom('Background', 'Foreground', 'Orphan'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('list' as const, 'delete-all' as const), label }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('nonsense' as const),
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      path: fc.oneof(
        fc.constantFrom(collection, `${collection}/a`, `${collection}/a/status`, '/apis', '/api/v1/pods'),
        fc.webPath(),
        fc
          .string({ maxLength: 20 })
          .map((text) => `${collection}?${encodeURIComponent(text)}=${encodeURIComponent(text)}`),
      ),
      body: fc.oneof(fc.json({ maxDepth: 2 }), fc.string({ maxLength: 30 })),
      type: fc.constantFrom(
        'application/json',
        'application/merge-patch+json',
        'application/json-patch+json',
        'application/vnd.kubernetes.protobuf',
        'x',
      ),
    }),
  },
);

class Client {
  readonly #cluster: EmbeddedCluster;
  readonly #agent: Agent;

  constructor(cluster: EmbeddedCluster) {
    this.#cluster = cluster;
    this.#agent = new Agent({
      keepAlive: true,
      ca: cluster.caPem,
      cert: cluster.clientCertPem,
      key: cluster.clientKeyPem,
    });
  }

  send(
    method: string,
    path: string,
    body?: unknown,
    type = 'application/json',
  ): Promise<{ code: number; body: unknown }> {
    const payload = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    // Node sends no length with a DELETE unless told.
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(payload) };
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(
        `${this.#cluster.url}${path}`,
        { method, agent: this.#agent, headers },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              code: response.statusCode ?? 0,
              body: response.headers['content-type']?.includes('json') ? JSON.parse(text) : text,
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }

  /** Keeps a copy of the collection from its watch alone; fails for a version that does not grow. */
  watch(from: string): {
    readonly copy: Map<string, KubeObject>;
    readonly problems: string[];
    version(): number;
    stop(): void;
  } {
    const copy = new Map<string, KubeObject>();
    const problems: string[] = [];
    let last = Number(from);
    let rest = '';
    const outgoing = httpsRequest(
      `${this.#cluster.url}${collection}?watch=true&resourceVersion=${from}`,
      { agent: this.#agent },
      (response) => {
        response.setEncoding('utf8');
        response.on('error', () => {});
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) apply(JSON.parse(line) as { type: string; object: KubeObject });
        });
      },
    );
    const apply = ({ type, object }: { type: string; object: KubeObject }): void => {
      const version = Number(object.metadata.resourceVersion);
      if (version <= last) problems.push(`${type} ${object.metadata.name}: version ${version} after ${last}`);
      last = version;
      if (type === 'DELETED') copy.delete(object.metadata.name ?? '');
      else copy.set(object.metadata.name ?? '', object);
    };
    outgoing.on('error', () => {});
    outgoing.end();
    return { copy, problems, version: () => last, stop: () => outgoing.destroy() };
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function perform(client: Client, operation: Operation): Promise<number> {
  switch (operation.act) {
    case 'create': {
      const owner =
        operation.owner && ((await client.send('GET', `${collection}/${operation.owner}`)).body as KubeObject);
      const uid = owner && owner.kind === 'ConfigMap' ? owner.metadata.uid : undefined;
      const ownerReferences = uid ? [{ apiVersion: 'v1', kind: 'ConfigMap', name: operation.owner, uid }] : [];
      return (
        await client.send('POST', collection, {
          metadata: { name: operation.name, labels: { l: operation.label }, ownerReferences },
        })
      ).code;
    }
    case 'replace': {
      const { code, body } = await client.send('GET', `${collection}/${operation.name}`);
      if (code !== 200) return code;
      const { metadata } = body as KubeObject;
      const resourceVersion = operation.stale ? '1' : metadata.resourceVersion;
      const answer = await client.send('PUT', `${collection}/${operation.name}`, {
        metadata: { ...metadata, resourceVersion },
        data: { l: operation.label },
      });
      expect(answer.code).toBe(operation.stale ? 409 : 200);
      return answer.code;
    }
    case 'patch':
      return (
        await client.send(
          'PATCH',
          `${collection}/${operation.name}`,
          { metadata: { labels: { l: operation.label } } },
          'application/merge-patch+json',
        )
      ).code;
    case 'delete':
      return (await client.send('DELETE', `${collection}/${operation.name}`, { propagationPolicy: operation.policy }))
        .code;
    case 'delete-all':
      return (await client.send('DELETE', `${collection}?labelSelector=l%3D${operation.label}`)).code;
    case 'list':
      return (await client.send('GET', `${collection}?labelSelector=l%3D${operation.label}&limit=2`)).code;
    case 'nonsense':
      return (
        await client.send(
          operation.method,
          operation.path,
          operation.method === 'GET' ? undefined : operation.body,
          operation.type,
        )
      ).code;
  }
}

async function holds(operations: readonly Operation[]): Promise<void> {
  const clock = virtualClock();
  await using cluster = await createEmbeddedCluster({ name: 'random', workers: 1, clock, seed: 'random' });
  await clock.advance(5_000);
  const client = new Client(cluster);
  const uids = new Map<string, string>();
  cluster.machinery.subscribe('configmaps', ({ type, object }) => {
    const { uid = '', name: stored = '' } = object.metadata;
    if (type !== 'ADDED') return;
    if (uids.has(uid)) throw new Error(`uid ${uid} given to ${stored} and ${uids.get(uid)}`);
    uids.set(uid, stored);
  });
  const before = (await client.send('GET', collection)).body as {
    metadata: { resourceVersion: string };
    items: KubeObject[];
  };
  const watching = client.watch(before.metadata.resourceVersion);
  for (const item of before.items) watching.copy.set(item.metadata.name ?? '', item);
  for (const each of operations) expect(await perform(client, each), JSON.stringify(each)).not.toBe(500);
  // The garbage collector's turn
  await clock.advance(120_000);
  const marker = (await client.send('POST', collection, { metadata: { name: 'marker' } })).body as KubeObject;
  for (let i = 0; i < 500 && watching.version() < Number(marker.metadata.resourceVersion); i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const after = (await client.send('GET', collection)).body as typeof before;
  watching.stop();
  client.close();
  expect(watching.problems).toEqual([]);
  const states = (objects: Iterable<KubeObject>) =>
    [...objects].map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).sort();
  expect(states(watching.copy.values())).toEqual(states(after.items));
  const alive = new Set(after.items.map(({ metadata }) => metadata.uid));
  const orphans = after.items.filter(
    ({ metadata }) => metadata.ownerReferences?.length && !metadata.ownerReferences.some(({ uid }) => alive.has(uid)),
  );
  expect(orphans.map(({ metadata }) => metadata.name)).toEqual([]);
}

test('1,000 random operations over HTTP keep uids unique, versions growing, watches complete and no orphan', {
  timeout: 60_000,
}, async () => {
  await fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 500, maxLength: 500, size: 'max' }), holds), {
    numRuns: 2,
    endOnFailure: true,
  });
});
