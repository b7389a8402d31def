/** Is a container acceptable? pkg/apis/core/validation/validation.go, validateContainerCommon and what it calls. */
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
import { validateEnv, validateEnvFrom } from './env.ts';
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  notFoundField,
  notSupported,
  required,
} from './field-error.ts';
import { dnsLabelProblems, httpHeaderProblems, portNameProblems } from './names.ts';
import { validateResources } from './resources.ts';
import { validateContainerSecurity } from './security-context.ts';
import { validateDescendingPath } from './volumes.ts';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const protocols = ['SCTP', 'TCP', 'UDP'];

/** What a container's fields are checked against. */
export interface ContainerContext {
  readonly volumes: ReadonlySet<string>;
  /** On the node's own network. */
  readonly hostNetwork: boolean;
  /** In a pod itself a port of the node is settled; a template may leave it open. */
  readonly inPod: boolean;
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
  errors.push(...validateEnv(container, field), ...validateEnvFrom(container, field));
  errors.push(...validateMounts(container, field, context));
  const pull = text(container['imagePullPolicy']);
  if (pull === '') errors.push(required(`${field}.imagePullPolicy`));
  else if (!pullPolicies.includes(pull)) errors.push(notSupported(`${field}.imagePullPolicy`, pull, pullPolicies));
  return [
    ...errors,
    ...validateResources(raw(container['resources']), `${field}.resources`),
    ...validateContainerSecurity(container, `${field}.securityContext`),
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
    if (context.hostNetwork && (context.inPod || hostPort) && hostPort !== containerPort) {
      errors.push(
        invalidValue(`${place}.containerPort`, containerPort, 'must match `hostPort` when `hostNetwork` is true'),
      );
    }
    if (text(protocol) === '') errors.push(required(`${place}.protocol`));
    else if (!protocols.includes(text(protocol))) errors.push(notSupported(`${place}.protocol`, protocol, protocols));
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
    if (!volumes.has(name)) errors.push(notFoundField(`${place}.name`, name));
    if (path === '') errors.push(required(`${place}.mountPath`));
    if (paths.has(path)) errors.push(invalidValue(`${place}.mountPath`, path, 'must be unique'));
    paths.add(path);
    return [...errors, ...validateSubPaths(mount, `${field}.volumeMounts`, place)];
  });
}

/** The server leaves the mount's index out of these places. */
function validateSubPaths(mount: Raw, list: string, place: string): FieldError[] {
  const path = text(mount['subPath']);
  const expression = text(mount['subPathExpr']);
  const errors = validateDescendingPath(path, `${list}.subPath`);
  if (expression !== '' && path !== '')
    errors.push(invalidValue(`${place}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive'));
  return [...errors, ...validateDescendingPath(expression, `${list}.subPathExpr`)];
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

/** Liveness and startup probes must succeed once; readiness may ask for more. */
export function validateProbe(probe: unknown, field: string, once: boolean): FieldError[] {
  if (!isRaw(probe)) return [];
  const grace = probe['terminationGracePeriodSeconds'];
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
  if (!once && grace !== undefined)
    errors.push(invalidValue(`${field}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'));
  else if (typeof grace === 'number' && grace <= 0)
    errors.push(invalidValue(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
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
      for (const { name } of rawList(body['httpHeaders'])) {
        const problems = httpHeaderProblems(text(name));
        errors.push(...problems.map((problem) => invalidValue(`${place}.httpHeaders`, name, problem)));
      }
      return errors;
    case 'tcpSocket':
      return [...errors, ...validatePortReference(body['port'], `${place}.port`)];
    case 'grpc':
      return isPort(body['port']) ? errors : [...errors, invalidValue(`${place}.port`, body['port'] ?? 0, portRange)];
    default:
      return errors;
  }
}
