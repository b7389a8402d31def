/** How objects become a Table: the kind's columns, one row per object, and as much of each object as the client wants. */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { ServedType } from '../machinery.ts';
import type { Form } from './negotiate.ts';
import type { ApiRequest, ServerContext } from './request.ts';

/** `metadata` is the list's or the object's; the client's version of meta.k8s.io is stamped on the table and its rows. */
export function tableOf(
  _type: ServedType,
  objects: readonly KubeObject[],
  metadata: object,
  form: Form,
  _request: ApiRequest,
  _context: ServerContext,
): Record<string, unknown> {
  const apiVersion = `meta.k8s.io/${form.version}`;
  const rows = objects.map((object) => ({
    cells: [object.metadata.name, object.metadata.creationTimestamp],
    object: { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata },
  }));
  const columnDefinitions = ['Name', 'Created At'].map((name) => ({
    name,
    type: 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: 0,
  }));
  return { kind: 'Table', apiVersion, metadata, columnDefinitions, rows };
}
