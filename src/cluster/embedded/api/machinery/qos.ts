/** Which quality of service does a pod get? pkg/apis/core/v1/helper/qos: by what its containers request and limit. */
import { quantityToNumber } from '../../../../kube/quantity.ts';
import { child, type Draft, items } from '../defaults/draft.ts';

export function qosClass(spec: Draft): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...items(spec, 'initContainers'), ...items(spec, 'containers')];
  let some = false;
  let all = true;
  for (const container of containers) {
    const resources = child(container, 'resources') ?? {};
    const requests = positive(child(resources, 'requests'));
    const limits = positive(child(resources, 'limits'));
    if (requests.size > 0 || limits.size > 0) some = true;
    for (const name of ['cpu', 'memory']) {
      const limit = limits.get(name);
      if (limit === undefined || (requests.get(name) ?? limit) !== limit) all = false;
    }
  }
  if (!some) return 'BestEffort';
  return all ? 'Guaranteed' : 'Burstable';
}

function positive(map: Draft | undefined): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of ['cpu', 'memory']) {
    const value = quantityToNumber(String(map?.[name] ?? '0'));
    if (value > 0) found.set(name, value);
  }
  return found;
}
