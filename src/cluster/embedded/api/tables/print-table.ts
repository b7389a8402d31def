/** What does `kubectl get` receive? A Table: the kind's columns, a row of cells for each object, and as much of the object as asked. */
import type { KubeObject } from '../../../../kube/objects.ts';
import type { PrinterColumn, ResourceId } from '../machinery.ts';
import { certificateRequestTable, podTemplateTable, policyBindingTable, validatingPolicyTable } from './admission.ts';
import { autoscalerTable } from './autoscalers.ts';
import {
  componentStatusTable,
  eventTable,
  leaseTable,
  namespaceTable,
  nodeTable,
  priorityClassTable,
} from './cluster.ts';
import type { Cell, ColumnDefinition, KindTable } from './column.ts';
import { customTable } from './custom.ts';
import {
  endpointSliceTable,
  endpointsTable,
  ingressClassTable,
  ingressTable,
  networkPolicyTable,
  serviceTable,
} from './network.ts';
import {
  ageOnlyTable,
  apiServiceTable,
  claimTable,
  configMapTable,
  controllerRevisionTable,
  createdAtTable,
  csiNodeTable,
  resourceQuotaTable,
  roleBindingTable,
  runtimeClassTable,
  secretTable,
  serviceCidrTable,
  storageClassTable,
  volumeTable,
  webhookTable,
} from './others.ts';
import { podTable } from './pods.ts';
import {
  budgetTable,
  cronJobTable,
  daemonSetTable,
  deploymentTable,
  jobTable,
  replicaSetTable,
  replicationControllerTable,
  statefulSetTable,
} from './workloads.ts';

export interface TableOptions {
  readonly nowMs: number;
  /** What each row carries beside its cells; kubectl sorts and labels by it. */
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  /** Of a custom kind: `ServedType.printerColumns`. */
  readonly printerColumns?: readonly PrinterColumn[] | undefined;
}

export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly columnDefinitions: readonly ColumnDefinition[];
  readonly rows: readonly { readonly cells: readonly Cell[]; readonly object?: KubeObject }[];
}

const tables: Readonly<Record<ResourceId, KindTable>> = {
  componentstatuses: componentStatusTable,
  configmaps: configMapTable,
  endpoints: endpointsTable,
  events: eventTable,
  namespaces: namespaceTable,
  nodes: nodeTable,
  persistentvolumeclaims: claimTable,
  persistentvolumes: volumeTable,
  pods: podTable,
  podtemplates: podTemplateTable,
  replicationcontrollers: replicationControllerTable,
  resourcequotas: resourceQuotaTable,
  secrets: secretTable,
  serviceaccounts: ageOnlyTable,
  services: serviceTable,
  'apiservices.apiregistration.k8s.io': apiServiceTable,
  'controllerrevisions.apps': controllerRevisionTable,
  'daemonsets.apps': daemonSetTable,
  'deployments.apps': deploymentTable,
  'replicasets.apps': replicaSetTable,
  'statefulsets.apps': statefulSetTable,
  'horizontalpodautoscalers.autoscaling': autoscalerTable,
  'cronjobs.batch': cronJobTable,
  'jobs.batch': jobTable,
  'certificatesigningrequests.certificates.k8s.io': certificateRequestTable,
  'leases.coordination.k8s.io': leaseTable,
  'endpointslices.discovery.k8s.io': endpointSliceTable,
  'ingressclasses.networking.k8s.io': ingressClassTable,
  'ingresses.networking.k8s.io': ingressTable,
  'networkpolicies.networking.k8s.io': networkPolicyTable,
  'servicecidrs.networking.k8s.io': serviceCidrTable,
  'poddisruptionbudgets.policy': budgetTable,
  'rolebindings.rbac.authorization.k8s.io': roleBindingTable,
  'clusterrolebindings.rbac.authorization.k8s.io': roleBindingTable,
  'priorityclasses.scheduling.k8s.io': priorityClassTable,
  'storageclasses.storage.k8s.io': storageClassTable,
  'csinodes.storage.k8s.io': csiNodeTable,
  'runtimeclasses.node.k8s.io': runtimeClassTable,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhookTable,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhookTable,
  'validatingadmissionpolicies.admissionregistration.k8s.io': validatingPolicyTable,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': policyBindingTable,
};

/** Rows in the order of `objects`. List metadata (resourceVersion, continue) is the caller's. */
export function printTable(id: ResourceId, objects: readonly KubeObject[], options: TableOptions): Table {
  const table = options.printerColumns ? customTable(options.printerColumns) : (tables[id] ?? createdAtTable);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: table.columns,
    rows: objects.map((object) => row(table, object, options)),
  };
}

function row(table: KindTable, object: KubeObject, { nowMs, includeObject }: TableOptions): Table['rows'][number] {
  const cells = table.cells(object, nowMs);
  switch (includeObject) {
    case 'None':
      return { cells };
    case 'Object':
      return { cells, object };
    case 'Metadata':
      return {
        cells,
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
      };
  }
}
