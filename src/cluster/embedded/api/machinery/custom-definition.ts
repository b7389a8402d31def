/**
 * Which kinds does a CustomResourceDefinition add? It is turned into the machinery's own form when it is written, and marked
 * as established, as the apiextensions server does.
 */
import { type KubeObject, timestamp } from '../../../../kube/objects.ts';
import { child, type Draft, ensure, fill, items } from '../defaults/draft.ts';
import { type Kind, resourceId, scaleSubresource, statusOf } from '../kinds/kind.ts';
import type { PrinterColumn } from '../machinery.ts';
import type { Core } from './core.ts';

const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const;

/** Fills names and status; `object` is changed in place. */
export function prepareDefinition(core: Core, object: KubeObject): void {
  const spec = ensure(object, 'spec');
  const names = ensure(spec, 'names');
  const kind = String(names['kind'] ?? '');
  fill(names, { listKind: `${kind}List`, singular: kind.toLowerCase() });
  fill(spec, { conversion: { strategy: 'None' } });
  const status = ensure(object, 'status');
  if (status['conditions'] !== undefined) {
    status['acceptedNames'] = names;
    return;
  }
  const at = timestamp(core.clock.now());
  const condition = (type: string, reason: string, message: string) => ({
    lastTransitionTime: at,
    message,
    reason,
    status: 'True',
    type,
  });
  object['status'] = {
    acceptedNames: names,
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: items(spec, 'versions')
      .filter((version) => version['storage'] === true)
      .map((version) => version['name']),
  };
}

/** One kind for each served version. */
export function kindsOf(definition: KubeObject): readonly Kind[] {
  const spec = child(definition, 'spec');
  if (!spec || definition.metadata.deletionTimestamp) return [];
  return items(spec, 'versions')
    .filter((version) => version['served'] !== false)
    .map((version) => toKind(spec, version));
}

function toKind(spec: Draft, version: Draft): Kind {
  const names = child(spec, 'names') ?? {};
  const group = String(spec['group']);
  const resource = String(names['plural']);
  const kind = String(names['kind']);
  const subresources = child(version, 'subresources') ?? {};
  const scale = child(subresources, 'scale');
  const hasStatus = subresources['status'] !== undefined;
  return {
    id: resourceId(group, resource),
    group,
    version: String(version['name']),
    resource,
    kind,
    namespaced: spec['scope'] !== 'Cluster',
    singular: String(names['singular'] ?? kind.toLowerCase()),
    shortNames: strings(names['shortNames']),
    categories: strings(names['categories']),
    verbs: customVerbs,
    subresources: [...(scale ? [scaleSubresource] : []), ...(hasStatus ? [statusOf(kind)] : [])],
    storage: version['storage'] === true,
    schema: undefined,
    nameRule: 'subdomain',
    generation: true,
    statusSubresource: hasStatus,
    printerColumns: items(version, 'additionalPrinterColumns').map(toColumn),
    custom: {
      openApiSchema: child(version, 'schema')?.['openAPIV3Schema'],
      ...(scale && {
        scale: {
          specReplicasPath: String(scale['specReplicasPath']),
          statusReplicasPath: String(scale['statusReplicasPath']),
          ...(scale['labelSelectorPath'] !== undefined && { labelSelectorPath: String(scale['labelSelectorPath']) }),
        },
      }),
    },
  };
}

function toColumn(column: Draft): PrinterColumn {
  const { name, type, jsonPath, format, description, priority } = column;
  return {
    name: String(name),
    type: String(type),
    jsonPath: String(jsonPath),
    ...(format !== undefined && { format: String(format) }),
    ...(description !== undefined && { description: String(description) }),
    ...(typeof priority === 'number' && { priority }),
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
