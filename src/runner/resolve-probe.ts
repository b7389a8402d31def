/** Finds the pod that a probe starts from and the address that it goes to, at the moment of asking. */
import type { KubeClient } from '../kube/client.ts';
import { wellKnown } from '../kube/client.ts';
import type { Deployment, Pod, Service } from '../kube/objects.ts';
import { formatSelector } from '../kube/selectors.ts';
import type { ProbeRequest } from '../probe/observation.ts';
import type { Destination, Source } from '../scenario/endpoint.ts';
import { printSource } from '../scenario/endpoint.ts';
import type { Outside } from '../scenario/model.ts';
import { isReady } from './wait-ready.ts';

/** What is looked up; a round of probes remembers the answers. */
export type Lookup = Pick<KubeClient, 'find' | 'list'>;

/** A request, or why there can be none. */
export type Resolved = { readonly request: ProbeRequest } | { readonly missing: string };

export async function resolveProbe(
  client: Lookup,
  from: Source,
  to: Destination,
  outside: readonly Outside[],
): Promise<Resolved> {
  const [pod, host] = await Promise.all([sourcePod(client, from), hostOf(client, to, outside)]);
  if (pod === undefined) return { missing: `there is no pod ${printSource(from)}` };
  if (typeof host !== 'string') return host;
  return { request: { namespace: from.namespace, pod, host, port: to.port, protocol: to.protocol } };
}

/** The name of a ready pod; of several, the first by name. A pod that is named is taken as it is. */
export async function sourcePod(client: Lookup, source: Source): Promise<string | undefined> {
  if (source.kind === 'pod') return source.name;
  const selector = source.kind === 'labels' ? source.selector : await selectorOf(client, source.namespace, source.name);
  if (selector === undefined) return undefined;
  const pods = await client.list<Pod>(wellKnown.pods, source.namespace, { labelSelector: selector });
  const alive = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const names = (list: readonly Pod[]) => list.map(({ metadata }) => metadata.name ?? '').sort();
  return names(alive.filter(isReady))[0] ?? names(alive)[0];
}

async function selectorOf(client: Lookup, namespace: string, name: string): Promise<string | undefined> {
  const deployment = await client.find<Deployment>(wellKnown.deployments, namespace, name);
  return deployment && formatSelector(deployment.spec?.selector);
}

async function hostOf(
  client: Lookup,
  { target }: Destination,
  outside: readonly Outside[],
): Promise<string | { readonly missing: string }> {
  switch (target.kind) {
    case 'name':
      return target.host;
    case 'address':
      return target.ip;
    case 'outside': {
      const address = outside.find(({ name }) => name === target.name)?.addresses?.[0];
      return address ?? { missing: `the host ${target.name} has no address in scenario.yaml` };
    }
    case 'pod': {
      const pod = await client.find<Pod>(wellKnown.pods, target.namespace, target.name);
      return (
        pod?.status?.podIP ?? {
          missing: `pod ${target.namespace}/${target.name} ${pod ? 'has no address yet' : 'is not there'}`,
        }
      );
    }
    case 'service': {
      const service = await client.find<Service>(wellKnown.services, target.namespace, target.name);
      const address = service?.spec?.clusterIP;
      return address && address !== 'None'
        ? address
        : { missing: `service ${target.namespace}/${target.name} ${service ? 'has no address' : 'is not there'}` };
    }
  }
}

/** The same client, asking for each object once: good for one round of probes, in which nothing is expected to change. */
export function rememberLookups(client: Lookup): Lookup {
  const known = new Map<string, Promise<unknown>>();
  const remember = <T>(key: readonly unknown[], ask: () => Promise<T>): Promise<T> => {
    const text = JSON.stringify(key);
    const found = (known.get(text) as Promise<T> | undefined) ?? ask();
    known.set(text, found);
    return found;
  };
  return {
    find: (type, namespace, name) =>
      remember(['find', type.resource, namespace, name], () => client.find(type, namespace, name)),
    list: (type, namespace, query) =>
      remember(['list', type.resource, namespace, query], () => client.list(type, namespace, query)),
  };
}
