/** Are Ingresses and their classes acceptable? pkg/apis/networking/validation/validation.go. */
import { parseAddress } from '../../../../kube/cidr.ts';
import type { KubeObject } from '../../../../kube/objects.ts';
import { isPort, isRaw, portRange, type Raw, raw, rawList, strings, text } from './checks.ts';
import { type FieldError, invalidValue, notSupported, required } from './field-error.ts';
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelKeyProblems,
  portNameProblems,
  wildcardProblems,
} from './names.ts';

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const classAnnotation = 'kubernetes.io/ingress.class';

export function validateIngress(object: KubeObject): FieldError[] {
  const spec = raw(object['spec']);
  const rules = rawList(spec['rules']);
  const errors: FieldError[] = [];
  if (rules.length === 0 && spec['defaultBackend'] === undefined)
    errors.push(invalidValue('spec', null, 'either `defaultBackend` or `rules` must be specified'));
  if (isRaw(spec['defaultBackend'])) errors.push(...validateBackend(spec['defaultBackend'], 'spec.defaultBackend'));
  for (const [index, rule] of rules.entries()) {
    const field = `spec.rules[${index}]`;
    errors.push(...validateHost(text(rule['host']), `${field}.host`));
    const http = rule['http'];
    if (!isRaw(http)) continue;
    const paths = rawList(http['paths']);
    if (paths.length === 0) errors.push(required(`${field}.http.paths`));
    for (const [at, path] of paths.entries()) errors.push(...validatePath(path, `${field}.http.paths[${at}]`));
  }
  return [...errors, ...validateTls(spec), ...validateClassName(object, spec)];
}

function validateHost(host: string, field: string): FieldError[] {
  if (host === '') return [];
  const problems = host.includes('*') ? wildcardProblems(host) : dnsSubdomainProblems(host);
  return [
    ...(parseAddress(host) ? [invalidValue(field, host, 'must be a DNS name, not an IP address')] : []),
    ...problems.map((problem) => invalidValue(field, host, problem)),
  ];
}

function validateTls(spec: Raw): FieldError[] {
  return rawList(spec['tls']).flatMap((tls, index) => {
    const place = `spec.tls[${index}]`;
    const secret = text(tls['secretName']);
    const problems = secret === '' ? [] : dnsSubdomainProblems(secret);
    return [
      ...strings(tls['hosts']).flatMap((host, at) =>
        (host.includes('*') ? wildcardProblems(host) : dnsSubdomainProblems(host)).map((problem) =>
          invalidValue(`${place}.hosts[${at}]`, host, problem),
        ),
      ),
      ...problems.map((problem) => invalidValue(`${place}.secretName`, secret, problem)),
    ];
  });
}

function validateClassName(object: KubeObject, spec: Raw): FieldError[] {
  const name = spec['ingressClassName'];
  if (name === undefined) return [];
  const errors = dnsSubdomainProblems(text(name)).map((problem) =>
    invalidValue('spec.ingressClassName', name, problem),
  );
  const annotated = object.metadata.annotations?.[classAnnotation];
  if (annotated === undefined || annotated === name) return errors;
  const why = 'must match `ingressClassName` when both are specified';
  return [...errors, invalidValue(`annotations.${classAnnotation}`, annotated, why)];
}

const badSequences = ['//', '/./', '/../', '%2f', '%2F'];
const badEndings = ['/..', '/.'];

function validatePath(path: Raw, field: string): FieldError[] {
  const type = text(path['pathType']);
  const value = text(path['path']);
  const place = `${field}.path`;
  if (path['pathType'] === undefined) return [required(`${field}.pathType`, 'pathType must be specified')];
  const errors: FieldError[] = [];
  if (!pathTypes.includes(type)) errors.push(notSupported(`${field}.pathType`, type, pathTypes));
  else if (!value.startsWith('/') && (type !== 'ImplementationSpecific' || value !== ''))
    errors.push(invalidValue(place, value, 'must be an absolute path'));
  if (type === 'Exact' || type === 'Prefix') {
    for (const bad of badSequences)
      if (value.includes(bad)) errors.push(invalidValue(place, value, `must not contain '${bad}'`));
    for (const bad of badEndings)
      if (value.endsWith(bad)) errors.push(invalidValue(place, value, `cannot end with '${bad}'`));
  }
  return [...errors, ...validateBackend(raw(path['backend']), `${field}.backend`)];
}

function validateBackend({ service, resource }: Raw, field: string): FieldError[] {
  if (service !== undefined && resource !== undefined)
    return [invalidValue(field, '', 'cannot set both resource and service backends')];
  if (isRaw(resource))
    return ['kind', 'name']
      .filter((name) => text(resource[name]) === '')
      .map((name) => required(`${field}.resource.${name}`));
  if (!isRaw(service)) return [invalidValue(field, '', 'resource or service backend is required')];
  const name = text(service['name']);
  const errors =
    name === ''
      ? [required(`${field}.service.name`)]
      : dnsLabelProblems(name).map((problem) => invalidValue(`${field}.service.name`, name, problem));
  return [...errors, ...validateBackendPort(raw(service['port']), field)];
}

function validateBackendPort(port: Raw, field: string): FieldError[] {
  const name = text(port['name']);
  const number = Number(port['number'] ?? 0);
  if (name !== '' && number !== 0) return [invalidValue(field, '', 'cannot set both port name & port number')];
  const place = `${field}.service.port`;
  if (name !== '') return portNameProblems(name).map((problem) => invalidValue(`${place}.name`, name, problem));
  if (number === 0) return [required(field, 'port name or number is required')];
  return isPort(number) ? [] : [invalidValue(`${place}.number`, number, portRange)];
}

export function validateIngressClass(object: KubeObject): FieldError[] {
  const controller = text(raw(object['spec'])['controller']);
  if (controller === '') return [required('spec.controller')];
  const field = 'spec.controller';
  if (!controller.includes('/'))
    return [invalidValue(field, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return labelKeyProblems(controller.replace(/\/(.*)\//, '/$1-')).length === 0
    ? []
    : [invalidValue(field, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')];
}
