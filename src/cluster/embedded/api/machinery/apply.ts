import type { KubeObject } from '../../../../kube/objects.ts';
import type { Kind } from '../kinds/kind.ts';
import type { RequestInfo } from '../machinery.ts';
import type { Core } from './core.ts';
import { badRequest } from './status.ts';

export function applyObject(
  _core: Core,
  _apply: { kind: Kind; namespace: string | undefined; name: string; patch: unknown; request: RequestInfo },
): KubeObject {
  throw badRequest('server-side apply');
}
