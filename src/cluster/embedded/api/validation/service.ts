/** Is the Service acceptable? pkg/apis/core/validation/validation.go, ValidateService. Also Endpoints and EndpointSlices. */

import { parseAddress } from '../../../../kube/cidr.ts';
import type { KubeObject } from '../../../../kube/objects.ts';
import { validateAddress } from './addresses.ts';
import {
  isPort,
  portRange,
  type Raw,
  raw,
  rawList,
  strings,
  text,
  validateLabels,
  validatePortReference,
} from './checks.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems } from './names.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const badAddress = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export function validateService(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const type = text(spec['type']);
  const ports = rawList(spec['ports']);
  const headless = spec['clusterIP'] === 'None';
  const errors: FieldError[] = [];
  if (ports.length === 0 && !headless && type !== 'ExternalName') errors.push(required('spec.ports'));
  errors.push(...validateByType(spec, type, headless));
  for (const [index, port] of ports.entries()) errors.push(...validateServicePort(port, ports, index));
  errors.push(...validateLabels(spec['selector'], 'spec.selector'), ...validateAffinity(spec));
  if (!types.includes(type)) errors.push(notSupported('spec.type', type, types));
  for (const [index, ip] of strings(spec['externalIPs']).entries()) {
    errors.push(...validateAddress(ip, `spec.externalIPs[${index}]`));
  }
  errors.push(...validateNodePorts(ports, type), ...validateUnique(ports), ...validatePolicies(spec, type));
  if (type !== 'ExternalName' && !headless)
    errors.push(...validateAddress(text(spec['clusterIP']), 'spec.clusterIPs[0]'));
  return errors;
}

function validateByType(spec: Raw, type: string, headless: boolean): FieldError[] {
  if (type === 'NodePort' || type === 'LoadBalancer') {
    return headless
      ? [invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)]
      : [];
  }
  if (type !== 'ExternalName') return [];
  const errors: FieldError[] = [];
  if (strings(spec['clusterIPs']).length > 0)
    errors.push(forbiddenField('spec.clusterIPs', 'may not be set for ExternalName services'));
  const name = text(spec['externalName']).replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else errors.push(...dnsSubdomainProblems(name).map((problem) => invalidValue('spec.externalName', name, problem)));
  return errors;
}

function validateServicePort(port: Raw, ports: readonly Raw[], index: number): FieldError[] {
  const field = `spec.ports[${index}]`;
  const name = text(port['name']);
  const errors: FieldError[] = [];
  if (name === '') {
    if (ports.length > 1) errors.push(required(`${field}.name`));
  } else {
    errors.push(...dnsLabelProblems(name).map((problem) => invalidValue(`${field}.name`, name, problem)));
    if (ports.slice(0, index).some((other) => other['name'] === name)) errors.push(duplicate(`${field}.name`, name));
  }
  if (!isPort(port['port'])) errors.push(invalidValue(`${field}.port`, port['port'] ?? 0, portRange));
  errors.push(
    ...validateProtocol(port['protocol'], field),
    ...validatePortReference(port['targetPort'], `${field}.targetPort`),
  );
  const protocol = text(port['appProtocol']);
  if (protocol !== '')
    errors.push(
      ...labelKeyProblems(protocol).map((problem) => invalidValue(`${field}.appProtocol`, protocol, problem)),
    );
  return errors;
}

function validateProtocol(protocol: unknown, field: string): FieldError[] {
  if (text(protocol) === '') return [required(`${field}.protocol`)];
  return protocols.includes(text(protocol)) ? [] : [notSupported(`${field}.protocol`, protocol, protocols)];
}

function validateAffinity(spec: Raw): FieldError[] {
  const affinity = text(spec['sessionAffinity']);
  if (affinity === '') return [required('spec.sessionAffinity')];
  if (affinity === 'None') return [];
  if (affinity !== 'ClientIP') return [notSupported('spec.sessionAffinity', affinity, ['ClientIP', 'None'])];
  const timeout = Number(raw(raw(spec['sessionAffinityConfig'])['clientIP'])['timeoutSeconds']);
  if (timeout > 0 && timeout <= 86_400) return [];
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  return [invalidValue(field, timeout, 'must be greater than 0 and less than 86400')];
}

const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];

function validateNodePorts(ports: readonly Raw[], type: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const nodePort = Number(port['nodePort'] ?? 0);
    if (nodePort === 0) continue;
    const field = `spec.ports[${index}].nodePort`;
    if (type === 'ClusterIP') errors.push(forbiddenField(field, "may not be used when `type` is 'ClusterIP'"));
    const key = `${text(port['protocol'])}/${nodePort}`;
    if (seen.has(key)) errors.push(duplicate(field, nodePort));
    seen.add(key);
  }
  return errors;
}

