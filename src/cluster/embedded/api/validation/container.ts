/** Is a container acceptable? pkg/apis/core/validation/validation.go, validateContainerCommon and what it calls. */
import { quantityToNumber } from '../../../../kube/quantity.ts';
import {
  isPort,
  isRaw,
  portRange,
  type Raw,
  raw,
  rawList,
  strings,
  text,
  validateNonNegative,
  validatePortReference,
} from './checks.ts';
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  notFoundField,
  notSupported,
  required,
} from './field-error.ts';
import { dnsLabelProblems, envNameProblems, portNameProblems } from './names.ts';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const protocols = ['SCTP', 'TCP', 'UDP'];

/** What a container's fields are checked against. */
export interface ContainerContext {
  readonly volumes: ReadonlySet<string>;
  readonly hostNetwork: boolean;
}

/** For containers, init containers and ephemeral ones. */
export function validateContainer(container: Raw, field: string, context: ContainerContext): FieldError[] {
  const name = text(container['name']);
  const image = text(container['image']);
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.name`));
  else errors.push(...dnsLabelProblems(name).map((problem) => invalidValue(`${field}.name`, name, problem)));
  if (image === '') errors.push(required(`${field}.image`));
  else if (image !== image.trim()) {
    errors.push(invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace'));
  }
  const policy = text(container['terminationMessagePolicy']);
  if (policy !== 'File' && policy !== 'FallbackToLogsOnError') {
    errors.push(notSupported(`${field}.terminationMessagePolicy`, policy, ['FallbackToLogsOnError', 'File']));
  }
  errors.push(...validatePorts(container, field, context));
  errors.push(...validateEnv(container, field));
  errors.push(...validateMounts(container, field, context));
  const pull = text(container['imagePullPolicy']);
  if (pull === '') errors.push(required(`${field}.imagePullPolicy`));
  else if (!pullPolicies.includes(pull)) errors.push(notSupported(`${field}.imagePullPolicy`, pull, pullPolicies));
  return [
    ...errors,
    ...validateResources(raw(container['resources']), `${field}.resources`),
    ...validateSecurity(container, field),
  ];
}

function validatePorts(container: Raw, field: string, context: ContainerContext): FieldError[] {
  const seen = new Set<string>();
  return rawList(container['ports']).flatMap((port, index) => {
    const place = `${field}.ports[${index}]`;
    const errors: FieldError[] = [];
    const name = text(port['name']);
    const { containerPort, hostPort, protocol } = port;
    if (name !== '') {
      const problems = portNameProblems(name);
      errors.push(...problems.map((problem) => invalidValue(`${place}.name`, name, problem)));
      if (problems.length === 0 && seen.has(name)) errors.push(duplicate(`${place}.name`, name));
      seen.add(name);
    }
    if (!containerPort) errors.push(required(`${place}.containerPort`));
    else if (!isPort(containerPort)) errors.push(invalidValue(`${place}.containerPort`, containerPort, portRange));
    if (hostPort && !isPort(hostPort)) errors.push(invalidValue(`${place}.hostPort`, hostPort, portRange));
    if (context.hostNetwork && hostPort !== containerPort) {
      errors.push(
        invalidValue(`${place}.containerPort`, containerPort, 'must match `hostPort` when `hostNetwork` is true'),
      );
    }
    if (text(protocol) === '') errors.push(required(`${place}.protocol`));
    else if (!protocols.includes(text(protocol))) errors.push(notSupported(`${place}.protocol`, protocol, protocols));
    return errors;
  });
}

const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];
const oneSource =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

function validateEnv(container: Raw, field: string): FieldError[] {
  return rawList(container['env']).flatMap((variable, index) => {
    const place = `${field}.env[${index}]`;
    const name = text(variable['name']);
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${place}.name`));
    else errors.push(...envNameProblems(name).map((problem) => invalidValue(`${place}.name`, name, problem)));
    const from = variable['valueFrom'];
    if (!isRaw(from)) return errors;
    const given = sources.filter((source) => from[source] !== undefined);
    if (given.length === 0) errors.push(invalidValue(`${place}.valueFrom`, '', oneSource));
    else if (text(variable['value']) !== '')
      errors.push(invalidValue(`${place}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    else if (given.length > 1)
      errors.push(invalidValue(`${place}.valueFrom`, '', 'may not have more than one field specified at a time'));
    for (const source of ['configMapKeyRef', 'secretKeyRef']) {
      const ref = from[source];
      if (isRaw(ref) && text(ref['key']) === '') errors.push(required(`${place}.valueFrom.${source}.key`));
    }
    return errors;
  });
}

function validateMounts(container: Raw, field: string, { volumes }: ContainerContext): FieldError[] {
  const paths = new Set<string>();
  return rawList(container['volumeMounts']).flatMap((mount, index) => {
    const place = `${field}.volumeMounts[${index}]`;
    const name = text(mount['name']);
    const path = text(mount['mountPath']);
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${place}.name`));
    else if (!volumes.has(name)) errors.push(notFoundField(`${place}.name`, name));
    if (path === '') errors.push(required(`${place}.mountPath`));
    if (paths.has(path)) errors.push(invalidValue(`${place}.mountPath`, path, 'must be unique'));
    paths.add(path);
    return errors;
  });
}

