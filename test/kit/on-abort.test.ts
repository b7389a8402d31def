import { expect, test } from 'vitest';
import { onAbort } from '../../src/kit/on-abort.ts';

test('any number may wait for one signal, and Node sees one listener', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on('warning', onWarning);
  const controller = new AbortController();
  let called = 0;
  const count = () => void called++;
  const forgets = Array.from({ length: 30 }, () => onAbort(controller.signal, count));
  forgets[0]?.();
  // Warnings come in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  controller.abort();
  expect([called, warnings]).toEqual([29, []]);
  onAbort(controller.signal, count);
  expect(called).toBe(30);
});
