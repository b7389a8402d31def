import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiServer } from '../../../../src/cluster/embedded/api/http/create-api-server.ts';
import { realClock } from '../../../../src/kit/clock.ts';
import { LabError } from '../../../../src/kit/errors.ts';
import { seededRandom } from '../../../../src/kit/random.ts';
import { type LabServer, startServer } from './lab-server.ts';

let lab: LabServer;
beforeAll(async () => {
  lab = await startServer();
});
afterAll(async () => {
  expect(lab.bugs).toEqual([]);
  await lab[Symbol.asyncDispose]();
});

const maps = '/api/v1/namespaces/default/configmaps';

describe('who may talk to the server', () => {
  test('nobody without credentials, whatever the path', async () => {
    for (const path of ['/api', maps, '/healthz', '/nothing']) {
      const answer = await lab.http('GET', path, { anonymous: true });
      expect([path, answer.code, answer.json()]).toEqual([
        path,
        401,
        {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'Unauthorized',
          reason: 'Unauthorized',
          code: 401,
        },
      ]);
    }
  });

  test("no page of another origin: without credentials 401, with the user's certificate 403", async () => {
    const headers = { origin: 'https://evil.example' };
    expect((await lab.http('GET', maps, { anonymous: true, headers })).code).toBe(401);
    const refused = await lab.http('POST', maps, { headers, body: { metadata: { name: 'evil' } } });
    expect(refused.code).toBe(403);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    expect(lab.machinery.find('configmaps', 'default', 'evil')).toBeUndefined();
  });

  test("a made-up token is 401, a service account's token is that account", async () => {
    const bad = await lab.http('GET', maps, { anonymous: true, headers: { authorization: 'Bearer a.b.c' } });
    expect(bad.code).toBe(401);
    const { status } = (
      await lab.http('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { body: {} })
    ).json() as {
      status: { token: string };
    };
    const answer = await lab.http('GET', maps, {
      anonymous: true,
      headers: { authorization: `Bearer ${status.token}` },
    });
    expect(answer.code).toBe(403);
    expect(answer.json()['message']).toBe(
      'configmaps is forbidden: User "system:serviceaccount:default:default" cannot list resource "configmaps" in API group "" in the namespace "default"',
    );
    const altered = status.token.slice(0, -2) + (status.token.endsWith('AA') ? 'BB' : 'AA');
    const forged = await lab.http('GET', maps, { anonymous: true, headers: { authorization: `Bearer ${altered}` } });
    expect(forged.code).toBe(401);
  });

  test('a role binding lets an impersonated user in, for what it names and no more', async () => {
    lab.machinery.create('roles.rbac.authorization.k8s.io', 'default', {
      metadata: { name: 'map-reader' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
    });
    lab.machinery.create('rolebindings.rbac.authorization.k8s.io', 'default', {
      metadata: { name: 'ann-reads' },
      subjects: [{ kind: 'User', name: 'ann', apiGroup: 'rbac.authorization.k8s.io' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'map-reader' },
    });
    const headers = { 'impersonate-user': 'ann' };
    expect((await lab.http('GET', maps, { headers })).code).toBe(200);
    expect((await lab.http('DELETE', `${maps}/x`, { headers })).code).toBe(403);
    expect((await lab.http('GET', '/api/v1/namespaces/kube-system/configmaps', { headers })).code).toBe(403);
    expect((await lab.http('GET', '/apis', { headers })).code).toBe(200);
  });
});

describe('what the server does not know', () => {
  test('an unknown resource of a known group is a Status, an unknown group a plain page', async () => {
    const resource = await lab.http('GET', '/api/v1/nothing');
    expect([resource.code, resource.json()['message'], resource.json()['details']]).toEqual([
      404,
      'the server could not find the requested resource',
      {},
    ]);
    for (const path of ['/apis/nothing/v1/things', '/apis/apps/v9/deployments', '/nothing', '/apis/nothing']) {
      const answer = await lab.http('GET', path);
      expect([path, answer.code, answer.text]).toEqual([path, 404, '404 page not found\n']);
    }
  });

  test('an unknown method is 405, an unknown Accept 406, an unknown Content-Type 415', async () => {
    expect((await lab.http('PUT', maps, { body: {} })).json()).toMatchObject({ code: 405, reason: 'MethodNotAllowed' });
    expect((await lab.http('OPTIONS', maps)).code).toBe(405);
    expect((await lab.http('GET', maps, { headers: { accept: 'image/png' } })).json()).toMatchObject({
      code: 406,
      reason: 'NotAcceptable',
    });
    const media = await lab.http('POST', maps, { body: 'x', headers: { 'content-type': 'text/csv' } });
    expect(media.json()).toMatchObject({
      code: 415,
      message:
        'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    });
    const patch = await lab.http('PATCH', `${maps}/x`, { body: {} });
    expect(patch.code).toBe(415);
  });

  test('a broken percent-encoding, a path of slashes and an endless path do not hurt it', async () => {
    for (const path of [
      '/api/v1/namespaces/%zz/pods',
      '//////',
      `/${'x'.repeat(8000)}`,
      '/api/v1/namespaces/default/pods/a/b/c/d',
    ]) {
      expect((await lab.http('GET', path)).code).toBe(404);
    }
  });
});

describe('bodies that are wrong', () => {
  test('a body beyond 3 MiB is refused with 413, and the server goes on', async () => {
    const big = JSON.stringify({ metadata: { name: 'big' }, data: { x: 'x'.repeat(10 * 1024 * 1024) } });
    const answer = await lab.http('POST', maps, { body: big, headers: { 'content-type': 'application/json' } });
    expect(answer.json()).toMatchObject({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: limit is 3145728',
    });
    expect((await lab.http('GET', '/healthz')).text).toBe('ok');
  });

  test("malformed JSON is refused with the complaint of Go's decoder", async () => {
    const send = (body: string) => lab.http('POST', maps, { body, headers: { 'content-type': 'application/json' } });
    for (const [body, complaint] of [
      ['{bad', "invalid character 'b' looking for beginning of object key string"],
      ['{"a":1', 'unexpected end of JSON input'],
      ['{"a" 1}', "invalid character '1' after object key"],
      ['[1 2]', "invalid character '2' after array element"],
      ['{"a":1} x', "invalid character 'x' after top-level value"],
      ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
      ['{"a":"\\q"}', "invalid character 'q' in string escape code"],
    ] as const) {
      const answer = await send(body);
      expect(answer.code).toBe(400);
      expect(answer.json()['message']).toContain(complaint);
    }
    expect((await send('')).code).toBe(400);
    expect((await send('[]')).code).toBe(400);
    expect((await send('null')).code).toBe(400);
  });

  test('bytes that claim to be protobuf are refused, not trusted', async () => {
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' };
    for (const body of [
      Buffer.from('junk'),
      Buffer.from('6b387300ffffffffff', 'hex'),
      Buffer.from('6b3873000a04', 'hex'),
    ]) {
      expect((await lab.http('POST', maps, { body, headers })).code).toBe(400);
    }
  });

  test('a patch that is not JSON is refused, with or without the prefix', async () => {
    await lab.http('POST', maps, { body: { metadata: { name: 'patched' } } });
    const patch = async (type: string) =>
      (
        await lab.http('PATCH', `${maps}/patched`, {
          body: '{bad',
          headers: { 'content-type': `application/${type}-patch+json` },
        })
      ).json()['message'];
    const complaint = "invalid character 'b' looking for beginning of object key string";
    expect(await patch('merge')).toBe(`error decoding patch: ${complaint}`);
    expect(await patch('json')).toBe(`error decoding patch: ${complaint}`);
    expect(await patch('strategic-merge')).toBe(complaint);
  });
});

describe('lists with wrong options', () => {
  test('a version from the future is 504, one that is no number 500, a bad continue token 400', async () => {
    const future = await lab.http('GET', `${maps}?resourceVersion=99999999`);
    expect(future.json()).toMatchObject({ code: 504, reason: 'Timeout' });
    expect(future.json()['message']).toMatch(/^Timeout: Too large resource version: 99999999, current: \d+$/);
    expect((await lab.http('GET', `${maps}?resourceVersion=abc`)).code).toBe(500);
    for (const token of ['%21', 'bm9qc29u', 'eyJ2IjoieCJ9', 'bnVsbA']) {
      expect((await lab.http('GET', `${maps}?limit=1&continue=${token}`)).code).toBe(400);
    }
  });

  test('selectors that cannot be parsed are 400', async () => {
    const label = await lab.http('GET', `${maps}?labelSelector=${encodeURIComponent('a in b')}`);
    expect(label.json()).toMatchObject({ code: 400, message: "unable to parse requirement: found 'b' expected: '('" });
    const field = await lab.http('GET', `${maps}?fieldSelector=data.x%3Dy`);
    expect(field.json()).toMatchObject({
      code: 400,
      message: '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    });
  });
});

test('a port that is taken is said so', async () => {
  const port = Number(new URL(lab.api.url).port);
  const start = createApiServer({
    machinery: lab.machinery,
    streams: {} as never,
    clock: realClock(),
    random: seededRandom(1),
    port,
  });
  await expect(start).rejects.toSatisfy(
    (error: unknown) => error instanceof LabError && error.code === 'ERR_PORT_TAKEN',
  );
});

test('a refusal carries the warnings that came before it', async () => {
  const answer = await lab.http('GET', '/api/v1/namespaces/default/endpoints/none');
  expect(answer.code).toBe(404);
  expect(answer.headers['warning']).toBe(
    '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"',
  );
});
