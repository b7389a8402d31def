/** How objects become a Table: the kind's columns, one row per object, and as much of each object as the client wants. */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { ServedType } from '../machinery.ts';
import { printTable } from '../tables/print-table.ts';
import type { Form } from './negotiate.ts';
import type { ApiRequest, ServerContext } from './request.ts';

/** `metadata` is the list's or the object's; the client's version of meta.k8s.io is stamped on the table and its rows. */
export function tableOf(
  type: ServedType,
  objects: readonly KubeObject[],
  metadata: object,
  form: Form,
  request: ApiRequest,
  context: ServerContext,
): Record<string, unknown> {
  const wanted = request.query.get('includeObject');
  const includeObject = wanted === 'Object' || wanted === 'None' ? wanted : 'Metadata';
  const { printerColumns } = type;
  const table = printTable(type.id, objects, { nowMs: context.clock.now(), includeObject, printerColumns });
  const apiVersion = `meta.k8s.io/${form.version}`;
  const rows =
    form.version === 'v1' || includeObject !== 'Metadata'
      ? table.rows
      : table.rows.map((row) => ({ ...row, object: { ...row.object, apiVersion } }));
  return { kind: 'Table', apiVersion, metadata, columnDefinitions: table.columnDefinitions, rows };
}
