/**
 * How does a pod come by its credentials? The ServiceAccount plugin names the account and mounts a token, the cluster's CA
 * and the namespace under /var/run/secrets (plugin/pkg/admission/serviceaccount).
 */
import type { KubeObject } from '../../../../kube/objects.ts';
import { ensure, type Draft as Fields, items } from '../defaults/draft.ts';
import type { Core, Draft } from '../machinery/core.ts';
import { forbidden } from '../machinery/status.ts';
import { nameOnTheWay } from './pod-basics.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** Changes the pod in place. Throws the 403 of an account that does not exist. */
export function admitServiceAccount(core: Core, draft: Draft): void {
  const { object, namespace = '' } = draft;
  if (object.metadata.annotations?.[mirrorAnnotation] !== undefined) return;
  const spec = ensure(object, 'spec');
  const name = String(spec['serviceAccountName'] || 'default');
  spec['serviceAccountName'] = name;
  spec['serviceAccount'] = name;
  const account = core.store.find('serviceaccounts', namespace, name);
  // The default account is on its way when a namespace is new: the real plugin waits for it, this one counts on it.
  if (!account && name !== 'default') {
    const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    throw forbidden(draft.kind, nameOnTheWay(object), why);
  }
  if (items(spec, 'imagePullSecrets').length === 0 && account) copyPullSecrets(spec, account);
  const automount = spec['automountServiceAccountToken'] ?? account?.['automountServiceAccountToken'] ?? true;
  if (automount !== false) mountToken(core, spec);
}

function copyPullSecrets(spec: Fields, account: KubeObject): void {
  const secrets = account['imagePullSecrets'];
  if (Array.isArray(secrets) && secrets.length > 0) spec['imagePullSecrets'] = structuredClone(secrets);
}

function mountToken(core: Core, spec: Fields): void {
  const containers = [...items(spec, 'initContainers'), ...items(spec, 'containers')];
  const without = containers.filter(
    (container) => !items(container, 'volumeMounts').some((mount) => mount['mountPath'] === mountPath),
  );
  if (without.length === 0) return;
  const volume = existingVolume(spec) ?? `kube-api-access-${core.random.suffix(5)}`;
  for (const container of without) {
    container['volumeMounts'] = [...items(container, 'volumeMounts'), { name: volume, readOnly: true, mountPath }];
  }
  if (existingVolume(spec) === undefined) spec['volumes'] = [...items(spec, 'volumes'), accessVolume(volume)];
}

function existingVolume(spec: Fields): string | undefined {
  const found = items(spec, 'volumes').find((volume) => String(volume['name']).startsWith('kube-api-access-'));
  return found && String(found['name']);
}

/** The token is renewed an hour and seven seconds ahead, which is how the kubelet tells ours from hand-made ones. */
function accessVolume(name: string): Fields {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}
