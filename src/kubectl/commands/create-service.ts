/** kubectl create service clusterip|nodeport|loadbalancer|externalname, and create ingress. */
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { flag } from '../flags/spec.ts';
import { generatorCommand, parsePort } from './generate.ts';

const tcpFlag = flag('tcp', 'list', { help: "Port pairs can be specified as '<port>:<targetPort>'." });

function serviceKind(name: string, type: string, more: Parameters<typeof generatorCommand>[0]['flags']): Command {
  return generatorCommand({
    name,
    short: `Create a ${type} service`,
    usage: 'NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]',
    flags: [tcpFlag, ...more],
    resource: 'services',
    failure: `${type} service`,
    build: (call, service) => buildService(call, service, type),
  });
}

export const serviceGenerators: readonly Command[] = [
  {
    name: 'service',
    aliases: ['svc'],
    short: 'Create a service using a specified subcommand',
    commands: [
      serviceKind('clusterip', 'ClusterIP', [
        flag('clusterip', 'string', { help: "Assign your own ClusterIP or set to 'None' for a 'headless' service." }),
      ]),
      serviceKind('nodeport', 'NodePort', [
        flag('node-port', 'int', { help: 'Port used to expose the service on each node in a cluster.' }),
      ]),
      serviceKind('loadbalancer', 'LoadBalancer', []),
      serviceKind('externalname', 'ExternalName', [
        flag('external-name', 'string', { help: 'External name of service' }),
      ]),
    ],
  },
  generatorCommand({
    name: 'ingress',
    aliases: ['ing'],
    short: 'Create an ingress with the specified name',
    usage: 'NAME --rule=host/path=service:port[,tls[=secret]]',
    flags: [
      flag('annotation', 'array', {
        help: 'Annotation to insert in the ingress object, in the format annotation=value',
      }),
      flag('class', 'string', { help: 'Ingress Class to be used' }),
      flag('default-backend', 'string', { help: 'Default service for backend, in format of svcname:port' }),
      flag('rule', 'array', { help: 'Rule in format host/path=service:port[,tls=secretname].' }),
    ],
    resource: 'ingresses.networking.k8s.io',
    failure: 'ingress',
    build: buildIngress,
  }),
];

function buildService({ flags }: Call, name: string, type: string): KubeObject {
  const headless = type === 'ClusterIP' && flags.string('clusterip') === 'None';
  const tcp = flags.list('tcp');
  if (tcp.length === 0 && !headless && type !== 'ExternalName')
    throw new KubectlError('at least one tcp port specifier must be provided');
  const nodePort = type === 'NodePort' ? flags.int('node-port') : 0;
  const ports = tcp.map((pair) => servicePort(pair, nodePort));
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: { app: name } },
    spec: {
      type,
      selector: { app: name },
      ...(ports.length > 0 && { ports }),
      ...(type === 'ClusterIP' && flags.string('clusterip') !== '' && { clusterIP: flags.string('clusterip') }),
      ...(type === 'ExternalName' && { externalName: flags.string('external-name') }),
    },
    status: { loadBalancer: {} },
  };
}

function servicePort(pair: string, nodePort: number) {
  const [port = '', target] = pair.split(':');
  const number = parsePort(port, 'ParseUint');
  const targetPort = target === undefined ? number : /^\d+$/.test(target) ? Number(target) : target;
  return {
    name: pair.replaceAll(':', '-'),
    port: number,
    protocol: 'TCP',
    targetPort,
    ...(nodePort > 0 && { nodePort }),
  };
}

const rulePattern = /^([^/=]*)(\/[^=]*)?=([^:,]+):([^,]+)(?:,(.*))?$/;

function buildIngress({ flags }: Call, name: string): KubeObject {
  const rules = flags.list('rule');
  const fallback = flags.string('default-backend');
  if (rules.length === 0 && fallback === '')
    throw new KubectlError(
      'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
    );
  const hosts = new Map<string, unknown[]>();
  const tls: { hosts?: string[]; secretName?: string }[] = [];
  for (const rule of rules) {
    const match = rulePattern.exec(rule);
    if (!match)
      throw new KubectlError(
        `rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`,
      );
    const [, host = '', path = '/', service = '', port = '', options = ''] = match;
    const prefix = path.endsWith('*');
    const entry = {
      backend: backend(service, port),
      path: prefix ? path.slice(0, -1) : path,
      pathType: prefix ? 'Prefix' : 'Exact',
    };
    hosts.set(host, [...(hosts.get(host) ?? []), entry]);
    const secret = /^tls(?:=(.*))?$/.exec(options);
    if (secret) tls.push({ ...(host && { hosts: [host] }), ...(secret[1] && { secretName: secret[1] }) });
  }
  const [service = '', port = ''] = fallback.split(':');
  const annotations = Object.fromEntries(
    flags.list('annotation').map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')]),
  );
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: {
      ...(flags.string('class') && { ingressClassName: flags.string('class') }),
      ...(fallback && { defaultBackend: backend(service, port) }),
      ...(hosts.size > 0 && { rules: [...hosts].map(([host, paths]) => ({ ...(host && { host }), http: { paths } })) }),
      ...(tls.length > 0 && { tls }),
    },
    status: { loadBalancer: {} },
  };
}

function backend(name: string, port: string): object {
  return { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}
