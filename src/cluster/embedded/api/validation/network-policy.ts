/** Is the NetworkPolicy acceptable? pkg/apis/networking/validation/validation.go, NetworkPolicy part. */

import { cidrContains, parseAddress, parseCidr } from '../../../../kube/cidr.ts';
import type { KubeObject, NetworkPolicyPeer, NetworkPolicyPort } from '../../../../kube/objects.ts';
import { isPort, portRange, type Raw, raw, rawList, strings, validateSelector } from './checks.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from './field-error.ts';
import { portNameProblems } from './names.ts';

const protocols = ['TCP', 'UDP', 'SCTP'];
const directions = ['Ingress', 'Egress'];

export function validateNetworkPolicy(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const errors = validateSelector(raw(spec['podSelector']), 'spec.podSelector');
  for (const [list, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [index, rule] of rawList(spec[list]).entries())
      errors.push(...validateRule(rule, `spec.${list}[${index}]`, peers));
  }
  return [...errors, ...validateTypes(spec['policyTypes'])];
}

function validateTypes(value: unknown): FieldError[] {
  const types = strings(value);
  if (types.length > 2) return [invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  return types.flatMap((type, index) =>
    directions.includes(type) ? [] : [notSupported(`spec.policyTypes[${index}]`, type, directions)],
  );
}

function validateRule(rule: Raw, field: string, peers: 'from' | 'to'): FieldError[] {
  return [
    ...rawList(rule['ports']).flatMap((port, index) => validatePort(port, `${field}.ports[${index}]`)),
    ...rawList(rule[peers]).flatMap((peer, index) => validatePeer(peer, `${field}.${peers}[${index}]`)),
  ];
}

function validatePort({ protocol, port, endPort }: NetworkPolicyPort, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !protocols.includes(protocol))
    errors.push(notSupported(`${field}.protocol`, protocol, protocols));
  if (port === undefined) {
    if (endPort !== undefined)
      errors.push(invalidValue(`${field}.endPort`, endPort, 'may not be specified when `port` is not specified'));
  } else if (typeof port === 'number') {
    if (!isPort(port)) errors.push(invalidValue(`${field}.port`, port, portRange));
    // the message prints the port, not the endPort: so does the real one
    if (endPort !== undefined && endPort < port)
      errors.push(invalidValue(`${field}.endPort`, port, 'must be greater than or equal to `port`'));
    if (endPort !== undefined && !isPort(endPort)) errors.push(invalidValue(`${field}.endPort`, endPort, portRange));
  } else {
    if (endPort !== undefined)
      errors.push(invalidValue(`${field}.endPort`, endPort, 'may not be specified when `port` is non-numeric'));
    errors.push(...portNameProblems(String(port)).map((problem) => invalidValue(`${field}.port`, port, problem)));
  }
  return errors;
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, field: string): FieldError[] {
  const errors = [
    ...validateSelector(podSelector, `${field}.podSelector`),
    ...validateSelector(namespaceSelector, `${field}.namespaceSelector`),
    ...(ipBlock ? validateBlock(ipBlock, `${field}.ipBlock`) : []),
  ];
  if (!podSelector && !namespaceSelector && !ipBlock) return [...errors, required(field, 'must specify a peer')];
  if (ipBlock && (podSelector || namespaceSelector)) {
    return [...errors, forbiddenField(field, 'may not specify both ipBlock and another peer')];
  }
  return errors;
}

function validateBlock({ cidr, except = [] }: NonNullable<NetworkPolicyPeer['ipBlock']>, field: string): FieldError[] {
  if (!cidr) return [required(`${field}.cidr`)];
  const errors = validateCidr(cidr, `${field}.cidr`);
  const block = parseCidr(cidr);
  if (!block) return errors;
  for (const [index, text] of except.entries()) {
    const place = `${field}.except[${index}]`;
    errors.push(...validateCidr(text, place));
    const hole = parseCidr(text);
    if (!hole) continue;
    const inside = cidrContains(block, { family: hole.family, value: hole.base }) && hole.prefix > block.prefix;
    if (!inside) errors.push(invalidValue(place, text, 'must be a strict subset of `cidr`'));
  }
  return errors;
}

/** Strict since 1.36: what Go parses leniently is still refused. */
export function validateCidr(text: string, field: string): FieldError[] {
  const cidr = parseCidr(text);
  if (cidr?.family === 6 && cidr.base >> 32n === 0xffffn) {
    return [invalidValue(field, text, 'must not have an IPv4-mapped IPv6 address')];
  }
  if (cidr) return cidr.canonical ? [] : [invalidValue(field, text, 'must not have bits set beyond the prefix length')];
  const [address = '', prefix = ''] = text.split('/');
  const lenient = address.replaceAll(/(^|\.)0+(?=\d)/g, '$1');
  if (parseAddress(lenient) && /^\d+$/.test(prefix) && parseCidr(`${lenient}/${Number(prefix)}`)) {
    return [invalidValue(field, text, 'must not have leading 0s in IP or prefix length')];
  }
  return [invalidValue(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
}