/** What is requested must fit under what is allowed. */
function validateResources(resources: Raw, field: string): FieldError[] {
  const limits = raw(resources['limits']);
  const requests = raw(resources['requests']);
  const errors: FieldError[] = [];
  for (const [list, values] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const [name, value] of Object.entries(values)) {
      if (quantityToNumber(text(value)) < 0) {
        errors.push(invalidValue(`${field}.${list}[${name}]`, text(value), 'must be greater than or equal to 0'));
      }
    }
  }
  for (const [name, value] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit === undefined || quantityToNumber(text(value)) <= quantityToNumber(text(limit))) continue;
    errors.push(
      invalidValue(`${field}.requests`, text(value), `must be less than or equal to ${name} limit of ${text(limit)}`),
    );
  }
  return errors;
}

function validateSecurity(container: Raw, field: string): FieldError[] {
  const context = raw(container['securityContext']);
  const errors: FieldError[] = [];
  const { runAsUser } = context;
  if (typeof runAsUser === 'number' && runAsUser < 0) {
    errors.push(
      invalidValue(`${field}.securityContext.runAsUser`, runAsUser, 'must be between 0 and 2147483647, inclusive'),
    );
  }
  const place = `${field}.securityContext`;
  if (context['allowPrivilegeEscalation'] !== false) return errors;
  if (context['privileged'] === true) {
    errors.push(
      invalidValue(place, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'),
    );
  }
  if (strings(raw(context['capabilities'])['add']).includes('CAP_SYS_ADMIN')) {
    errors.push(
      invalidValue(
        place,
        context,
        'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
      ),
    );
  }
  return errors;
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

/** Liveness and startup probes must succeed once; readiness may ask for more. */
export function validateProbe(probe: unknown, field: string, once: boolean): FieldError[] {
  if (!isRaw(probe)) return [];
  const errors = validateHandler(probe, field, handlers);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    errors.push(...validateNonNegative(probe[name], `${field}.${name}`));
  }
  if (once && probe['successThreshold'] !== 1)
    errors.push(invalidValue(`${field}.successThreshold`, probe['successThreshold'], 'must be 1'));
  return errors;
}

/** Of a probe or a lifecycle hook: exactly one. */
export function validateHandler(handler: Raw, field: string, known: readonly string[]): FieldError[] {
  const given = known.filter((name) => handler[name] !== undefined);
  const [first] = given;
  if (first === undefined) return [required(field, 'must specify a handler type')];
  const errors = given
    .slice(1)
    .map((name) => forbiddenField(`${field}.${name}`, 'may not specify more than 1 handler type'));
  const body = raw(handler[first]);
  const place = `${field}.${first}`;
  switch (first) {
    case 'exec':
      return strings(body['command']).length === 0 ? [...errors, required(`${place}.command`)] : errors;
    case 'httpGet':
      if (text(body['path']) === '') errors.push(required(`${place}.path`));
      errors.push(...validatePortReference(body['port'], `${place}.port`));
      if (!['HTTP', 'HTTPS'].includes(text(body['scheme'])))
        errors.push(notSupported(`${place}.scheme`, body['scheme'], ['HTTP', 'HTTPS']));
      return errors;
    case 'tcpSocket':
      return [...errors, ...validatePortReference(body['port'], `${place}.port`)];
    case 'grpc':
      return isPort(body['port']) ? errors : [...errors, invalidValue(`${place}.port`, body['port'] ?? 0, portRange)];
    default:
      return errors;
  }
}
