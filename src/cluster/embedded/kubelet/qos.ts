/** The quality-of-service class of a pod, from requests and limits (pkg/apis/core/v1/helper/qos). */
import type { Pod } from '../../../kube/objects.ts';
import { quantity } from './downward.ts';

export function qosClassOf(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const names = ['cpu', 'memory'] as const;
  const amount = (list: Record<string, string> | undefined, name: string) => quantity(list?.[name] ?? '0');
  const asks = containers.some(({ resources }) =>
    names.some((name) => amount(resources?.requests, name) > 0 || amount(resources?.limits, name) > 0),
  );
  if (!asks) return 'BestEffort';
  const guaranteed = containers.every(({ resources }) =>
    names.every((name) => {
      const limit = amount(resources?.limits, name);
      const request = resources?.requests?.[name] === undefined ? limit : amount(resources.requests, name);
      return limit > 0 && request === limit;
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
