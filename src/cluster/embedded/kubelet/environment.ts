/**
 * A container's environment in the kubelet's order: envFrom, env, then the Services of the namespace that exist when it
 * starts (pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables). References `$(NAME)` are expanded here, as in command and args.
 */
import type { Container, Pod, Service } from '../../../kube/objects.ts';
import type { Stores } from '../stores.ts';
import { type Allocatable, fieldValue, resourceValue } from './downward.ts';

/** Something that the container refers to is missing: CreateContainerConfigError. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type EnvVar = NonNullable<Container['env']>[number];
type EnvFrom = NonNullable<Container['envFrom']>[number];

/** Throws ConfigError worded as the kubelet's. `pod` carries the status with the addresses. */
export function environmentOf(pod: Pod, container: Container, stores: Stores, node: Allocatable): Map<string, string> {
  const namespace = pod.metadata.namespace ?? 'default';
  const services = serviceVariables(namespace, pod.spec?.enableServiceLinks !== false, stores);
  const result = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    for (const [key, value] of importAll(source, namespace, stores)) result.set(`${source.prefix ?? ''}${key}`, value);
  }
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? valueFrom(variable, pod, container, namespace, stores, node)
      : expand(variable.value ?? '', (name) => result.get(name) ?? services.get(name));
    if (value !== undefined) result.set(variable.name, value);
  }
  for (const [name, value] of services) if (!result.has(name)) result.set(name, value);
  return result;
}

/** Command and args with their references replaced. */
export function expandCommand(container: Container, env: ReadonlyMap<string, string>): Container {
  const words = (list: string[] | undefined) => list?.map((word) => expand(word, (name) => env.get(name)));
  const command = words(container.command);
  const args = words(container.args);
  return { ...container, ...(command && { command }), ...(args && { args }) };
}

/** `$(NAME)` where NAME is known; `$$(NAME)` is `$(NAME)`; anything else stays (third_party/forked/golang/expansion). */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (lookup(name) ?? whole),
  );
}

function importAll(source: EnvFrom, namespace: string, stores: Stores): [string, string][] {
  const { configMapRef, secretRef } = source;
  if (configMapRef) {
    const found = stores.configMaps.find(namespace, configMapRef.name ?? '');
    if (!found && !configMapRef.optional) throw new ConfigError(`configmap "${configMapRef.name}" not found`);
    return sorted(found?.data ?? {});
  }
  if (secretRef) {
    const found = stores.secrets.find(namespace, secretRef.name ?? '');
    if (!found && !secretRef.optional) throw new ConfigError(`secret "${secretRef.name}" not found`);
    return sorted(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  }
  return [];
}

function valueFrom(
  variable: EnvVar,
  pod: Pod,
  container: Container,
  namespace: string,
  stores: Stores,
  node: Allocatable,
): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath);
  if (resourceFieldRef) {
    return resourceValue(container, resourceFieldRef.resource, resourceFieldRef.divisor, node);
  }
  if (configMapKeyRef) {
    const { name = '', key, optional } = configMapKeyRef;
    const found = stores.configMaps.find(namespace, name);
    if (!found && !optional) throw new ConfigError(`configmap "${name}" not found`);
    const value = found?.data?.[key];
    if (value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (secretKeyRef) {
    const { name = '', key, optional } = secretKeyRef;
    const found = stores.secrets.find(namespace, name);
    if (!found && !optional) throw new ConfigError(`secret "${name}" not found`);
    const value = found?.data?.[key];
    if (value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  }
  return undefined;
}

/** Docker-links variables; `kubernetes` of the default namespace is always among them. */
function serviceVariables(namespace: string, links: boolean, stores: Stores): Map<string, string> {
  const master = stores.services.find('default', 'kubernetes');
  const own = links ? stores.services.list(namespace) : [];
  const variables = new Map<string, string>();
  for (const service of [...(master ? [master] : []), ...own]) {
    for (const [name, value] of variablesOf(service)) variables.set(name, value);
  }
  return new Map([...variables].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Variables = readonly (readonly [string, string])[];

/** What is stored does not change, and every container of a namespace asks for all of its Services. */
const known = new WeakMap<Service, Variables>();

function variablesOf(service: Service): Variables {
  const before = known.get(service);
  if (before) return before;
  const variables = linksOf(service);
  known.set(service, variables);
  return variables;
}

function linksOf(service: Service): Variables {
  const prefix = shout(service.metadata.name ?? '');
  const { clusterIP: ip, ports = [] } = service.spec ?? {};
  const [first] = ports;
  if (!ip || ip === 'None' || !first) return [];
  const variables: [string, string][] = [
    [`${prefix}_SERVICE_HOST`, ip],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
  ];
  for (const { name, port } of ports) {
    if (name) variables.push([`${prefix}_SERVICE_PORT_${shout(name)}`, String(port)]);
  }
  ports.forEach(({ port, protocol = 'TCP' }, index) => {
    const scheme = protocol.toLowerCase();
    const link = `${prefix}_PORT_${port}_${protocol}`;
    const url = `${scheme}://${ip}:${port}`;
    if (index === 0) variables.push([`${prefix}_PORT`, url]);
    variables.push([link, url], [`${link}_PROTO`, scheme], [`${link}_PORT`, String(port)], [`${link}_ADDR`, ip]);
  });
  return variables;
}

function shout(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

function sorted(data: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
}
