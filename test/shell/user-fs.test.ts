/** Who is not root changes only what is the user's own or open to all, in the words of each program. */
import { beforeAll, expect, test } from 'vitest';
import { type LabPod, startLab } from '../cluster/embedded/images/lab-network.ts';

let pod: LabPod;

beforeAll(async () => {
  const lab = await startLab();
  pod = await lab.run({ name: 'curl', namespace: 'shop', image: 'curlimages/curl:8.11.0' });
});

test.each([
  ['touch /x', 'touch: /x: Permission denied\n'],
  ['echo a > /x', "sh: can't create /x: Permission denied\n"],
  ['mkdir /www', "mkdir: can't create directory '/www': Permission denied\n"],
  ['rm /etc/passwd', "rm: can't remove '/etc/passwd': Permission denied\n"],
  ['cp /etc/passwd /etc/x', "cp: can't create '/etc/x': Permission denied\n"],
  ['chmod 777 /etc', 'chmod: /etc: Operation not permitted\n'],
  ['echo a >> /etc/hosts', "sh: can't create /etc/hosts: Permission denied\n"],
])('%s', async (script, stderr) => {
  const result = await pod.sh(script);
  expect(result.stderr).toBe(stderr);
  expect(result.status).toBe(1);
});

test('home and /tmp are open, and what is made there belongs to the user', async () => {
  const made = await pod.sh(
    'echo a > b && mkdir -p d/e && mv b d/c && chmod 600 d/c && ls -l d && echo x > /tmp/y && rm -r d',
  );
  expect(made.stdout).toMatch(
    /^total 8\n-rw------- {4}1 curl_use curl_use {9}2 .* c\ndrwxr-xr-x {4}2 curl_use curl_use .* e\n$/,
  );
  expect(made.stderr).toBe('');
  expect((await pod.sh('ls -ld /tmp')).stdout).toMatch(/^drwxrwxrwt /);
});
