/** How do configuration, access, storage and quota objects look in a table? */
import { groupOf, type KubeObject } from '../../../../kube/objects.ts';
import { ageOf, type Cell, columns, type KindTable, nameCell } from './column.ts';

type Raw = Readonly<Record<string, unknown>>;

const raw = (value: unknown): Raw => (typeof value === 'object' && value !== null ? (value as Raw) : {});
const list = (value: unknown): readonly Raw[] => (Array.isArray(value) ? value.map(raw) : []);
const size = (value: unknown): number => Object.keys(raw(value)).length;
const text = (value: unknown, absent = ''): string => (value === undefined || value === null ? absent : String(value));

/** A name, cells of one's own, the age. */
function simple(names: string, cells: (object: KubeObject, spec: Raw) => readonly Cell[]): KindTable {
  return {
    columns: columns(`Name*, ${names ? `${names}, ` : ''}Age`),
    cells: (object, nowMs) => [nameCell(object), ...cells(object, raw(object['spec'])), ageOf(object, nowMs)],
  };
}

export const configMapTable = simple('Data', (object) => [size(object['data']) + size(object['binaryData'])]);
export const secretTable = simple('Type, Data', (object) => [text(object['type']), size(object['data'])]);
export const ageOnlyTable = simple('', () => []);
export const runtimeClassTable = simple('Handler', (object) => [text(object['handler'])]);
export const webhookTable = simple('Webhooks:integer', (object) => [list(object['webhooks']).length]);
export const csiNodeTable = simple('Drivers:integer', (_object, spec) => [list(spec['drivers']).length]);
export const serviceCidrTable = simple('CIDRs', (_object, spec) => [
  (spec['cidrs'] as string[] | undefined)?.join(',') ?? '',
]);

/** The fallback of the real server for kinds that nobody wrote a printer for: Roles, LimitRanges, definitions. */
export const createdAtTable: KindTable = {
  columns: columns('Name*, Created At:date'),
  cells: (object) => [nameCell(object), object.metadata.creationTimestamp ?? '<unknown>'],
};

export const roleBindingTable: KindTable = {
  columns: columns('Name*, Role, Age | Users, Groups, ServiceAccounts'),
  cells(object, nowMs) {
    const ref = raw(object['roleRef']);
    const subjects = list(object['subjects']);
    const names = (kind: string): string =>
      subjects
        .filter((subject) => subject['kind'] === kind)
        .map((subject) =>
          kind === 'ServiceAccount' ? `${text(subject['namespace'])}/${text(subject['name'])}` : text(subject['name']),
        )
        .join(', ');
    return [
      nameCell(object),
      `${text(ref['kind'])}/${text(ref['name'])}`,
      ageOf(object, nowMs),
      names('User'),
      names('Group'),
      names('ServiceAccount'),
    ];
  },
};

export const resourceQuotaTable = simple('Request, Limit', (object) => {
  const status = raw(object['status']);
  const used = raw(status['used']);
  const hard = raw(status['hard'] ?? raw(object['spec'])['hard']);
  const line = (names: readonly string[]): string =>
    names.map((name) => `${name}: ${text(used[name], '0')}/${text(hard[name])}`).join(', ');
  const names = Object.keys(hard).sort();
  return [
    line(names.filter((name) => !name.startsWith('limits.'))),
    line(names.filter((name) => name.startsWith('limits.'))),
  ];
});

const accessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modes(value: unknown): string {
  const given = Array.isArray(value) ? value.map(String) : [];
  return Object.keys(accessModes)
    .filter((mode) => given.includes(mode))
    .map((mode) => accessModes[mode])
    .join(',');
}

export const claimTable: KindTable = {
  columns: columns(
    'Name*, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age | VolumeMode',
  ),
  cells(object, nowMs) {
    const spec = raw(object['spec']);
    const status = raw(object['status']);
    const bound = text(spec['volumeName']) !== '';
    return [
      nameCell(object),
      object.metadata.deletionTimestamp ? 'Terminating' : text(status['phase']),
      text(spec['volumeName']),
      bound ? text(raw(status['capacity'])['storage']) : '',
      bound ? modes(status['accessModes']) : '',
      text(spec['storageClassName']),
      text(spec['volumeAttributesClassName'], '<unset>'),
      ageOf(object, nowMs),
      text(spec['volumeMode'], '<unset>'),
    ];
  },
};

export const volumeTable: KindTable = {
  columns: columns(
    'Name*, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age | VolumeMode',
  ),
  cells(object, nowMs) {
    const spec = raw(object['spec']);
    const status = raw(object['status']);
    const claim = raw(spec['claimRef']);
    return [
      nameCell(object),
      text(raw(spec['capacity'])['storage']),
      modes(spec['accessModes']),
      text(spec['persistentVolumeReclaimPolicy']),
      object.metadata.deletionTimestamp ? 'Terminating' : text(status['phase']),
      claim['name'] === undefined ? '' : `${text(claim['namespace'])}/${text(claim['name'])}`,
      text(spec['storageClassName']),
      text(spec['volumeAttributesClassName'], '<unset>'),
      text(status['reason']),
      ageOf(object, nowMs),
      text(spec['volumeMode'], '<unset>'),
    ];
  },
};

export const storageClassTable: KindTable = {
  columns: columns('Name*, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age'),
  cells(object, nowMs) {
    const isDefault = object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
    return [
      isDefault ? `${nameCell(object)} (default)` : nameCell(object),
      text(object['provisioner']),
      text(object['reclaimPolicy'], 'Delete'),
      text(object['volumeBindingMode'], 'Immediate'),
      object['allowVolumeExpansion'] === true,
      ageOf(object, nowMs),
    ];
  },
};

export const controllerRevisionTable: KindTable = {
  columns: columns('Name*, Controller, Revision, Age'),
  cells(object, nowMs) {
    const owner = object.metadata.ownerReferences?.find((reference) => reference.controller);
    const group = groupOf(owner?.apiVersion ?? '');
    const kind = owner && `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
    return [nameCell(object), kind ?? '<none>', Number(object['revision'] ?? 0), ageOf(object, nowMs)];
  },
};

export const apiServiceTable: KindTable = {
  columns: columns('Name*, Service, Available, Age'),
  cells(object, nowMs) {
    const service = raw(raw(object['spec'])['service']);
    const available = list(raw(object['status'])['conditions']).find((condition) => condition['type'] === 'Available');
    const local = service['name'] === undefined;
    return [
      nameCell(object),
      local ? 'Local' : `${text(service['namespace'])}/${text(service['name'])}`,
      local ? 'True' : text(available?.['status'], 'Unknown'),
      ageOf(object, nowMs),
    ];
  },
};
