import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/kube/objects.ts';
import { chooseContainers } from '../../src/probe/choose-containers.ts';

function podOf(running: readonly string[], annotations: Record<string, string> = {}): Pod {
  const names = ['app', 'shell', 'sidecar'];
  return {
    metadata: { name: 'p', annotations },
    spec: { containers: names.map((name) => ({ name, image: 'x:1' })) },
    status: {
      containerStatuses: names.map((name) => ({
        name,
        ready: true,
        restartCount: 0,
        image: 'x:1',
        imageID: '',
        state: running.includes(name) ? { running: {} } : { waiting: { reason: 'CrashLoopBackOff' } },
      })),
    },
  } as Pod;
}

describe('where in a pod a probe runs', () => {
  test('first where kubectl would, then beside it, never where nothing runs', () => {
    expect(chooseContainers(podOf(['app', 'sidecar'])).names).toEqual(['app', 'sidecar']);
    const annotated = { 'kubectl.kubernetes.io/default-container': 'shell' };
    expect(chooseContainers(podOf(['app', 'shell'], annotated)).names).toEqual(['shell', 'app']);
  });

  test('an annotation that names no container is none', () => {
    const wrong = { 'kubectl.kubernetes.io/default-container': 'gone' };
    expect(chooseContainers(podOf(['app'], wrong)).names).toEqual(['app']);
  });

  test('a container that was asked for is the only one', () => {
    expect(chooseContainers(podOf(['app', 'shell']), 'shell').names).toEqual(['shell']);
  });

  test('one that is not up yet is waited for and named', () => {
    expect(chooseContainers(podOf(['shell']))).toEqual({ names: [], first: 'app' });
  });
});
