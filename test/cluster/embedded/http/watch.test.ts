import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type VirtualClock, virtualClock } from '../../../../src/kit/virtual-clock.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import { type LabServer, named, startServer } from './lab-server.ts';

const maps = '/api/v1/namespaces/default/configmaps';

interface Line {
  readonly type: string;
  readonly object: KubeObject & {
    readonly rows?: { readonly cells: unknown[] }[];
    readonly columnDefinitions?: unknown;
  };
}

let lab: LabServer;
let clock: VirtualClock;
beforeEach(async () => {
  clock = virtualClock();
  lab = await startServer(clock);
});
afterEach(async () => {
  expect(lab.bugs).toEqual([]);
  await lab[Symbol.asyncDispose]();
});

interface Watching {
  next(): Promise<Line | undefined>;
  stop(): void;
}

function openWatch(path: string, accept = 'application/json'): Promise<Watching> {
  const { api } = lab;
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      `${api.url}${path}`,
      { ca: api.caPem, cert: api.clientCertPem, key: api.clientKeyPem, agent: false, headers: { accept } },
      (response) => resolve(reader(response, () => outgoing.destroy())),
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function reader(response: IncomingMessage, stop: () => void): Watching {
  const lines: Line[] = [];
  const waiting: ((line: Line | undefined) => void)[] = [];
  let text = '';
  let ended = false;
  const deliver = () => {
    while (waiting.length > 0 && (lines.length > 0 || ended)) waiting.shift()?.(lines.shift());
  };
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    const complete = text.split('\n');
    text = complete.pop() ?? '';
    lines.push(...complete.map((line) => JSON.parse(line) as Line));
    deliver();
  });
  const end = () => {
    ended = true;
    deliver();
  };
  response.on('end', end);
  response.on('error', end);
  return {
    stop,
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        deliver();
      }),
  };
}

const brief = (line: Line | undefined) => line && `${line.type} ${line.object.metadata?.name}`;

function createMap(name: string, labels: Record<string, string> = {}): KubeObject {
  return lab.machinery.create('configmaps', 'default', { metadata: { name, labels } });
}

