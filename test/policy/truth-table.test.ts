import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/objects.ts';
import { parseManifests } from '../../src/kube/yaml.ts';
import { snapshotOfManifests } from '../../src/policy/manifest-snapshot.ts';
import { ownersOf } from '../../src/policy/owners.ts';
import {
  printDiffText,
  printTableCsv,
  printTableHtml,
  printTableJson,
  printTableSentences,
  printTableText,
} from '../../src/policy/print-truth-table.ts';
import { diffTruthTables } from '../../src/policy/truth-diff.ts';
import { buildTruthTable, type TruthTable, type TruthTableOptions } from '../../src/policy/truth-table.ts';

const shop = `
apiVersion: v1
kind: Namespace
metadata: {name: front, labels: {tier: edge}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: front}
spec:
  replicas: 3
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, ports: [{containerPort: 8080}]}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, ports: [{containerPort: 5432, name: pg}]}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: tool, namespace: shop, labels: {app: tool}}
spec: {containers: [{name: c}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec: {template: {metadata: {labels: {app: agent}}, spec: {hostNetwork: true, containers: [{name: c}]}}}
`;
const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{namespaceSelector: {matchLabels: {tier: edge}}}]
    ports: [{port: pg}]
`;

function tableOf(text: string, options?: TruthTableOptions): TruthTable {
  const { manifests, problems } = parseManifests(text, 'test.yaml');
  expect(problems).toEqual([]);
  const { snapshot, owners } = snapshotOfManifests(manifests.map(({ object }) => object));
  return buildTruthTable(snapshot, owners, options);
}

const lines = ({ cells }: TruthTable): string[] =>
  cells.map(
    ({ source, destination, port, allowed, pairs }) => `${source} ${destination} ${port.port} ${allowed}/${pairs}`,
  );

describe('a truth table from manifests', () => {
  test('has a row per workload, the declared ports, and counts pairs of pods', () => {
    expect(lines(tableOf(`${shop}---${policy}`))).toEqual([
      'front/web front/web 8080 2/2',
      'front/web shop/db 5432 2/2',
      'front/web shop/tool 80 2/2',
      'shop/db front/web 8080 2/2',
      'shop/db shop/tool 80 1/1',
      'shop/tool front/web 8080 2/2',
      'shop/tool shop/db 5432 0/1',
    ]);
  });

  test('pods of the node network are named apart', () => {
    const { manifests } = parseManifests(shop, 'test.yaml');
    expect(snapshotOfManifests(manifests.map(({ object }) => object)).unpoliced).toEqual(['DaemonSet shop/agent']);
  });

  test('asks the ports and the outside addresses that it is told to', () => {
    const table = tableOf(`${shop}---${policy}`, { ports: [{ port: 443, protocol: 'TCP' }], outside: ['203.0.113.9'] });
    expect(table.ends).toEqual(['front/web', 'shop/db', 'shop/tool', '203.0.113.9']);
    expect(lines(table)).toContain('203.0.113.9 shop/db 443 0/1');
    expect(lines(table)).toContain('shop/db 203.0.113.9 443 1/1');
  });

  test('goes on below where it is wider than the terminal, and reads aloud as sentences', () => {
    const table = tableOf(`${shop}---${policy}`);
    expect(printTableText(table, 16).split('\n').slice(0, 9)).toEqual([
      'FROM \\ TO  1  2',
      'front/web  +  +',
      'shop/db    +',
      'shop/tool  +  .',
      '',
      'FROM \\ TO  3',
      'front/web  +',
      'shop/db    +',
      'shop/tool',
    ]);
    expect(printTableSentences(table)).toBe(
      'front/web reaches front/web 8080/TCP, shop/db 5432/TCP, shop/tool 80/TCP.\n' +
        'shop/db reaches front/web 8080/TCP, shop/tool 80/TCP.\n' +
        'shop/tool reaches front/web 8080/TCP.\n' +
        'shop/tool does not reach shop/db 5432/TCP.\n',
    );
  });

  test('a difference names what opened and what closed', () => {
    const before = tableOf(`${shop}---${policy}`);
    const after = tableOf(`${shop}---${policy.replace('tier: edge', 'kubernetes.io/metadata.name: shop')}`);
    const diff = diffTruthTables(before, after);
    expect(printDiffText(diff)).toBe(
      '+ shop/tool -> shop/db   5432/TCP   opened: denied -> allowed\n' +
        '- front/web -> shop/db   5432/TCP   closed: allowed -> denied\n',
    );
    expect(printDiffText(diffTruthTables(before, before))).toBe('no flow changes\n');
  });

  test('prints as text, JSON, CSV and HTML', () => {
    const table = tableOf(`${shop}---${policy}`);
    expect(printTableText(table)).toBe(
      [
        'FROM \\ TO  1  2  3',
        'front/web  +  +  +',
        'shop/db    +     +',
        'shop/tool  +  .',
        '',
        '  1  front/web 8080/TCP',
        '  2  shop/db 5432/TCP',
        '  3  shop/tool 80/TCP',
        '',
        '+ allowed   . denied   ~ some replicas only',
        '',
      ].join('\n'),
    );
    expect(JSON.parse(printTableJson(table)).flows.at(-1)).toEqual({
      source: 'shop/tool',
      destination: 'shop/db',
      port: '5432/TCP',
      state: 'denied',
      allowed: 0,
      pairs: 1,
    });
    expect(printTableCsv(table).split('\n').at(-2)).toBe('shop/tool,shop/db,5432/TCP,denied,0,1');
    expect(printTableHtml(table)).toContain(
      '<td class="denied" title="shop/tool → shop/db 5432/TCP: denied (0 of 1)">denied</td>',
    );
  });
});

describe('owners', () => {
  const pod = (name: string, metadata: object = {}): Pick<KubeObject, 'metadata'> => ({
    metadata: { namespace: 'shop', name, ...metadata },
  });
  const by = (kind: string, name: string) => ({
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: '1', controller: true }],
  });
  test('replicas collapse to the Deployment, others to their controller, a lonely pod to itself', () => {
    const pods = [
      pod('web-5d8f-x', { ...by('ReplicaSet', 'web-5d8f'), labels: { 'pod-template-hash': '5d8f' } }),
      pod('rs-x', by('ReplicaSet', 'rs')),
      pod('db-0', by('StatefulSet', 'db')),
      pod('db', {}),
    ];
    expect([...ownersOf(pods).values()]).toEqual(['shop/web', 'shop/rs', 'shop/db (StatefulSet)', 'shop/db (Pod)']);
  });
});
