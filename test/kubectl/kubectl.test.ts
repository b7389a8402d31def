import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasSystemKubectl, type KubectlLab, openKubectlLab } from './lab.ts';

let lab: KubectlLab;

const shop = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web, tier: front}}
spec: {terminationGracePeriodSeconds: 0, containers: [{name: web, image: "nginx:1.27", ports: [{name: http, containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop, labels: {app: client}}
spec: {terminationGracePeriodSeconds: 0, containers: [{name: client, image: "busybox:1.36", command: [sh, -c, "echo started; sleep 36000"]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: client}}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
    ports: [{port: 80}, {port: 8000, endPort: 8010}]
  policyTypes: [Ingress, Egress]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: api, image: "nginx:1.27", env: [{name: A, value: b}]}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {color: red, "app.properties": "a=1\\nb=2\\n"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: one-file, namespace: shop}
data: {"app.properties": "a=1\\nb=2\\n"}
`;

beforeAll(async () => {
  lab = await openKubectlLab();
  await lab.file('shop.yaml', shop);
  await lab.must('apply -f shop.yaml');
  await lab.must('-n shop wait --for=condition=Ready pod --all --timeout=60s');
  await lab.must('-n shop rollout status deploy/api --timeout=60s');
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Ages move on between two commands; versions of clients are their own business. */
function still(text: string): string {
  return text.replace(/\b(?:\d+[smhd])+\b(?: ago)?/g, '<age>').replace(/ {2,}/g, '  ');
}

describe.skipIf(!hasSystemKubectl)('says what the real kubectl says', () => {
  test.each([
    'get pods',
    '-n shop get pods',
    'get po -n shop -o wide',
    '-n shop get pods,svc,netpol',
    '-n shop get all',
    'get pods -A -l app=web',
    '-n shop get pods --show-labels -L app,tier',
    '-n shop get pods --no-headers',
    '-n shop get pods --sort-by=.metadata.name',
    '-n shop get netpol allow -o yaml',
    '-n shop get netpol allow -o json',
    '-n shop get cm settings -o yaml',
    '-n shop get cm,svc -o name',
    '-n shop get pods -o jsonpath={.items[*].metadata.name}',
    '-n shop get pods web -o jsonpath={.status.phase}{.spec.containers[0].ports}',
    '-n shop get pods -o custom-columns=NAME:.metadata.name,LABELS:.metadata.labels,NONE:.x',
    '-n shop get pods -o go-template={{range.items}}{{.metadata.name}};{{end}}',
    'get nodes -o wide',
    'get ns shop -o jsonpath-as-json={.metadata.labels}',
    '-n shop create rolebinding b --clusterrole=view --user=bob --group=g --dry-run=server',
    '-n shop create secret docker-registry r --docker-username=u --docker-password=p --dry-run=server -o jsonpath={.data}',
    '-n shop create secret docker-registry r',
    '-n shop create secret tls t --cert=nosuch --key=nosuch',
    '-n shop create secret generic s --type=kubernetes.io/tls',
    '-n shop create cm c --from-literal=a=b --from-literal=a=c',
    '-n shop create quota q --hard=cpu=abc',
    '-n shop set image deploy/api api=',
    '-n shop set resources deploy api --limits=cpu=1GB',
    '-n shop set resources deploy api --limits=foo=1',
    '-n shop get pod nosuch',
    '-n nowhere get pod nosuch',
    '-n shop get pods a b --ignore-not-found',
    'get nosuchkind',
    'get pods -l a=b,,',
    'get pods --field-selector spec.nosuch=x',
    'get pod/web svc',
    'get',
    '-n shop describe netpol allow',
    '-n shop describe svc web',
    // One key: kubectl prints several in the order of a Go map.
    '-n shop describe cm one-file',
    'describe ns shop',
    '-n shop describe pod nosuch',
    'describe',
    '-n shop logs client',
    '-n shop logs client --tail=1',
    '-n shop logs nosuch',
    'logs',
    '-n shop exec client -- sh -c exit\\ 3',
    '-n shop exec client -- cat /etc/resolv.conf',
    '-n shop exec client -- nosuch',
    '-n shop exec nosuch -- true',
    '-n shop exec client',
    'apply',
    'apply -f nosuch.yaml',
    'apply -f shop.yaml',
    'apply -f shop.yaml --dry-run=server',
    'create -f shop.yaml --dry-run=server',
    'diff -f shop.yaml',
    '-n shop delete pod nosuch',
    'delete',
    'delete pods',
    '-n shop label pod web app=other',
    '-n shop label pod web nokey',
    '-n shop label pod web app=web --overwrite',
    '-n shop annotate pod nosuch a=b',
    '-n shop scale deploy api --replicas=1',
    '-n shop rollout status deploy/api',
    '-n shop rollout history deploy/api',
    '-n shop set image deploy/api nosuch=x',
    '-n shop patch cm settings -p {"data":{"color":"red"}}',
    '-n shop patch cm settings',
    '-n shop expose pod client',
    '-n shop wait --for=condition=Ready pod/web --timeout=5s',
    '-n shop wait --for=condition=Nosuch pod/web --timeout=1s',
    'auth can-i create networkpolicies',
    'auth can-i get pods --as=nobody',
    'auth whoami',
    'api-versions',
    'api-resources --api-group=networking.k8s.io',
    'explain networkpolicy.spec.ingress.from',
    'explain pod.spec.containers --recursive',
    'config get-contexts',
    'config current-context',
    'config use-context nosuch',
    'top pods',
    'cluster-info',
    'taint nodes nosuch a=b:NoSchedule',
    'cordon nosuch',
  ])('kubectl %s', async (line) => {
    const words = line.split(/(?<!\\) /).map((word) => word.replaceAll('\\ ', ' '));
    const [ours, theirs] = [await lab.builtin(words), await lab.system(words)];
    const plain = ({ stdout, stderr, exitCode }: typeof ours) => ({
      stdout: still(stdout),
      stderr: still(stderr)
        .replace(/start exec "[0-9a-f]+"/, 'start exec')
        // The real one sometimes logs that output came before it had set up a stream for it.
        .replace(/^E\d{4} .* Unknown stream id .*\n/gm, ''),
      exitCode,
    });
    expect(plain(ours)).toEqual(plain(theirs));
  });

  test('columns stand where the real kubectl puts them', async () => {
    for (const line of [
      '-n shop get netpol',
      'get ns shop --no-headers',
      '-n shop get svc -o wide',
      'api-resources --api-group=apps',
    ]) {
      const age = (text: string): string => text.replace(/\b\d+[smh]\b/g, (found) => 'x'.repeat(found.length));
      expect(age((await lab.builtin(line)).stdout)).toBe(age((await lab.system(line)).stdout));
    }
  });
});

describe('what 1.36 words differently', () => {
  test('deleting names the namespace', async () => {
    await lab.must('-n shop create cm doomed --from-literal=a=b');
    expect(await lab.must('-n shop delete cm doomed')).toBe('configmap "doomed" deleted from shop namespace\n');
  });

  test('a wrong container lists the right ones', async () => {
    const { stderr, exitCode } = await lab.builtin('-n shop logs web -c nosuch');
    expect([stderr, exitCode]).toEqual(['error: container nosuch is not valid for pod web out of: web\n', 1]);
  });

  test('usage errors point at --help', async () => {
    expect((await lab.builtin('get pods --nosuch')).stderr).toBe(
      "error: unknown flag: --nosuch\nSee 'kubectl get --help' for usage.\n",
    );
    expect((await lab.builtin('gte pods')).stderr).toBe(
      'error: unknown command "gte" for "kubectl"\n\nDid you mean this?\n\tget\n',
    );
    expect((await lab.builtin('run x')).stderr).toBe('error: required flag(s) "image" not set\n');
  });
});

describe('streams', () => {
  test('exec -i feeds the command and returns its exit code', async () => {
    const outcome = await lab.builtin('-n shop exec -i client -- sh', { stdin: 'echo out; echo err >&2; exit 5\n' });
    expect(outcome).toEqual({ stdout: 'out\n', stderr: 'err\ncommand terminated with exit code 5\n', exitCode: 5 });
  });

  test('exec -t gets a terminal of the size that we have', async () => {
    let raw = 0;
    const setRaw = () => {
      raw++;
      return () => {
        raw--;
      };
    };
    const terminal = { columns: 99, rows: 33, setRaw };
    const { stdout } = await lab.builtin(['-n', 'shop', 'exec', '-it', 'client', '--', 'sh', '-c', 'echo tty'], {
      terminal,
    });
    expect([stdout, raw]).toEqual(['tty\r\n', 0]);
  });

  test('run --rm -i prints what the pod printed, removes it, and passes its exit code on', async () => {
    const outcome = await lab.builtin([
      'run',
      'once',
      '--rm',
      '-i',
      '-q',
      '--restart=Never',
      '--image=busybox:1.36',
      '--',
      'sh',
      '-c',
      'sleep 1; echo hi; exit 3',
    ]);
    expect([outcome.stdout, outcome.exitCode]).toEqual(['hi\n', 3]);
    expect((await lab.builtin('get pod once')).stderr).toBe('Error from server (NotFound): pods "once" not found\n');
  });

  test('a node debugging pod sits on the host network of its node', async () => {
    const { stdout } = await lab.builtin('debug node/netpol-worker --image=busybox:1.36 --attach -- hostname');
    expect(stdout).toMatch(
      /^Creating debugging pod (node-debugger-netpol-worker-\w{5}) with container debugger on node netpol-worker\.\n/,
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('netpol-worker');
  });

  test('an ephemeral container is added to a running pod', async () => {
    await lab.must('-n shop debug web --image=busybox:1.36 --target=web -c dbg -q -- sleep 1');
    expect(await lab.must('-n shop get pod web -o jsonpath={.spec.ephemeralContainers[0].targetContainerName}')).toBe(
      'web',
    );
  });

  test('get -w shows the list, then each change, and ends with exit code 1 on Ctrl-C', async () => {
    const stop = new AbortController();
    const watching = lab.builtin('-n shop get cm -w -l watched=yes --no-headers --output-watch-events', {
      signal: stop.signal,
      onStdout: (text) => {
        if (text.includes('DELETED')) stop.abort();
      },
    });
    // the watch may begin before or after a change: go on until it has seen one whole
    const change = async () => {
      await lab.must('-n shop create cm seen --from-literal=a=b');
      await lab.must('-n shop label cm seen watched=yes');
      await lab.must('-n shop delete cm seen');
    };
    while (!stop.signal.aborted) await change();
    const { stdout, exitCode } = await watching;
    expect(stdout).toMatch(/ADDED {6}seen {3}1 {5}\d+s\nDELETED {4}seen/);
    expect(exitCode).toBe(1);
  });

  test('cp carries files and folders in and out', async () => {
    await lab.file('in.txt', 'content\n');
    await lab.must('-n shop cp in.txt client:/tmp/in.txt');
    expect(await lab.must('-n shop exec client -- cat /tmp/in.txt')).toBe('content\n');
    await lab.must('cp shop/client:/tmp/in.txt out.txt');
    expect(await readFile(join(lab.folder, 'out.txt'), 'utf8')).toBe('content\n');
  });

  test('port-forward serves the pod on this machine until it is stopped', async () => {
    const stop = new AbortController();
    let found: (port: number) => void;
    const port = new Promise<number>((resolve) => {
      found = resolve;
    });
    const forwarding = lab.builtin('-n shop port-forward svc/web :80 --address 127.0.0.1', {
      signal: stop.signal,
      onStdout: (text) => {
        const match = /Forwarding from 127\.0\.0\.1:(\d+) -> 80/.exec(text);
        if (match) found(Number(match[1]));
      },
    });
    const body = await fetchText(`http://127.0.0.1:${await port}/`);
    stop.abort();
    const { stdout } = await forwarding;
    expect(body).toContain('Welcome to nginx!');
    expect(stdout).toMatch(/Handling connection for \d+\n$/);
  });
});

