/**
 * Whom does a Calico policy, or one side of its rule, mean? The rules for combining selector, namespaceSelector and
 * serviceAccounts are those of libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go.
 */
import type { Labels } from '../kube/objects.ts';
import { labelOf } from '../kube/selectors.ts';
import { type LabelReader, parseCalicoSelector, type SelectorTest } from './calico-selector.ts';
import { writtenEndpoints } from './calico-services.ts';
import { parseNets } from './net.ts';
import type { Endpoint, EndpointSelector, EntityMatch } from './normal.ts';
import { recordOf, textOf, textsOf } from './untyped.ts';

type Fields = Readonly<Record<string, unknown>>;
const everything: SelectorTest = () => true;
const namespaceName = 'projectcalico.org/name';
const nothing: SelectorTest = () => false;

/** The endpoints that a policy applies to. */
export function calicoSubject(spec: Fields, namespace: string | undefined): EndpointSelector {
  const serviceAccountText = textOf(spec['serviceAccountSelector']) ?? '';
  return selectorOf({
    selector: textOf(spec['selector']) ?? '',
    namespaceSelector: namespace === undefined ? (textOf(spec['namespaceSelector']) ?? '') : '',
    namespace,
    serviceAccounts: serviceAccountText ? { names: [], selector: serviceAccountText } : undefined,
    podsOnly: true,
  });
}

/** undefined: this side of the rule asks nothing. */
export function calicoEntity(entity: Fields, namespace: string | undefined): EntityMatch | undefined {
  const selector = textOf(entity['selector']) ?? '';
  const notSelector = textOf(entity['notSelector']) ?? '';
  const namespaceSelector = textOf(entity['namespaceSelector']) ?? '';
  const accounts = entity['serviceAccounts'] === undefined ? undefined : recordOf(entity['serviceAccounts']);
  const serviceAccounts = accounts && {
    names: textsOf(accounts['names']),
    selector: textOf(accounts['selector']) ?? '',
  };
  const asksAccounts =
    serviceAccounts !== undefined && (serviceAccounts.names.length > 0 || serviceAccounts.selector !== '');
  const asksSelector =
    selector !== '' || namespaceSelector !== '' || asksAccounts || (namespace !== undefined && notSelector !== '');
  const nets = textsOf(entity['nets']);
  const notNets = textsOf(entity['notNets']);
  // A Service whose endpoints nobody has written in is one that nobody can be.
  const services = entity['services'] !== undefined;
  const endpoints = services ? (writtenEndpoints(entity) ?? []).map(({ ip }) => ip) : [];
  if (!asksSelector && !notSelector && nets.length === 0 && notNets.length === 0 && !services) return undefined;
  const positive = asksSelector
    ? selectorOf({ selector, namespaceSelector, namespace, serviceAccounts, podsOnly: false })
    : undefined;
  const negative = notSelector ? selectorOf({ ...anywhere, selector: notSelector }) : undefined;
  return {
    ...((nets.length > 0 || services) && { nets: parseNets(services ? endpoints : nets) }),
    ...(notNets.length > 0 && { notNets: parseNets(notNets) }),
    ...(positive && { selector: negative ? except(positive, negative) : positive }),
    ...(negative && !positive && { notSelector: negative }),
  };
}

const anywhere = { namespaceSelector: '', namespace: undefined, serviceAccounts: undefined, podsOnly: false } as const;

/**
 * With a positive selector Calico folds the negative one into it, endpoint by endpoint (felix/calc/rule_scanner.go,
 * combineMatchesIfPossible): an address that two endpoints share matches when one of them passes both.
 */
function except(positive: EndpointSelector, negative: EndpointSelector): EndpointSelector {
  return {
    key: JSON.stringify([positive.key, 'except', negative.key]),
    namespace: positive.namespace,
    matchesNamespace: positive.matchesNamespace,
    matches: (endpoint) => positive.matches(endpoint) && !negative.matches(endpoint),
  };
}

