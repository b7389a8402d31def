/** What do Services, NetworkPolicies and other network kinds get? pkg/apis/core/v1/defaults.go, pkg/apis/networking/v1/defaults.go. */
import { child, type Draft, ensure, fill, items } from './draft.ts';

export function defaultService(object: Draft): void {
  const spec = ensure(object, 'spec');
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec['sessionAffinity'] === 'ClientIP') {
    fill(ensure(ensure(spec, 'sessionAffinityConfig'), 'clientIP'), { timeoutSeconds: 10_800 });
  }
  for (const port of items(spec, 'ports')) {
    fill(port, { protocol: 'TCP' });
    if (port['targetPort'] === undefined || port['targetPort'] === 0 || port['targetPort'] === '')
      port['targetPort'] = port['port'];
  }
  const { type } = spec;
  const external = type === 'NodePort' || type === 'LoadBalancer';
  if (external || hasExternalIps(spec)) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (type !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
}

function hasExternalIps(spec: Draft): boolean {
  const ips = spec['externalIPs'];
  return Array.isArray(ips) && ips.length > 0;
}

/** policyTypes follow from what is written: Ingress always, Egress where there is a rule for it. */
export function defaultNetworkPolicy(object: Draft): void {
  const spec = child(object, 'spec');
  if (!spec) return;
  for (const direction of ['ingress', 'egress']) {
    for (const rule of items(spec, direction)) for (const port of items(rule, 'ports')) fill(port, { protocol: 'TCP' });
  }
  const types = spec['policyTypes'];
  if (Array.isArray(types) && types.length > 0) return;
  spec['policyTypes'] = items(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

export function defaultEndpoints(object: Draft): void {
  for (const subset of items(object, 'subsets'))
    for (const port of items(subset, 'ports')) fill(port, { protocol: 'TCP' });
}

export function defaultEndpointSlice(object: Draft): void {
  for (const port of items(object, 'ports')) fill(port, { name: '', protocol: 'TCP' });
}
