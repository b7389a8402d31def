/** kubectl explain: documentation of a kind's fields, from the server's OpenAPI v3 documents. */
import type { DiscoveredType } from '../../kube/client.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError, notBuiltIn, PlainError } from '../errors.ts';
import { flag } from '../flags/spec.ts';
import { apiVersionOf, matchType, qualified } from '../resources/types.ts';
import type { Session } from '../session.ts';
import { describeSchema, type Schema, type Schemas } from './explain-text.ts';

export const explainCommand: Command = {
  name: 'explain',
  short: 'Get documentation for a resource',
  usage: 'TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2]',
  flags: [
    flag('api-version', 'string', { help: 'Use given api-version (group/version) of the resource.' }),
    flag('output', 'string', { short: 'o', fallback: 'plaintext', help: 'Format in which to render the schema.' }),
    flag('recursive', 'bool', { help: 'When true, print the name of all the fields recursively.' }),
  ],
  run: explain,
};

async function explain({ session, flags, args }: Call): Promise<number> {
  const [word, ...more] = args;
  if (word === undefined) {
    throw new KubectlError(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  }
  if (more.length > 0)
    throw new KubectlError(
      "We accept only this format: explain RESOURCE\nSee 'kubectl explain -h' for help and examples",
    );
  if (flags.string('output') !== 'plaintext') throw notBuiltIn(`kubectl explain --output=${flags.string('output')}`);
  const { type, path } = await splitWord(session, word, flags.string('api-version'));
  const schemas = await schemasOf(session, type);
  const root = findRoot(schemas, type);
  if (!root)
    throw new KubectlError(
      `GVR (${type.group}/${type.version}, Resource=${type.resource}) not found in OpenAPI schema`,
    );
  const { text, error } = describeSchema({ type, root, schemas, path, recursive: flags.bool('recursive') });
  session.out(text);
  if (error !== undefined) throw new KubectlError(error);
  return 0;
}

/** `deployments.apps.spec`: the group is told from the fields by what the server serves. */
async function splitWord(
  session: Session,
  word: string,
  apiVersion: string,
): Promise<{ type: DiscoveredType; path: readonly string[] }> {
  const types = await session.types({ fresh: true });
  const parts = word.replace(/\.$/, '').split('.');
  for (let length = parts.length; length > 1 && apiVersion === ''; length--) {
    const name = parts.slice(0, length).join('.').toLowerCase();
    const exact = types.find((type) =>
      [qualified(type), `${type.singular}.${type.group}`, `${type.resource}.${type.version}.${type.group}`].includes(
        name,
      ),
    );
    if (exact?.group) return { type: exact, path: parts.slice(length) };
  }
  const [kind = '', ...path] = parts;
  const found = matchType(types, kind);
  if (!found) throw new PlainError(`the server doesn't have a resource type ${JSON.stringify(kind)}`);
  if (apiVersion === '') return { type: found, path };
  const versioned = types.find((type) => apiVersionOf(type) === apiVersion && type.resource === found.resource);
  if (!versioned) throw new KubectlError(`couldn't find resource for "${apiVersion}, Resource=${found.resource}"`);
  return { type: versioned, path };
}

interface OpenApiIndex {
  readonly paths?: Readonly<Record<string, { readonly serverRelativeURL?: string }>>;
}

async function schemasOf(session: Session, type: DiscoveredType): Promise<Schemas> {
  const index = await session.json<OpenApiIndex>({ path: '/openapi/v3' });
  const key = type.group ? `apis/${type.group}/${type.version}` : `api/${type.version}`;
  const url = index.paths?.[key]?.serverRelativeURL;
  if (!url) throw new KubectlError(`couldn't find resource for "${apiVersionOf(type)}, Resource=${type.resource}"`);
  const document = await session.json<{ components?: { schemas?: Schemas } }>({ path: url });
  return document.components?.schemas ?? {};
}

function findRoot(schemas: Schemas, type: DiscoveredType): Schema | undefined {
  return Object.values(schemas).find((schema) =>
    schema['x-kubernetes-group-version-kind']?.some(
      ({ group, version, kind }) => group === type.group && version === type.version && kind === type.kind,
    ),
  );
}
