/** describe for RBAC: roles and their bindings. */
import type { KubeObject } from '../../kube/objects.ts';
import { type Json, list, text, writeAnnotations, writeLabels } from './metadata.ts';
import { describeWriter } from './writer.ts';

interface Rule {
  readonly resource: string;
  readonly urls: readonly string[];
  readonly names: readonly string[];
  readonly verbs: readonly string[];
  readonly group: string;
}

export function describeRole(role: KubeObject): string {
  const w = describeWriter();
  w.line(0, `Name:\t${role.metadata.name}`);
  writeLabels(w, 'Labels', role.metadata.labels);
  writeAnnotations(w, 'Annotations', role.metadata.annotations);
  w.line(0, 'PolicyRule:\n  Resources\tNon-Resource URLs\tResource Names\tVerbs');
  w.line(1, '---------\t-----------------\t--------------\t-----');
  for (const { resource, urls, names, verbs, group } of compact(list(role, 'rules'))) {
    const what = group && resource ? `${resource}.${group}` : resource;
    w.line(1, `${what}\t[${urls.join(' ')}]\t[${names.join(' ')}]\t[${verbs.join(' ')}]`);
  }
  return w.aligned();
}

/** One line per group and resource, in the order of Go's text for a rule: verbs first. */
function compact(rules: readonly Json[]): Rule[] {
  const merged = new Map<string, { rule: Rule; verbs: Set<string> }>();
  for (const rule of rules) {
    for (const one of breakDown(rule)) {
      const key = JSON.stringify([one.group, one.resource, one.names, one.urls]);
      const entry = merged.get(key) ?? { rule: one, verbs: new Set<string>() };
      for (const verb of one.verbs) entry.verbs.add(verb);
      merged.set(key, entry);
    }
  }
  const out = [...merged.values()].map(({ rule, verbs }) => ({ ...rule, verbs: [...verbs] }));
  const order = (rule: Rule): string =>
    `Verbs:[${rule.verbs.join(' ')}],APIGroups:[${rule.group}],Resources:[${rule.resource}],ResourceNames:[${rule.names.join(' ')}],NonResourceURLs:[${rule.urls.join(' ')}],`;
  return out.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function breakDown(rule: Json): Rule[] {
  const strings = (key: string): string[] => ((rule[key] ?? []) as string[]).map(String);
  const verbs = strings('verbs');
  const urls = strings('nonResourceURLs').map((url) => ({ resource: '', urls: [url], names: [], verbs, group: '' }));
  const names = strings('resourceNames');
  const resources = strings('resources').flatMap((resource) =>
    strings('apiGroups').flatMap((group) =>
      names.length === 0
        ? [{ resource, urls: [], names: [], verbs, group }]
        : names.map((name) => ({ resource, urls: [], names: [name], verbs, group })),
    ),
  );
  return [...resources, ...urls];
}

export function describeRoleBinding(binding: KubeObject): string {
  const w = describeWriter();
  w.line(0, `Name:\t${binding.metadata.name}`);
  writeLabels(w, 'Labels', binding.metadata.labels);
  writeAnnotations(w, 'Annotations', binding.metadata.annotations);
  w.line(0, 'Role:');
  w.line(1, `Kind:\t${text(binding, 'roleRef.kind')}`);
  w.line(1, `Name:\t${text(binding, 'roleRef.name')}`);
  w.line(0, 'Subjects:');
  w.line(1, 'Kind\tName\tNamespace');
  w.line(1, '----\t----\t---------');
  for (const subject of list(binding, 'subjects')) {
    w.line(1, `${text(subject, 'kind')}\t${text(subject, 'name')}\t${text(subject, 'namespace')}`);
  }
  return w.aligned();
}