function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

describe('what it does not do', () => {
  test.each([
    'proxy',
    'get pods -k .',
    'apply -f shop.yaml --force',
    'certificate approve x',
    'config set a b',
    'apply -f https://example.com/x.yaml',
  ])('kubectl %s is refused by name', async (line) => {
    const { stdout, stderr, exitCode } = await lab.builtin(line);
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toMatch(/^error: the built-in kubectl does not do ".+"; install kubectl/);
  });
});

test('edit applies what the editor changed, and reopens what the server refused', async () => {
  const node = JSON.stringify(process.execPath);
  await lab.file(
    'editor.cjs',
    `const fs = require('fs'); const f = process.argv.at(-1); const t = fs.readFileSync(f, 'utf8');
     fs.writeFileSync(f, t.replace('color: red', 'color: blue'));`,
  );
  const { stdout } = await lab.builtin('-n shop edit cm settings', {
    env: { EDITOR: `${node} "${join(lab.folder, 'editor.cjs')}"` },
  });
  expect(stdout).toBe('configmap/settings edited\n');
  expect(await lab.must('-n shop get cm settings -o jsonpath={.data.color}')).toBe('blue');
  const again = await lab.builtin('-n shop edit cm settings', {
    env: { EDITOR: `${node} "${join(lab.folder, 'editor.cjs')}"` },
  });
  expect(again).toEqual({ stdout: '', stderr: 'Edit cancelled, no changes made.\n', exitCode: 0 });
});

