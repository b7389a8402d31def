/** Files of a ConfigMap carry the mode that the volume or the item says: without it no mounted script could run. */
import { describe, expect, test } from 'vitest';
import { mountsOf, mountVolumes, type VolumeSources } from '../../../../src/cluster/embedded/kubelet/volumes.ts';
import type { Pod } from '../../../../src/kube/objects.ts';

const sources = {
  stores: { configMaps: { find: () => ({ metadata: {}, data: { run: '#!/bin/sh\n', notes: 'x' } }) } },
} as unknown as VolumeSources;

function modes(configMap: Record<string, unknown>): Record<string, number> {
  const container = { name: 'c', image: 'x:1', volumeMounts: [{ name: 'v', mountPath: '/scripts' }] };
  const pod = {
    metadata: { name: 'p', namespace: 'shop' },
    spec: { containers: [container], volumes: [{ name: 'v', configMap: { name: 'scripts', ...configMap } }] },
  } as unknown as Pod;
  const { mounted, problems } = mountVolumes(pod, sources);
  expect(problems).toEqual([]);
  const { files, fileModes } = mountsOf(container, mounted);
  return Object.fromEntries([...files.keys()].map((path) => [path, fileModes.get(path) ?? 0o644]));
}

describe('modes of mounted files', () => {
  test('0644 unless the volume says otherwise', () => {
    expect(modes({})).toEqual({ '/scripts/run': 0o644, '/scripts/notes': 0o644 });
    expect(modes({ defaultMode: 0o755 })).toEqual({ '/scripts/run': 0o755, '/scripts/notes': 0o755 });
  });

  test('an item has the last word', () => {
    const items = [
      { key: 'run', path: 'bin/run', mode: 0o500 },
      { key: 'notes', path: 'notes' },
    ];
    expect(modes({ defaultMode: 0o444, items })).toEqual({ '/scripts/bin/run': 0o500, '/scripts/notes': 0o444 });
  });
});
