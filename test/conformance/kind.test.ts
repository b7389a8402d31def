/**
 * The provider suite on kind, where Docker and kind are and NETPOL_LAB_TEST_KIND says that minutes may be spent. Its value may
 * hold options as JSON: {"image": …, "configPatch": …, "calicoManifest": …} for machines without internet.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { KindProviderOptions } from '../../src/cluster/kind/options.ts';
import { kindProvider } from '../../src/cluster/kind/provider.ts';
import { providerSuite, type Subject } from './provider-suite.ts';

const asked = process.env['NETPOL_LAB_TEST_KIND'];
const further = asked?.startsWith('{') ? (JSON.parse(asked) as Partial<KindProviderOptions>) : {};
const home = await mkdtemp(join(tmpdir(), 'netpol-lab-kind-suite-'));
const provider = kindProvider({ env: process.env, home, ...further });
const problems = asked ? await provider.preflight() : [];
const skip = asked ? problems.map(({ message }) => message).join('; ') || undefined : 'NETPOL_LAB_TEST_KIND is not set';
let subject: Promise<Subject> | undefined;

afterAll(async () => {
  await (await subject)?.cluster.down();
  await rm(home, { recursive: true, force: true });
}, 120_000);

providerSuite(
  'the kind provider',
  () => {
    const images = ['busybox:1.36'];
    const up = () => provider.up({ name: 'netpol-suite', outside: [], images });
    subject ??= up().then((cluster) => ({ cluster, capabilities: provider.capabilities, again: up }));
    return subject;
  },
  skip,
);
