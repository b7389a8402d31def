/** Who may veto or complete a write? The admission plugins that the cluster runs, in the real server's order. */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Core, Draft } from '../machinery/core.ts';
import { forbidden, notFound } from '../machinery/status.ts';
import { fillLimits, vetLimits } from './limits.ts';
import { admitPriority, admitTolerations } from './pod-basics.ts';
import { admitNamespaceLevels, admitPodSecurity } from './pod-security.ts';
import { admitQuota } from './quota.ts';
import { admitServiceAccount } from './service-account.ts';
import { admitStorage } from './storage.ts';

const immortalNamespaces: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);
const namespaceKind = { group: '', resource: 'namespaces', kind: 'Namespace' };

/** Before validation: what completes the object, and what cannot be completed. Throws StatusError. */
export function admitCreate(core: Core, draft: Draft): void {
  admitNamespace(core, draft);
  if (draft.kind.id === 'pods') {
    fillLimits(core, draft);
    admitServiceAccount(core, draft);
    admitPriority(core, draft);
    admitTolerations(draft);
  }
  admitStorage(core, draft);
}

/** After validation: what may veto an object that is well formed. Throws StatusError. */
export function vetCreate(core: Core, draft: Draft): void {
  vetLimits(core, draft);
  if (draft.kind.id === 'namespaces') admitNamespaceLevels(core, draft);
  admitPodSecurity(core, draft);
  admitQuota(core, draft);
}

/** Status writes pass: only what a person can change is asked about. */
export function vetUpdate(core: Core, draft: Draft): void {
  const { kind, request } = draft;
  if (request.subresource && request.subresource !== 'ephemeralcontainers') return;
  if (kind.id === 'namespaces') admitNamespaceLevels(core, draft);
  if (kind.id !== 'pods' || request.subresource === 'ephemeralcontainers') admitPodSecurity(core, draft);
}

/** NamespaceLifecycle. */
export function admitDelete(_core: Core, kind: Kind, current: KubeObject): void {
  const { name = '' } = current.metadata;
  if (kind.id === 'namespaces' && immortalNamespaces.has(name)) {
    throw forbidden(kind, name, 'this namespace may not be deleted');
  }
}

function admitNamespace(core: Core, { kind, namespace, object }: Draft): void {
  if (!kind.namespaced || !namespace) return;
  const home = core.store.find('namespaces', undefined, namespace);
  if (!home) throw notFound(namespaceKind, namespace);
  if (!home.metadata.deletionTimestamp) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const error = forbidden(kind, object.metadata.name ?? '', why);
  error.status.details = {
    ...error.status.details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  };
  throw error;
}
