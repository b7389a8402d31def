/** BusyBox httpd runs scripts below /cgi-bin, as health checks in small images do. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type LabNetwork, type LabPod, startLab } from './lab-network.ts';

let lab: LabNetwork;
let client: LabPod;
let server: LabPod;

const setUp = `mkdir -p /www/cgi-bin/deep
cd /www/cgi-bin
printf '#!/bin/sh\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\nok $QUERY_STRING $PATH_INFO $HTTP_X_SHOP\\\\n"\\n' > ok
printf '#!/bin/sh\\nprintf "Status: 503 Service Unavailable\\\\r\\\\n\\\\r\\\\nno database\\\\n"\\n' > sick
printf '#!/bin/sh\\nsleep 20\\n' > slow
printf 'plain text' > notes
chmod +x ok sick slow
exec httpd -f -v -p 8080 -h /www`;

beforeAll(async () => {
  lab = await startLab();
  server = await lab.run({ name: 'server', namespace: 'shop', image: 'busybox:1.36', command: ['sh', '-c', setUp] });
  client = await lab.run({
    name: 'client',
    namespace: 'shop',
    image: 'nicolaka/netshoot',
    command: ['sleep', '36000'],
  });
});

const get = (path: string, ...flags: string[]) =>
  client.exec('curl', '-s', ...flags, `http://${server.ip}:8080${path}`);

const lines = (text: string) => text.split(/\r?\n/);

describe('a script below /cgi-bin', () => {
  test('answers with what it prints, and knows how it was asked', async () => {
    const { stdout } = await get('/cgi-bin/ok/a/b?x=1', '-i', '-H', 'X-Shop: yes');
    expect(lines(stdout)).toEqual(['HTTP/1.1 200 OK', 'Content-Type: text/plain', '', 'ok x=1 /a/b yes', '']);
  });

  test('words its own status', async () => {
    const { stdout } = await get('/cgi-bin/sick', '-i');
    expect(lines(stdout)).toEqual(['HTTP/1.1 503 Service Unavailable', '', 'no database', '']);
  });

  test('keeps its client waiting for as long as it runs', async () => {
    const { status, seconds } = await get('/cgi-bin/slow', '-m', '3');
    expect(status).toBe(28);
    expect(seconds).toBeCloseTo(3, 0);
  });

  test.each([
    ['/cgi-bin/notes', '404'],
    ['/cgi-bin/nothing', '404'],
    ['/cgi-bin/deep', '404'],
    ['/cgi-bin/', '403'],
  ])('%s, which is no program, is %s', async (path, code) => {
    expect((await get(path, '-o', '/dev/null', '-w', '%{http_code}')).stdout).toBe(code);
  });
});
