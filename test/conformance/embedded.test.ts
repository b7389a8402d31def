/** The provider suite on the embedded cluster. */
import { afterAll } from 'vitest';
import { embeddedProvider } from '../../src/cluster/embedded/provider.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';
import { providerSuite, type Subject } from './provider-suite.ts';

const clock = virtualClock();
// The suite asks again and again: time has to pass meanwhile.
const hold = clock.hold();
const provider = embeddedProvider({ clock, seed: 'suite' });
let subject: Promise<Subject> | undefined;

afterAll(async () => {
  await (await subject)?.cluster.down();
  hold.release();
});

providerSuite('the embedded provider', () => {
  const up = () => provider.up({ name: 'suite', outside: [] });
  subject ??= up().then((cluster) => ({ cluster, capabilities: provider.capabilities, again: up }));
  return subject;
});
