/** May we play there at all? Which context is meant, whether it looks like production, and which rights are missing. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { LabError } from '../../kit/errors.ts';
import type { KubeClient } from '../../kube/client.ts';

export interface ChosenContext {
  /** The kubeconfig that has it; only read. */
  readonly path: string;
  readonly context: string;
  /** Names that say what it is: of the context, its cluster, its user, its server. */
  readonly names: readonly string[];
}

interface RawConfig {
  readonly contexts?: readonly {
    readonly name?: string;
    readonly context?: { readonly cluster?: string; readonly user?: string };
  }[];
  readonly clusters?: readonly { readonly name?: string; readonly cluster?: { readonly server?: string } }[];
}

/** In the first file that has it, as kubectl merges them. Throws LabError ERR_USAGE without a name, ERR_KUBECONFIG for one that is nowhere. */
export async function chooseContext(paths: readonly string[], context: string | undefined): Promise<ChosenContext> {
  const known: string[] = [];
  for (const path of paths) {
    const config = await readConfig(path);
    for (const { name = '', context: entry } of config?.contexts ?? []) {
      known.push(name);
      if (name !== context) continue;
      const server = config?.clusters?.find((cluster) => cluster.name === entry?.cluster)?.cluster?.server ?? '';
      return {
        path,
        context: name,
        names: [name, entry?.cluster ?? '', entry?.user ?? '', server].filter((word) => word !== ''),
      };
    }
  }
  const details = `contexts: ${known.sort().join(', ') || `none in ${paths.join(', ')}`}`;
  if (context === undefined) {
    throw new LabError('ERR_USAGE', 'say on which of your clusters: the current context is never assumed', {
      details,
      cure: '--on existing --context NAME',
    });
  }
  throw new LabError('ERR_KUBECONFIG', `your kubeconfig has no context "${context}"`, {
    details,
    cure: 'kubectl config get-contexts',
  });
}

async function readConfig(path: string): Promise<RawConfig | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return parse(text) as RawConfig;
  } catch (cause) {
    throw new LabError('ERR_KUBECONFIG', `the kubeconfig ${path} is not YAML`, {
      details: (cause as Error).message,
      cause,
    });
  }
}

const productionWords = /(^|[^a-z])(prod|prd|production|live|customer|critical)([^a-z]|$)|production/i;

/** Throws LabError ERR_REFUSED. */
export function refuseProduction({ context, names }: ChosenContext, iKnow: boolean): void {
  const telling = names.filter((name) => productionWords.test(name));
  if (telling.length === 0 || iKnow) return;
  throw new LabError('ERR_REFUSED', `the context "${context}" looks like production`, {
    details: telling.join('\n'),
    cure: 'use a cluster for practice; if this is one, add --i-know',
  });
}

export interface Right {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
}

const writes = ['create', 'delete', 'patch'];

/** In all namespaces: ours have yet to be made. */
export const neededRights: readonly Right[] = [
  ...['list', ...writes].map((verb) => ({ verb, resource: 'namespaces' })),
  ...['get', 'list', 'watch', ...writes].map((verb) => ({ verb, resource: 'pods' })),
  { verb: 'create', resource: 'pods', subresource: 'exec' },
  { verb: 'get', resource: 'pods', subresource: 'log' },
  { verb: 'patch', resource: 'pods', subresource: 'ephemeralcontainers' },
  ...['list', ...writes].map((verb) => ({ verb, resource: 'services' })),
  ...['get', 'list', ...writes].map((verb) => ({ verb, resource: 'configmaps' })),
  ...['list', ...writes].map((verb) => ({ verb, group: 'apps', resource: 'deployments' })),
  // What a learner may have made, and reset has to see.
  ...['replicasets', 'statefulsets', 'daemonsets'].map((resource) => ({ verb: 'list', group: 'apps', resource })),
  ...['jobs', 'cronjobs'].map((resource) => ({ verb: 'list', group: 'batch', resource })),
  { verb: 'list', group: 'discovery.k8s.io', resource: 'endpointslices' },
  ...['list', ...writes].map((verb) => ({ verb, group: 'networking.k8s.io', resource: 'networkpolicies' })),
];

/** As `kubectl auth can-i` words them: `create pods/exec`. Empty when everything is allowed. */
export async function missingRights(client: KubeClient, rights = neededRights): Promise<readonly string[]> {
  const answers = await Promise.all(rights.map(async (right) => ({ right, allowed: await isAllowed(client, right) })));
  return answers.filter(({ allowed }) => !allowed).map(({ right }) => printRight(right));
}

async function isAllowed(
  client: KubeClient,
  { verb, group = '', resource, subresource = '' }: Right,
): Promise<boolean> {
  const { status } = await client.json<{ status?: { allowed?: boolean } }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, group, resource, subresource } },
    },
  });
  return status?.allowed === true;
}

function printRight({ verb, group, resource, subresource }: Right): string {
  return `${verb} ${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
}

/** Throws LabError ERR_REFUSED with every right that is missing. */
export function refuseMissing(missing: readonly string[], context: string): void {
  if (missing.length === 0) return;
  throw new LabError('ERR_REFUSED', `you may not do on "${context}" what a lesson needs`, {
    details: missing.map((right) => `missing: ${right}`).join('\n'),
    cure: `ask whoever runs that cluster; to see one answer: kubectl --context ${context} auth can-i ${missing[0]} -A`,
  });
}
