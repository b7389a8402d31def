import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compareSet, readConformanceSet } from '../../scripts/conformance-set.ts';

const data = fileURLToPath(new URL('data/', import.meta.url));
const cyclonus = fileURLToPath(new URL('../../../shared/conformance/cyclonus.jsonl.gz', import.meta.url));

describe('the engine agrees with Calico', () => {
  test('on 1,000 random clusters with NetworkPolicies', async () => {
    const result = compareSet('k8s', await readConformanceSet(`${data}k8s.jsonl.gz`));
    expect(result.mismatches).toEqual([]);
    expect(result.flows).toBe(227_398);
  });

  test('on 750 random clusters with tiers, actions, sets, staged and global policies', async () => {
    const result = compareSet('calico', await readConformanceSet(`${data}calico.jsonl.gz`));
    expect(result.mismatches).toEqual([]);
    expect(result.flows).toBe(172_684);
  });

  // Third-party data that is not ours to copy: compared where the shared folder is at hand.
  test.skipIf(!existsSync(cyclonus))('on the 256 steps of the cyclonus suite', async () => {
    const result = compareSet('cyclonus', await readConformanceSet(cyclonus));
    expect(result.mismatches).toEqual([]);
    expect(result.flows).toBeGreaterThan(100_000);
  });
});

describe('npm run conformance', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const cluster = {
    ID: 'one',
    Namespaces: { shop: {} },
    Pods: [
      { Namespace: 'shop', Name: 'web', IP: '10.244.0.1', Labels: {}, Ports: [] },
      { Namespace: 'shop', Name: 'db', IP: '10.244.0.2', Labels: {}, Ports: [] },
    ],
    Policies: [{ metadata: { name: 'deny', namespace: 'shop' }, spec: { podSelector: {}, policyTypes: ['Ingress'] } }],
    Traces: [['profile|kns.shop|0|allow'], ['default|end-of-tier|Deny']],
  };
  const run = (name: string, flow: readonly unknown[]) => {
    const file = join(folder, `${name}.jsonl`);
    writeFileSync(file, `${JSON.stringify({ ...cluster, Flows: [flow] })}\n`);
    const script = fileURLToPath(new URL('../../scripts/conformance.ts', import.meta.url));
    const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url));
    return spawnSync(process.execPath, [tsx, script, file], { encoding: 'utf8' });
  };

  test('prints flows and mismatches as JSON and exits 0 where all agree', () => {
    const { stdout, status } = run('right', ['10.244.0.1', '10.244.0.2', 'TCP', 80, 0, 1, 0, 0, 1]);
    expect(JSON.parse(stdout)).toMatchObject({ flows: 1, mismatches: 0 });
    expect(status).toBe(0);
  });

  test('shows a mismatch on stderr and exits 1', () => {
    const { stdout, stderr, status } = run('wrong', ['10.244.0.1', '10.244.0.2', 'TCP', 80, 1, 1, 0, 1, 0]);
    expect(JSON.parse(stdout)).toMatchObject({ flows: 1, mismatches: 3 });
    expect(stderr).toContain('one 10.244.0.1 10.244.0.2 TCP 80: allowed: expected 1, got 0');
    expect(status).toBe(1);
  });
});