test('drain evicts what a flag allows and refuses the rest by name', async () => {
  const refused = await lab.builtin('drain netpol-worker --dry-run=client');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('cannot delete Pods that declare no controller (use --force to override)');
  expect(refused.stderr).toContain('cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)');
  const { stdout } = await lab.builtin(
    'drain netpol-worker --dry-run=client --ignore-daemonsets --force --delete-emptydir-data',
  );
  expect(stdout).toContain('evicting pod shop/web (dry run)\n');
  expect(stdout).toMatch(/node\/netpol-worker drained \(dry run\)\n$/);
});

test('without a server it says so as kubectl does, exit 1', async () => {
  const { stderr, exitCode } = await lab.builtin('get pods --server=https://127.0.0.1:1');
  expect(stderr.split('\n').at(-2)).toBe(
    'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
  );
  expect(stderr.split('\n').filter((line) => line.includes('memcache.go'))).toHaveLength(5);
  expect(exitCode).toBe(1);
});

test('every command has a help page that names its flags', async () => {
  for (const name of ['get', 'apply', 'logs', 'exec', 'debug', 'rollout status', 'create deployment']) {
    const { stdout, exitCode } = await lab.builtin(`${name} --help`);
    expect([name, exitCode]).toEqual([name, 0]);
    expect(stdout).toContain(`kubectl ${name}`);
    expect(stdout).toContain('Options:');
  }
});
