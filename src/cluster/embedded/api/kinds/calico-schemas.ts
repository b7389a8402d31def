/**
 * Which fields do Calico's policy kinds have? The schemas of its CustomResourceDefinitions: what they do not name is refused or
 * dropped, and what they restrict is refused in the words of the API server. Descriptions are left out.
 */
type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const flag = { type: 'boolean' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Readonly<Record<string, Schema>>, required?: readonly string[]): Schema => ({
  type: 'object',
  properties,
  ...(required && { required }),
});
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
const within = (minimum: number, maximum: number): Schema => ({ type: 'integer', minimum, maximum });

const numberOrText = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern: '^.*',
  'x-kubernetes-int-or-string': true,
};
const icmp = object({ code: within(0, 255), type: within(0, 254) });

/** Source or destination of a rule. */
const entity = object({
  namespaceSelector: text,
  nets: list(text),
  notNets: list(text),
  notPorts: list(numberOrText),
  notSelector: text,
  ports: list(numberOrText),
  selector: text,
  serviceAccounts: object({ names: list(text), selector: text }),
  services: object({ name: text, namespace: text }),
});

const rule = object(
  {
    action: oneOf('Allow', 'Deny', 'Log', 'Pass'),
    destination: entity,
    http: object({ methods: list(text), paths: list(object({ exact: text, prefix: text })) }),
    icmp,
    ipVersion: { type: 'integer', enum: [4, 6] },
    metadata: object({ annotations: { type: 'object', additionalProperties: text } }),
    notICMP: icmp,
    notProtocol: numberOrText,
    protocol: numberOrText,
    source: entity,
  },
  ['action'],
);

const policy = {
  egress: list(rule),
  ingress: list(rule),
  order: { type: 'number' },
  performanceHints: list(oneOf('AssumeNeededOnEveryNode')),
  selector: text,
  serviceAccountSelector: text,
  tier: text,
  types: list(oneOf('Ingress', 'Egress')),
};
const clusterWide = { applyOnForward: flag, doNotTrack: flag, namespaceSelector: text, preDNAT: flag };
const staged = { stagedAction: oneOf('Set', 'Delete', 'Learn', 'Ignore') };

const specs: Readonly<Record<string, Schema>> = {
  GlobalNetworkPolicy: object({ ...policy, ...clusterWide }),
  GlobalNetworkSet: object({ nets: list(text) }),
  HostEndpoint: object({
    expectedIPs: list(text),
    interfaceName: text,
    node: text,
    ports: list(
      object({ name: text, port: { type: 'integer' }, protocol: numberOrText }, ['name', 'port', 'protocol']),
    ),
    profiles: list(text),
  }),
  NetworkPolicy: object(policy),
  NetworkSet: object({ nets: list(text) }),
  StagedGlobalNetworkPolicy: object({ ...policy, ...clusterWide, ...staged }),
  StagedNetworkPolicy: object({ ...policy, ...staged }),
  Tier: object({ defaultAction: oneOf('Pass', 'Deny'), order: { type: 'number' } }),
};

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Of a whole object; of kinds that nobody writes by hand, anything goes. */
export function calicoSchema(kind: string): Schema {
  const spec = specs[kind];
  return spec ? object({ apiVersion: text, kind: text, metadata: { type: 'object' }, spec }) : anything;
}
