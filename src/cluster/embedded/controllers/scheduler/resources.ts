/** Room on a node: requests against what is allocatable, the number of pods, host ports. */
import type { Node, Pod } from '../../../../kube/objects.ts';
import { quantityToNumber } from '../../../../kube/quantity.ts';

const counted = ['cpu', 'memory'] as const;

/** Reasons in the scheduler's words; none when the pod fits. */
export function resourceProblems(pod: Pod, node: Node, others: readonly Pod[]): string[] {
  const { allocatable = {} } = node.status ?? {};
  const problems: string[] = [];
  if (others.length + 1 > amount(allocatable['pods'])) problems.push('Too many pods');
  for (const name of counted) {
    const asked = requestOf(pod, name);
    const used = others.reduce((sum, other) => sum + requestOf(other, name), 0);
    if (asked > 0 && used + asked > amount(allocatable[name])) problems.push(`Insufficient ${name}`);
  }
  return problems;
}

export function portProblem(pod: Pod, others: readonly Pod[]): string | undefined {
  const wanted = hostPorts(pod);
  const taken = new Set(others.flatMap(hostPorts));
  return wanted.some((port) => taken.has(port))
    ? "node(s) didn't have free ports for the requested pod ports"
    : undefined;
}

function requestOf(pod: Pod, name: 'cpu' | 'memory'): number {
  const of = (list: NonNullable<Pod['spec']>['containers'] = []) =>
    list.map(({ resources }) => amount(resources?.requests?.[name]));
  const apps = of(pod.spec?.containers).reduce((sum, value) => sum + value, 0);
  return Math.max(apps, ...of(pod.spec?.initContainers));
}

function hostPorts(pod: Pod): string[] {
  const ports = (pod.spec?.containers ?? []).flatMap(({ ports: list = [] }) => list);
  return ports.filter(({ hostPort }) => hostPort).map(({ hostPort, protocol = 'TCP' }) => `${protocol}/${hostPort}`);
}

function amount(text: string | undefined): number {
  return text === undefined ? 0 : quantityToNumber(text) || 0;
}
