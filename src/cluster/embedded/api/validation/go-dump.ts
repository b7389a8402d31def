/**
 * How does Go print a whole struct? Every field by its Go name, set or not, as indented JSON: what the server compares and
 * shows when a pod's update is refused.
 */
import { type Field, structSchema, type TypeRef } from '../kinds/schema.ts';
import { isRaw, type Raw, raw } from './checks.ts';

/** The server's own PodSpec (pkg/apis/core/types.go) orders fields in its own way; names of the API type. */
const podSpecOrder = [
  'volumes',
  'initContainers',
  'containers',
  'ephemeralContainers',
  'restartPolicy',
  'terminationGracePeriodSeconds',
  'activeDeadlineSeconds',
  'dnsPolicy',
  'nodeSelector',
  'serviceAccountName',
  'automountServiceAccountToken',
  'nodeName',
  'securityContext',
  'imagePullSecrets',
  'hostname',
  'subdomain',
  'setHostnameAsFQDN',
  'affinity',
  'schedulerName',
  'tolerations',
  'hostAliases',
  'priorityClassName',
  'priority',
  'preemptionPolicy',
  'dnsConfig',
  'readinessGates',
  'runtimeClassName',
  'overhead',
  'enableServiceLinks',
  'topologySpreadConstraints',
  'os',
  'schedulingGates',
  'resourceClaims',
  'resources',
];

/** There they belong to the security context. */
const hostFields = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];

/** Lines of JSON, indented by one space. */
export function dumpPodSpec(spec: Raw): readonly string[] {
  return JSON.stringify(podSpec(spec), undefined, 1).split('\n');
}

/** A template's metadata is embedded: it keeps its JSON names and its omissions. */
export function dumpTemplate(template: Raw): unknown {
  return { ...raw(template['metadata']), Spec: podSpec(raw(template['spec'])) };
}

function podSpec(spec: Raw): Raw {
  const schema = structSchema('core/v1.PodSpec');
  if (!schema) return {};
  const result: Record<string, unknown> = {};
  for (const name of podSpecOrder) {
    const field = schema.byName.get(name);
    if (field) result[field.goName] = dumpField(field, spec[name]);
  }
  result['SecurityContext'] = dumpSecurity(spec);
  return result;
}

function dumpSecurity(spec: Raw): unknown {
  const own = dumpType({ kind: 'struct', name: '', key: 'core/v1.PodSecurityContext' }, raw(spec['securityContext']));
  const host = hostFields.map((name) => [
    goName(name),
    spec[name] ?? (name.startsWith('host') && name !== 'hostUsers' ? false : null),
  ]);
  return { ...Object.fromEntries(host), ...raw(own) };
}

function goName(name: string): string {
  return structSchema('core/v1.PodSpec')?.byName.get(name)?.goName ?? name;
}

function dumpField(field: Field, value: unknown): unknown {
  if (value === undefined || value === null) return field.pointer ? null : zero(field.type);
  return dumpType(field.type, value);
}

function dumpType(type: TypeRef, value: unknown): unknown {
  switch (type.kind) {
    case 'struct': {
      const schema = structSchema(type.key);
      if (!schema || !isRaw(value)) return value;
      return Object.fromEntries(schema.fields.map((field) => [field.goName, dumpField(field, value[field.name])]));
    }
    case 'list':
      return Array.isArray(value) ? value.map((item) => dumpType(type.of, item)) : value;
    case 'map':
      return isRaw(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dumpType(type.of, item)]))
        : value;
    default:
      return value;
  }
}

function zero(type: TypeRef): unknown {
  switch (type.kind) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'float64':
    case 'int-or-string':
      return 0;
    case 'quantity':
      return '0';
    case 'struct':
      return dumpType(type, {});
    default:
      return null;
  }
}

/** A struct of the API type `key` on one line, as an error shows the server's own copy of it. */
export function dumpStruct(key: string, value: unknown): unknown {
  return dumpType({ kind: 'struct', name: '', key }, raw(value));
}
