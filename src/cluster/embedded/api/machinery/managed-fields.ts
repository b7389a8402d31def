import type { KubeObject } from '../../../../kube/objects.ts';
import type { Core, Draft } from './core.ts';

export function recordUpdate(
  _core: Core,
  _draft: Draft,
  _current: KubeObject | undefined,
): KubeObject['metadata']['managedFields'] {
  return undefined;
}