function validateUnique(ports: readonly Raw[]): FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const key = `${text(port['protocol'])}/${text(port['port'])}`;
    const known = seen.has(key);
    seen.add(key);
    // Go prints the internal struct that served as a key
    const shown = {
      Name: '',
      Protocol: port['protocol'],
      AppProtocol: null,
      Port: port['port'],
      TargetPort: 0,
      NodePort: 0,
    };
    return known ? [duplicate(`spec.ports[${index}]`, shown)] : [];
  });
}

function validatePolicies(spec: Raw, type: string): FieldError[] {
  const errors: FieldError[] = [];
  const external = spec['externalTrafficPolicy'];
  const reachable = type === 'NodePort' || type === 'LoadBalancer' || strings(spec['externalIPs']).length > 0;
  if (external !== undefined && external !== '') {
    const field = 'spec.externalTrafficPolicy';
    if (!reachable) errors.push(invalidValue(field, external, 'may only be set for externally-accessible services'));
    else if (external !== 'Cluster' && external !== 'Local')
      errors.push(notSupported(field, external, ['Cluster', 'Local']));
  }
  const internal = spec['internalTrafficPolicy'];
  if (internal !== undefined && internal !== 'Cluster' && internal !== 'Local') {
    errors.push(notSupported('spec.internalTrafficPolicy', internal, ['Cluster', 'Local']));
  }
  const distribution = spec['trafficDistribution'];
  if (distribution !== undefined && !distributions.includes(text(distribution)))
    errors.push(notSupported('spec.trafficDistribution', distribution, distributions));
  return errors;
}

/** The first address stays for life, unless the Service was or becomes an ExternalName. */
export function validateServiceUpdate(object: KubeObject, current: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const old = raw(current['spec']);
  if (spec['type'] === 'ExternalName' || old['type'] === 'ExternalName') return [];
  const ip = strings(spec['clusterIPs'])[0];
  if (ip === strings(old['clusterIPs'])[0]) return [];
  return [invalidValue('spec.clusterIPs[0]', spec['clusterIPs'], 'may not change once set')];
}

export function validateEndpoints(object: KubeObject): FieldError[] {
  return rawList(object['subsets']).flatMap((subset, index) => {
    const field = `subsets[${index}]`;
    const errors: FieldError[] = [];
    const addresses = rawList(subset['addresses']);
    const notReady = rawList(subset['notReadyAddresses']);
    if (addresses.length + notReady.length === 0)
      errors.push(required(field, 'must specify `addresses` or `notReadyAddresses`'));
    for (const [list, values] of [
      ['addresses', addresses],
      ['notReadyAddresses', notReady],
    ] as const) {
      for (const [at, { ip }] of values.entries())
        errors.push(...validateEndpointAddress(text(ip), `${field}.${list}[${at}].ip`));
    }
    const ports = rawList(subset['ports']);
    for (const [at, port] of ports.entries())
      errors.push(...validateEndpointPort(port, `${field}.ports[${at}]`, ports.length > 1));
    return errors;
  });
}

function validateEndpointPort(port: Raw, field: string, named: boolean): FieldError[] {
  const name = text(port['name']);
  return [
    ...(named && name === '' ? [required(`${field}.name`)] : []),
    ...(name === '' ? [] : dnsLabelProblems(name).map((problem) => invalidValue(`${field}.name`, name, problem))),
    ...(isPort(port['port']) ? [] : [invalidValue(`${field}.port`, port['port'] ?? 0, portRange)]),
    ...validateProtocol(port['protocol'], field),
  ];
}

/** Neither loopback nor link-local nor multicast may be an endpoint. */
function validateEndpointAddress(ip: string, field: string): FieldError[] {
  if (!parseAddress(ip)) return [invalidValue(field, ip, badAddress)];
  const errors: FieldError[] = [];
  if (ip === '0.0.0.0' || ip === '::') errors.push(invalidValue(field, ip, `may not be unspecified (${ip})`));
  if (ip.startsWith('127.') || ip === '::1')
    errors.push(invalidValue(field, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  if (ip.startsWith('169.254.') || /^fe[89ab]/i.test(ip)) {
    errors.push(invalidValue(field, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  }
  if (/^22[4]\.0\.0\./.test(ip))
    errors.push(invalidValue(field, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  return errors;
}

export function validateEndpointSlice(object: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const type = text(object['addressType']);
  if (type === '') errors.push(required('addressType'));
  else if (!['FQDN', 'IPv4', 'IPv6'].includes(type))
    errors.push(notSupported('addressType', type, ['FQDN', 'IPv4', 'IPv6']));
  for (const [index, endpoint] of rawList(object['endpoints']).entries()) {
    const field = `endpoints[${index}].addresses`;
    const addresses = strings(endpoint['addresses']);
    if (addresses.length === 0) errors.push(required(field, 'must contain at least 1 address'));
    if (type !== 'FQDN')
      for (const [at, ip] of addresses.entries()) errors.push(...validateEndpointAddress(ip, `${field}[${at}]`));
  }
  return errors;
}
