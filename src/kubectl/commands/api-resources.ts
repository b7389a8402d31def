/** kubectl api-resources, api-versions, cluster-info, top, options: what a server offers. */
import type { DiscoveredType } from '../../kube/client.ts';
import type { Service } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError, notBuiltIn } from '../errors.ts';
import { allNamespacesFlag, selectorFlag } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { globalOptions } from '../help.ts';
import { alignTabs, tableLayout } from '../print/tabwriter.ts';
import { apiVersionOf, qualified } from '../resources/types.ts';

export const apiResourcesCommand: Command = {
  name: 'api-resources',
  short: 'Print the supported API resources on the server',
  flags: [
    flag('api-group', 'string', { help: 'Limit to resources in the specified API group.' }),
    flag('cached', 'bool', { help: 'Accepted and ignored.' }),
    flag('categories', 'list', { help: 'Limit to resources that belong to the specified categories.' }),
    flag('namespaced', 'bool', { fallback: 'true', help: 'If false, non-namespaced resources will be returned.' }),
    flag('no-headers', 'bool', { help: "When using the default or custom-column output format, don't print headers." }),
    flag('output', 'string', { short: 'o', help: 'Output format. One of: (wide, name).' }),
    flag('sort-by', 'string', {
      help: "If non-empty, sort list of resources using specified field: 'name' or 'kind'.",
    }),
    flag('verbs', 'list', { help: 'Limit to resources that support the specified verbs.' }),
  ],
  run: apiResources,
};

async function apiResources({ session, flags, args }: Call): Promise<number> {
  if (args.length > 0)
    throw new KubectlError(
      `unexpected arguments: [${args.join(' ')}]\nSee 'kubectl api-resources -h' for help and examples`,
    );
  const output = flags.string('output');
  if (!['', 'wide', 'name'].includes(output)) throw new KubectlError(`--output ${output} is not available`);
  const sortBy = flags.string('sort-by');
  if (!['', 'name', 'kind'].includes(sortBy)) throw new KubectlError(`--sort-by accepts only name or kind`);
  const types = preferred(await session.types({ fresh: true })).filter(
    (type) =>
      (!flags.changed('api-group') || type.group === flags.string('api-group')) &&
      (!flags.changed('namespaced') || type.namespaced === flags.bool('namespaced')) &&
      flags.list('verbs').every((verb) => type.verbs.includes(verb)) &&
      flags.list('categories').every((category) => type.categories.includes(category)),
  );
  const key = (type: DiscoveredType): string =>
    sortBy === 'kind' ? type.kind : sortBy === 'name' ? type.resource : `${type.group}\0${type.resource}`;
  types.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  if (output === 'name') {
    session.out(types.map((type) => `${qualified(type)}\n`).join(''));
    return 0;
  }
  const wide = output === 'wide';
  const header = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])];
  const rows = types.map((type) => [
    type.resource,
    type.shortNames.join(','),
    apiVersionOf(type),
    String(type.namespaced),
    type.kind,
    ...(wide ? [[...type.verbs].sort().join(','), type.categories.join(',')] : []),
  ]);
  session.out(
    alignTabs(
      [...(flags.bool('no-headers') ? [] : [header]), ...rows].map((cells) => `${cells.join('\t')}\n`).join(''),
      tableLayout,
    ),
  );
  return 0;
}

/** One version of each resource: the first that the server lists. */
function preferred(types: readonly DiscoveredType[]): DiscoveredType[] {
  const seen = new Set<string>();
  return types.filter((type) => type.verbs.length > 0 && !seen.has(qualified(type)) && seen.add(qualified(type)));
}

export const apiVersionsCommand: Command = {
  name: 'api-versions',
  short: 'Print the supported API versions on the server, in the form of "group/version"',
  run: async ({ session }) => {
    const versions = new Set((await session.types({ fresh: true })).map(apiVersionOf));
    session.out(
      [...versions]
        .sort()
        .map((version) => `${version}\n`)
        .join(''),
    );
    return 0;
  },
};

