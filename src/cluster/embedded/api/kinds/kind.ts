/**
 * What does the machinery know about a kind? Names for discovery, where its fields come from, and which of the server's
 * habits it has: a counted generation, a status of its own, the rule for names.
 */
import type { ServedSubresource, ServedType } from '../machinery.ts';

/** Which characters metadata.name may have. `segment`: anything that fits into a URL path, as RBAC's `system:node`. */
export type NameRule = 'subdomain' | 'label' | 'service' | 'segment';

export interface Kind extends ServedType {
  /** Key of the Go type; undefined: fields beyond metadata are taken as they come. */
  readonly schema: string | undefined;
  readonly nameRule: NameRule;
  /** metadata.generation counts changes of everything but metadata and status. */
  readonly generation: boolean;
  /** Writes to the main resource keep the stored status, writes to `/status` keep the rest. */
  readonly statusSubresource: boolean;
  /** Defined by a CustomResourceDefinition: its structural schema and printer columns. */
  readonly custom?: CustomKind;
}

export interface CustomKind {
  readonly openApiSchema: unknown;
  readonly scale?: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    readonly labelSelectorPath?: string;
  };
}

export const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;

const updateVerbs = ['get', 'patch', 'update'] as const;

export function statusOf(kind: string): ServedSubresource {
  return { name: 'status', kind, verbs: updateVerbs };
}

export const scaleSubresource: ServedSubresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: updateVerbs,
};

/** `pods`, `deployments.apps`: how a stored kind is addressed and how errors name it. */
export function resourceId(group: string, resource: string): string {
  return group === '' ? resource : `${resource}.${group}`;
}
