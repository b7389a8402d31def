/** kubectl expose: a Service for a pod, Service or workload. */
import { pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { dryRunOf, dryRunQuery } from '../dry-run.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { dryRunFlag, fieldManagerFlag, fileFlags, printFlags } from '../flags/common.ts';
import { flag, refused } from '../flags/spec.ts';
import { resultPrinter } from '../print/result.ts';
import { parseSelectorText } from '../resources/selector-text.ts';
import { resolveType } from '../resources/types.ts';
import { visitLive } from '../resources/visit.ts';
import { parsePort } from './generate.ts';
import { podSpecOf } from './pod-spec.ts';

export const exposeCommand: Command = {
  name: 'expose',
  short: 'Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service',
  usage:
    '(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type]',
  flags: [
    ...printFlags,
    ...fileFlags,
    dryRunFlag,
    fieldManagerFlag('kubectl-expose'),
    flag('cluster-ip', 'string', {
      help: "ClusterIP to be assigned to the service. Set to 'None' to create a headless service.",
    }),
    flag('external-ip', 'string', {
      help: 'Additional external IP address (not managed by Kubernetes) to accept for the service.',
    }),
    flag('labels', 'string', { short: 'l', help: 'Labels to apply to the service created by this call.' }),
    flag('name', 'string', { help: 'The name for the newly created object.' }),
    flag('port', 'string', { help: 'The port that the service should serve on.' }),
    flag('protocol', 'string', { help: "The network protocol for the service to be created. Default is 'TCP'." }),
    flag('selector', 'string', { help: 'A label selector to use for this service.' }),
    flag('session-affinity', 'string', {
      help: "If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'",
    }),
    flag('target-port', 'string', {
      help: 'Name or number for the port on the container that the service should direct traffic to.',
    }),
    flag('type', 'string', {
      help: "Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName. Default is 'ClusterIP'.",
    }),
    flag('load-balancer-ip', 'string', { help: 'IP to assign to the LoadBalancer.' }),
    ...refused('string', 'overrides', 'override-type'),
  ],
  run: expose,
};

const exposable = ['Pod', 'Service', 'Deployment', 'ReplicaSet', 'ReplicationController'];

async function expose(call: Call): Promise<number> {
  const { session, flags, args } = call;
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, dryRun);
  const services = await resolveType(session, 'services');
  const errors = await visitLive(session, flags, args, { ignoreSelector: true }, async ({ type, object }) => {
    if (!exposable.includes(type.kind))
      throw new KubectlError(`cannot expose a ${type.kind}${type.group ? `.${type.group}` : ''}`);
    const service = buildService(call, { ...object, kind: type.kind });
    const namespace = object.metadata.namespace;
    const search = new URLSearchParams({ fieldManager: flags.string('field-manager'), ...dryRunQuery(dryRun) });
    const path = `${pathOf(services, namespace)}?${search}`;
    const result = dryRun === 'client' ? service : await session.json({ method: 'POST', path, body: service });
    printer.print(services, service.metadata.name ?? '', 'exposed', result);
  });
  throwAll(errors);
  return 0;
}

interface ContainerPort {
  readonly port: number;
  readonly protocol: string;
}

function buildService({ flags }: Call, object: KubeObject): KubeObject {
  const name = flags.string('name') || (object.metadata.name ?? '').slice(0, 63);
  const selector = flags.string('selector') ? selectorText(flags.string('selector')) : selectorOf(object);
  const declared = portsOf(object);
  const text = flags.string('port');
  if (text === '' && declared.length === 0)
    throw new KubectlError("couldn't find port via --port flag or introspection");
  const wanted =
    text === '' ? declared.map(({ port }) => port) : text.split(',').map((port) => parsePort(port, 'Atoi'));
  const target = flags.string('target-port');
  const ports = wanted.map((port, i) => ({
    ...(wanted.length > 1 && { name: `port-${i + 1}` }),
    port,
    protocol: flags.string('protocol') || declared.find((each) => each.port === port)?.protocol || 'TCP',
    targetPort: target === '' ? port : /^\d+$/.test(target) ? Number(target) : target,
  }));
  const labels = flags.string('labels') ? selectorText(flags.string('labels')) : object.metadata.labels;
  const spec: Record<string, unknown> = { ports, selector };
  for (const [flagName, key] of [
    ['type', 'type'],
    ['cluster-ip', 'clusterIP'],
    ['session-affinity', 'sessionAffinity'],
    ['load-balancer-ip', 'loadBalancerIP'],
  ] as const) {
    if (flags.string(flagName)) spec[key] = flags.string(flagName);
  }
  if (flags.string('external-ip')) spec['externalIPs'] = [flags.string('external-ip')];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...(labels && Object.keys(labels).length > 0 && { labels }) },
    spec,
    status: { loadBalancer: {} },
  };
}

function selectorText(text: string): Record<string, string> {
  return Object.fromEntries(parseSelectorText(text).map(({ key, values }) => [key, values?.[0] ?? '']));
}

function selectorOf(object: KubeObject): Record<string, string> {
  const failure = (why: string) =>
    new KubectlError(`couldn't retrieve selectors via --selector flag or introspection: ${why}`);
  if (object.kind === 'Pod') {
    const labels = object.metadata.labels ?? {};
    if (Object.keys(labels).length === 0) throw failure('the pod has no labels and cannot be exposed');
    return labels;
  }
  const { selector } = object['spec'] as {
    selector?: { matchLabels?: Record<string, string>; matchExpressions?: unknown[] };
  };
  if (object.kind === 'Service' || object.kind === 'ReplicationController') {
    if (!selector) throw failure('the service has no pod selector set, it cannot be exposed');
    return selector as Record<string, string>;
  }
  if (selector?.matchExpressions?.length)
    throw failure(
      `couldn't convert expressions - "${JSON.stringify(selector.matchExpressions)}" to map-based selector format`,
    );
  return selector?.matchLabels ?? {};
}

function portsOf(object: KubeObject): ContainerPort[] {
  if (object.kind === 'Service') {
    const { ports = [] } = object['spec'] as { ports?: { port: number; protocol?: string }[] };
    return ports.map(({ port, protocol = 'TCP' }) => ({ port, protocol }));
  }
  const containers = podSpecOf(object)?.containers ?? [];
  return containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort, protocol = 'TCP' }) => ({ port: containerPort, protocol })),
  );
}