export const clusterInfoCommand: Command = {
  name: 'cluster-info',
  short: 'Display cluster information',
  commands: [
    {
      name: 'dump',
      short: 'Dump relevant information for debugging and diagnosis',
      run: async () => {
        throw notBuiltIn('kubectl cluster-info dump');
      },
    },
  ],
  run: clusterInfo,
};

const services = { group: '', version: 'v1', resource: 'services', kind: 'Service', namespaced: true } as const;

async function clusterInfo({ session }: Call): Promise<number> {
  const labelSelector = 'kubernetes.io/cluster-service=true';
  const found = await session.list<Service>(services, 'kube-system', { labelSelector });
  const { server } = await session.connection();
  session.out(`Kubernetes control plane is running at ${server}\n`);
  for (const { metadata, spec } of found) {
    const [port] = spec?.ports ?? [];
    const suffix = port?.name ? `:${port.name}` : '';
    const title = metadata.labels?.['kubernetes.io/name'] ?? metadata.name;
    session.out(
      `${title} is running at ${server}/api/v1/namespaces/kube-system/services/${metadata.name}${suffix}/proxy\n`,
    );
  }
  session.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
  return 0;
}

const topFlags = [
  selectorFlag,
  allNamespacesFlag,
  flag('containers', 'bool', { help: 'If present, print usage of containers within a pod.' }),
  flag('no-headers', 'bool', { help: 'If present, print output without headers.' }),
  flag('sort-by', 'string', { help: "If non-empty, sort list using specified field: 'cpu' or 'memory'." }),
];

async function top({ session }: Call): Promise<number> {
  if (!(await session.types()).some(({ group }) => group === 'metrics.k8s.io'))
    throw new KubectlError('Metrics API not available');
  throw notBuiltIn('kubectl top');
}

export const topCommand: Command = {
  name: 'top',
  short: 'Display resource (CPU/memory) usage',
  long: `Display resource (CPU/memory) usage.

 This command provides a view of recent resource consumption for nodes and pods. It fetches metrics from the Metrics Server, which aggregates this data from the kubelet on each node. The Metrics Server must be installed and running in the cluster for this command to work.

 The metrics shown are specifically optimized for Kubernetes autoscaling decisions, such as those made by the Horizontal Pod Autoscaler (HPA) and Vertical Pod Autoscaler (VPA). Because of this, the values may not match those from standard OS tools like 'top', as the metrics are designed to provide a stable signal for autoscalers rather than for pinpoint accuracy.

 FAQ for Metrics Server: https://github.com/kubernetes-sigs/metrics-server/blob/master/FAQ.md

 When to use this command:

  *  For on-the-fly spot-checks of resource usage (e.g. identify which pods are consuming the most resources at a glance, or get a quick sense of the load on your nodes)
  *  Understand current resource consumption patterns
  *  Validate the behavior of your HPA or VPA configurations by seeing the metrics they use for scaling decisions.

 It is not intended to be a replacement for full-featured monitoring solutions. Its primary design goal is to provide a low-overhead signal for autoscalers, not to be a perfectly accurate monitoring tool. For high-accuracy reporting, historical analysis, dashboarding, or alerting, you should use a dedicated monitoring solution.`,
  commands: [
    {
      name: 'node',
      aliases: ['nodes', 'no'],
      short: 'Display resource (CPU/memory) usage of nodes',
      flags: topFlags,
      run: top,
    },
    {
      name: 'pod',
      aliases: ['pods', 'po'],
      short: 'Display resource (CPU/memory) usage of pods',
      flags: topFlags,
      run: top,
    },
  ],
};

export const optionsCommand: Command = {
  name: 'options',
  short: 'Print the list of flags inherited by all commands',
  run: async ({ session }) => {
    session.out(globalOptions());
    return 0;
  },
};