interface SelectorParts {
  readonly selector: string;
  readonly namespaceSelector: string;
  /** Of the policy; it confines the selection unless there is a namespaceSelector. */
  readonly namespace: string | undefined;
  readonly serviceAccounts: { readonly names: readonly string[]; readonly selector: string } | undefined;
  readonly podsOnly: boolean;
}

function selectorOf(parts: SelectorParts): EndpointSelector {
  const own = parts.namespaceSelector ? undefined : parts.namespace;
  const labels = testOf(parts.selector);
  const namespaces = parts.namespaceSelector ? namespaceTest(parts.namespaceSelector) : everything;
  const account = serviceAccountTest(parts.serviceAccounts);
  const matchesNamespace = (name: string | undefined, namespaceLabels: Labels): boolean =>
    (own === undefined || name === own) && namespaces(namespaceReader(name, namespaceLabels));
  return {
    key: JSON.stringify([
      'calico',
      own ?? null,
      parts.selector,
      parts.namespaceSelector,
      parts.serviceAccounts ?? null,
      parts.podsOnly,
    ]),
    namespace: own,
    matchesNamespace,
    matches: (endpoint) =>
      (!parts.podsOnly || endpoint.kind === 'pod') &&
      matchesNamespace(endpoint.namespace, endpoint.namespaceLabels) &&
      account(endpoint) &&
      labels(endpointReader(endpoint)),
  };
}

function testOf(text: string): SelectorTest {
  const parsed = parseCalicoSelector(text);
  return 'error' in parsed ? nothing : parsed.test;
}

/** In a namespaceSelector all() means every namespace and global() means what is in none, as rules.go rewrites them. */
function namespaceTest(text: string): SelectorTest {
  const all: SelectorTest = (label) => label(namespaceName) !== undefined;
  const parsed = parseCalicoSelector(text, { all, global: (label) => !all(label) });
  return 'error' in parsed ? nothing : parsed.test;
}

/** A namespace's labels as Calico's profile `kns.NAME` hands them down; what is in no namespace has none. */
function namespaceReader(name: string | undefined, labels: Labels): LabelReader {
  if (name === undefined) return () => undefined;
  return (key) => (key === namespaceName ? name : labelOf(labels, key));
}

/** Calico adds labels of its own to every workload, and hands down the namespace's and the account's as `pcns.` and `pcsa.`. */
function endpointReader(endpoint: Endpoint): LabelReader {
  return (key) => {
    if (key.startsWith('projectcalico.org/')) {
      if (key === 'projectcalico.org/namespace') return endpoint.namespace;
      if (key === 'projectcalico.org/orchestrator' && endpoint.kind === 'pod') return 'k8s';
      if (key === 'projectcalico.org/serviceaccount') return accountOf(endpoint);
    }
    if (key.startsWith('pcns.')) return namespaceReader(endpoint.namespace, endpoint.namespaceLabels)(key.slice(5));
    if (key.startsWith('pcsa.')) return accountReader(endpoint)(key.slice(5));
    return labelOf(endpoint.labels, key);
  };
}

function serviceAccountTest(accounts: SelectorParts['serviceAccounts']): (endpoint: Endpoint) => boolean {
  if (!accounts) return () => true;
  const { names, selector } = accounts;
  const test = testOf(selector);
  return (endpoint) => {
    const name = accountOf(endpoint);
    if (names.length > 0 && (name === undefined || !names.includes(name))) return false;
    return selector === '' || test(accountReader(endpoint));
  };
}

function accountReader(endpoint: Endpoint): LabelReader {
  return (key) => (key === namespaceName ? accountOf(endpoint) : labelOf(endpoint.serviceAccountLabels ?? {}, key));
}

function accountOf(endpoint: Endpoint): string | undefined {
  return endpoint.kind === 'pod' ? (endpoint.serviceAccount ?? 'default') : undefined;
}
