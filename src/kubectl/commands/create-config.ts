/** kubectl create configmap, secret, serviceaccount, quota, poddisruptionbudget, priorityclass, token. */
import { ApiError } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { canonicalQuantity, QuantityError } from '../../kube/quantity.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { printFlags } from '../flags/common.ts';
import { flag, refused } from '../flags/spec.ts';
import { objectPrinter } from '../print/object.ts';
import { secretCommand } from './create-secret.ts';
import { readSources, sourceFlags } from './create-sources.ts';
import { generatorCommand, requireName } from './generate.ts';

export const configGenerators: readonly Command[] = [
  generatorCommand({
    name: 'configmap',
    aliases: ['cm'],
    short: 'Create a config map from a local file, directory or literal value',
    usage: 'NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]',
    flags: sourceFlags,
    resource: 'configmaps',
    failure: 'configmap',
    build: async (call, name) => {
      const { text, binary } = await readData(call, name);
      return {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        ...(Object.keys(text).length > 0 && { data: text }),
        ...(Object.keys(binary).length > 0 && { binaryData: binary }),
      };
    },
  }),
  secretCommand,
  generatorCommand({
    name: 'serviceaccount',
    aliases: ['sa'],
    short: 'Create a service account with the specified name',
    usage: 'NAME [--dry-run=server|client|none]',
    flags: [],
    resource: 'serviceaccounts',
    failure: 'serviceaccount',
    build: (_call, name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }),
  }),
  generatorCommand({
    name: 'quota',
    aliases: ['resourcequota'],
    short: 'Create a quota with the specified name',
    usage: 'NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2]',
    flags: [
      flag('hard', 'string', { help: 'A comma-delimited set of resource=quantity pairs that define a hard limit.' }),
      ...refused('string', 'scopes'),
    ],
    resource: 'resourcequotas',
    failure: 'quota',
    build: ({ flags }, name) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name },
      spec: { hard: parseQuantities(flags.string('hard')) },
      status: {},
    }),
  }),
  {
    name: 'token',
    short: 'Request a service account token',
    usage: 'SERVICE_ACCOUNT_NAME',
    flags: [
      ...printFlags,
      flag('audience', 'array', { help: 'Audience of the requested token.' }),
      flag('duration', 'duration', { fallback: '0s', help: 'Requested lifetime of the issued token.' }),
      ...refused('string', 'bound-object-kind', 'bound-object-name', 'bound-object-uid'),
    ],
    run: createToken,
  },
];

interface Data {
  readonly text: Record<string, string>;
  /** Base64. */
  readonly binary: Record<string, string>;
}

async function readData(call: Call, name: string): Promise<Data> {
  const bytes = await readSources(call, ` for ConfigMap ${JSON.stringify(name)}`);
  const data: Data = { text: {}, binary: {} };
  for (const [key, value] of Object.entries(bytes)) {
    const decoded = value.toString('utf8');
    if (Buffer.from(decoded, 'utf8').equals(value)) data.text[key] = decoded;
    else data.binary[key] = value.toString('base64');
  }
  return data;
}

/** `a=1,b=2` */
function parsePairs(text: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const pair of text.split(',').filter((each) => each !== '')) {
    const [key = '', value] = pair.split('=');
    if (value === undefined || key === '')
      throw new KubectlError(`invalid argument syntax ${pair}, expected <resource>=<value>`);
    out[key] = value;
  }
  return out;
}

/** `cpu=1,memory=1Gi`, as Go writes the amounts. */
export function parseQuantities(text: string): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(parsePairs(text)).map(([key, value]) => [key, canonicalQuantity(value)]));
  } catch (error) {
    throw error instanceof QuantityError ? new KubectlError(error.message) : error;
  }
}

async function createToken(call: Call): Promise<number> {
  const { session, flags } = call;
  const name = requireName(call);
  const printer = await objectPrinter(session, flags);
  const seconds = flags.duration('duration') / 1000;
  const audiences = flags.list('audience');
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { audiences, ...(seconds > 0 && { expirationSeconds: seconds }) },
  };
  const namespace = await session.namespace();
  try {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${encodeURIComponent(name)}/token`;
    const answer = await session.json<KubeObject & { status?: { token?: string } }>({ method: 'POST', path, body });
    session.out(printer ? printer.print(answer) : `${answer.status?.token ?? ''}\n`);
    return 0;
  } catch (error) {
    if (error instanceof ApiError) throw new KubectlError(`failed to create token: ${error.message}`);
    throw error;
  }
}