describe('a watch', () => {
  test('without a version begins with what exists, then tells each change in order', async () => {
    createMap('a');
    const watching = await openWatch(`${maps}?watch=1`);
    expect(brief(await watching.next())).toBe('ADDED a');
    createMap('b');
    lab.machinery.patch('configmaps', 'default', 'b', 'merge', { data: { x: 'y' } });
    lab.machinery.delete('configmaps', 'default', 'b');
    lab.machinery.create('configmaps', 'kube-system', named('elsewhere'));
    createMap('c');
    const seen = [await watching.next(), await watching.next(), await watching.next(), await watching.next()];
    expect(seen.map(brief)).toEqual(['ADDED b', 'MODIFIED b', 'DELETED b', 'ADDED c']);
    const versions = seen.map((line) => Number(line?.object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    watching.stop();
  });

  test('from a version tells what was missed since', async () => {
    const { metadata } = createMap('a');
    createMap('b');
    const watching = await openWatch(`${maps}?watch=true&resourceVersion=${metadata.resourceVersion}`);
    expect(brief(await watching.next())).toBe('ADDED b');
    watching.stop();
  });

  test('from a version that is forgotten gets one ERROR event and ends', async () => {
    createMap('busy');
    for (let i = 0; i < 6000 && lab.machinery.eventsSince('configmaps', 1) !== 'expired'; i++) {
      lab.machinery.patch('configmaps', 'default', 'busy', 'merge', { data: { i: String(i) } });
    }
    expect(lab.machinery.eventsSince('configmaps', 1)).toBe('expired');
    const watching = await openWatch(`${maps}?watch=true&resourceVersion=1`);
    const line = await watching.next();
    expect(line).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    expect(await watching.next()).toBeUndefined();
  });

  test('marks the end of the initial events with a bookmark when asked for them', async () => {
    createMap('a');
    const query =
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=';
    const watching = await openWatch(`${maps}?${query}`);
    expect(brief(await watching.next())).toBe('ADDED a');
    const bookmark = await watching.next();
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    });
    expect(Number(bookmark?.object.metadata.resourceVersion)).toBe(lab.machinery.resourceVersion);
    watching.stop();
    const refused = await lab.http('GET', `${maps}?watch=true&sendInitialEvents=true`);
    expect(refused.code).toBe(422);
  });

  test('with a selector sees an object come and go as its labels change', async () => {
    const watching = await openWatch(`${maps}?watch=true&labelSelector=app%3Dweb`);
    createMap('a', { app: 'db' });
    const relabel = (app: string) =>
      lab.machinery.patch('configmaps', 'default', 'a', 'merge', { metadata: { labels: { app } } });
    relabel('web');
    lab.machinery.patch('configmaps', 'default', 'a', 'merge', { data: { x: 'y' } });
    const last = relabel('db');
    const seen = [await watching.next(), await watching.next(), await watching.next()];
    expect(seen.map(brief)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(seen[2]?.object.metadata.resourceVersion).toBe(last.metadata.resourceVersion);
    expect(seen[2]?.object.metadata.labels).toEqual({ app: 'web' });
    watching.stop();
  });

  test('of Tables sends the column definitions with the first event only', async () => {
    createMap('a');
    createMap('b');
    const watching = await openWatch(
      `${maps}?watch=true`,
      'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    );
    const [first, second] = [await watching.next(), await watching.next()];
    expect(first?.object.rows?.[0]?.cells[0]).toBe('a');
    expect(Array.isArray(first?.object.columnDefinitions)).toBe(true);
    expect(second?.object.rows?.[0]?.cells[0]).toBe('b');
    expect(second?.object.columnDefinitions).toBeNull();
    watching.stop();
  });

  test('ends by itself after timeoutSeconds of the time of its client, however far the cluster has jumped', async () => {
    const watching = await openWatch(`${maps}?watch=true&timeoutSeconds=1`);
    const end = watching.next();
    await clock.advance(5_000);
    createMap('after-the-jump');
    expect(brief(await end)).toBe('ADDED after-the-jump');
    expect(await watching.next()).toBeUndefined();
  });

  test('ends when the server closes', async () => {
    const watching = await openWatch(`${maps}?watch=true`);
    const end = watching.next();
    await lab.api.close();
    expect(await end).toBeUndefined();
  });
});

test('200 watches of a client that goes away leave nothing behind', async () => {
  let listeners = 0;
  const { subscribe } = lab.machinery;
  lab.machinery.subscribe = (resource, listener) => {
    listeners++;
    const dispose = subscribe(resource, listener);
    return () => {
      listeners--;
      dispose();
    };
  };
  const watches = await Promise.all(
    Array.from({ length: 200 }, () => openWatch(`${maps}?watch=true&allowWatchBookmarks=true`)),
  );
  expect(listeners).toBe(200);
  for (const watching of watches) watching.stop();
  for (let i = 0; i < 500 && listeners > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(listeners).toBe(0);
  createMap('still-works');
  expect((await lab.http('GET', `${maps}/still-works`)).code).toBe(200);
});

test('pages of a list stay those of the moment when it was begun', async () => {
  for (const name of ['a', 'b', 'c', 'd']) createMap(name);
  const first = (await lab.http('GET', `${maps}?limit=2`)).json() as {
    metadata: { continue: string; remainingItemCount: number };
    items: KubeObject[];
  };
  expect(first.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  expect(first.metadata.remainingItemCount).toBe(2);
  expect(first.items[0]?.kind).toBeUndefined();
  createMap('bb');
  lab.machinery.delete('configmaps', 'default', 'c');
  const second = (await lab.http('GET', `${maps}?limit=2&continue=${first.metadata.continue}`)).json() as typeof first;
  expect(second.items.map(({ metadata }) => metadata.name)).toEqual(['c', 'd']);
  expect(second.metadata.continue).toBeUndefined();
});
