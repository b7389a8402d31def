/** How do certificate requests, pod templates and admission policies look in a table? */
import type { KubeObject } from '../../../../kube/objects.ts';
import { humanDuration } from './age.ts';
import { ageOf, columns, formatMap, type KindTable, nameCell } from './column.ts';

type Raw = Readonly<Record<string, unknown>>;

const raw = (value: unknown): Raw => (typeof value === 'object' && value !== null ? (value as Raw) : {});
const list = (value: unknown): readonly Raw[] => (Array.isArray(value) ? value.map(raw) : []);
const specOf = (object: KubeObject): Raw => raw(object['spec']);

export const certificateRequestTable: KindTable = {
  columns: columns('Name*, Age, SignerName, Requestor, RequestedDuration, Condition'),
  cells(object, nowMs) {
    const { signerName = '<none>', username = '', expirationSeconds } = specOf(object);
    return [
      nameCell(object),
      ageOf(object, nowMs),
      String(signerName),
      String(username),
      expirationSeconds === undefined ? '<none>' : humanDuration(Number(expirationSeconds) * 1000),
      conditionOf(raw(object['status'])),
    ];
  },
};

/** A denial outweighs an approval. */
function conditionOf(status: Raw): string {
  const types = list(status['conditions']).map(({ type }) => type);
  const verdict = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  const failed = types.includes('Failed') ? ',Failed' : '';
  return `${verdict}${failed}${status['certificate'] ? ',Issued' : ''}`;
}

export const podTemplateTable: KindTable = {
  columns: columns('Name*, Containers, Images, Pod Labels'),
  cells(object) {
    const template = raw(object['template']);
    const containers = list(raw(template['spec'])['containers']);
    return [
      nameCell(object),
      containers.map(({ name }) => name).join(','),
      containers.map(({ image }) => image).join(','),
      formatMap(raw(raw(template['metadata'])['labels'])),
    ];
  },
};

export const validatingPolicyTable: KindTable = {
  columns: columns('Name*, Validations:integer, ParamKind, Age'),
  cells(object, nowMs) {
    const { apiVersion, kind } = raw(specOf(object)['paramKind']);
    const parameter = kind === undefined ? '<unset>' : `${apiVersion}/${kind}`;
    return [nameCell(object), list(specOf(object)['validations']).length, parameter, ageOf(object, nowMs)];
  },
};

export const policyBindingTable: KindTable = {
  columns: columns('Name*, PolicyName, ParamRef, Age'),
  cells(object, nowMs) {
    const { namespace, name } = raw(specOf(object)['paramRef']);
    const parameter = name === undefined ? '<unset>' : namespace === undefined ? `*/${name}` : `${namespace}/${name}`;
    return [nameCell(object), String(specOf(object)['policyName'] ?? ''), parameter, ageOf(object, nowMs)];
  },
};
