/** Are the security contexts of a pod and its containers acceptable? pkg/apis/core/validation/validation.go. */
import { isRaw, type Raw, raw, rawList, strings, text } from './checks.ts';
import { duplicate, type FieldError, invalidValue, notSupported, required } from './field-error.ts';
import { dumpStruct } from './go-dump.ts';
import { validateDescendingPath } from './volumes.ts';

const ids = 'must be between 0 and 2147483647, inclusive';
const sysctlFormat = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const sysctlName = new RegExp(`^${sysctlFormat}$`);

function validateId(value: unknown, field: string): FieldError[] {
  return typeof value === 'number' && (value < 0 || value > 2_147_483_647) ? [invalidValue(field, value, ids)] : [];
}

export function validatePodSecurity(spec: Raw, field: string): FieldError[] {
  const context = raw(spec['securityContext']);
  const groups = Array.isArray(context['supplementalGroups']) ? context['supplementalGroups'] : [];
  const errors = [
    ...['fsGroup', 'runAsUser', 'runAsGroup'].flatMap((name) => validateId(context[name], `${field}.${name}`)),
    ...groups.flatMap((group, index) => validateId(group, `${field}.supplementalGroups[${index}]`)),
  ];
  if (spec['shareProcessNamespace'] === true && spec['hostPID'] === true) {
    const why = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalidValue(`${field}.shareProcessNamespace`, true, why));
  }
  errors.push(...validateSysctls(rawList(context['sysctls']), `${field}.sysctls`));
  const policy = context['fsGroupChangePolicy'];
  if (policy !== undefined && policy !== 'Always' && policy !== 'OnRootMismatch')
    errors.push(notSupported(`${field}.fsGroupChangePolicy`, policy, ['Always', 'OnRootMismatch']));
  return [...errors, ...validateSeccomp(context['seccompProfile'], `${field}.seccompProfile`)];
}

function validateSysctls(sysctls: readonly Raw[], field: string): FieldError[] {
  const seen = new Set<string>();
  return sysctls.flatMap((sysctl, index) => {
    const name = text(sysctl['name']);
    const place = `${field}[${index}].name`;
    const known = seen.has(name);
    seen.add(name);
    if (name === '') return [required(place)];
    if (!sysctlName.test(name))
      return [invalidValue(place, name, `must have at most 253 characters and match regex ^${sysctlFormat}$`)];
    return known ? [duplicate(place, name)] : [];
  });
}

const seccompTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function validateSeccomp(profile: unknown, field: string): FieldError[] {
  if (!isRaw(profile)) return [];
  const type = text(profile['type']);
  const local = profile['localhostProfile'];
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${field}.type`, 'type is required when seccompProfile is set'));
  else if (!seccompTypes.includes(type)) errors.push(notSupported(`${field}.type`, type, seccompTypes));
  if (type !== 'Localhost') {
    if (local === undefined) return errors;
    const shown = dumpStruct('core/v1.SeccompProfile', profile);
    return [
      ...errors,
      invalidValue(`${field}.localhostProfile`, shown, 'can only be set when seccomp type is Localhost'),
    ];
  }
  if (local !== undefined) return [...errors, ...validateDescendingPath(text(local), `${field}.localhostProfile`)];
  return [...errors, required(`${field}.localhostProfile`, 'must be set when seccomp type is Localhost')];
}

export function validateContainerSecurity(container: Raw, field: string): FieldError[] {
  const context = container['securityContext'];
  if (!isRaw(context)) return [];
  const errors = ['runAsUser', 'runAsGroup'].flatMap((name) => validateId(context[name], `${field}.${name}`));
  const proc = context['procMount'];
  if (proc !== undefined && proc !== 'Default' && proc !== 'Unmasked')
    errors.push(notSupported(`${field}.procMount`, proc, ['Default', 'Unmasked']));
  errors.push(...validateSeccomp(context['seccompProfile'], `${field}.seccompProfile`));
  if (context['allowPrivilegeEscalation'] !== false) return errors;
  const refuse = (what: string): FieldError =>
    invalidValue(
      field,
      dumpStruct('core/v1.SecurityContext', context),
      `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
    );
  if (context['privileged'] === true) errors.push(refuse('`privileged` to true'));
  if (strings(raw(context['capabilities'])['add']).includes('CAP_SYS_ADMIN'))
    errors.push(refuse('`capabilities.Add` CAP_SYS_ADMIN'));
  return errors;
}
