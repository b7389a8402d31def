/** How does an autoscaler look in a table? Targets are what is measured over what is wanted, two at most. */
import type { KubeObject } from '../../../../kube/objects.ts';
import { ageOf, columns, type KindTable, nameCell } from './column.ts';

interface MetricValue {
  readonly averageUtilization?: number;
  readonly averageValue?: string;
  readonly value?: string;
}

interface Metric {
  readonly type: string;
  readonly resource?: { readonly name: string; readonly target?: MetricValue; readonly current?: MetricValue };
  readonly containerResource?: { readonly name: string; readonly target?: MetricValue; readonly current?: MetricValue };
  readonly pods?: { readonly target?: MetricValue; readonly current?: MetricValue };
  readonly object?: { readonly target?: MetricValue; readonly current?: MetricValue };
  readonly external?: { readonly target?: MetricValue; readonly current?: MetricValue };
}

interface Autoscaler {
  readonly spec?: {
    readonly scaleTargetRef?: { readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly metrics?: readonly Metric[];
  };
  readonly status?: { readonly currentReplicas?: number; readonly currentMetrics?: readonly Metric[] | null };
}

export const autoscalerTable: KindTable = {
  columns: columns('Name*, Reference, Targets, MinPods, MaxPods, Replicas, Age'),
  cells(object: KubeObject, nowMs: number) {
    const { spec, status } = object as Autoscaler;
    return [
      nameCell(object),
      `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`,
      targets(spec?.metrics ?? [], status?.currentMetrics ?? []),
      String(spec?.minReplicas ?? '<unset>'),
      spec?.maxReplicas ?? 0,
      status?.currentReplicas ?? 0,
      ageOf(object, nowMs),
    ];
  },
};

function targets(metrics: readonly Metric[], current: readonly Metric[]): string {
  const shown = metrics.slice(0, 2).map((metric, index) => target(metric, current[index]));
  if (shown.length === 0) return '<none>';
  const more = metrics.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` + ${more} more...` : ''}`;
}

function target(metric: Metric, current: Metric | undefined): string {
  const named = metric.resource ?? metric.containerResource;
  const source = named ?? metric.pods ?? metric.object ?? metric.external;
  const now = current?.resource ?? current?.containerResource ?? current?.pods ?? current?.object ?? current?.external;
  const wanted = source?.target ?? {};
  const measured = now?.current ?? {};
  const prefix = named ? `${named.name}: ` : '';
  if (wanted.averageUtilization !== undefined) {
    const value = measured.averageUtilization === undefined ? '<unknown>' : `${measured.averageUtilization}%`;
    return `${prefix}${value}/${wanted.averageUtilization}%`;
  }
  if (wanted.averageValue !== undefined) {
    const suffix = named || metric.pods ? '' : ' (avg)';
    return `${prefix}${measured.averageValue ?? '<unknown>'}/${wanted.averageValue}${suffix}`;
  }
  return `${prefix}${measured.value ?? '<unknown>'}/${wanted.value ?? '<auto>'}`;
}
