/** kubectl config: shows the kubeconfig and changes its contexts, in place. */
import { stat } from 'node:fs/promises';
import type { Call, Command } from '../command.ts';
import { kubeconfigPath, type RawKubeconfig, readRawKubeconfig } from '../connect.ts';
import { KubectlError, notBuiltIn } from '../errors.ts';
import { printFlags } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { goYaml } from '../print/go-yaml.ts';
import { objectPrinter } from '../print/object.ts';
import { alignTabs, tableLayout } from '../print/tabwriter.ts';
import { writeConfig } from './config-file.ts';

export const configCommand: Command = {
  name: 'config',
  short: 'Modify kubeconfig files',
  long: `Modify kubeconfig files using subcommands like "kubectl config set current-context my-context".

 The loading order follows these rules:

  1.  If the --kubeconfig flag is set, then only that file is loaded. The flag may only be set once and no merging takes place.
  2.  If $KUBECONFIG environment variable is set, then it is used as a list of paths (normal path delimiting rules for your system). These paths are merged. When a value is modified, it is modified in the file that defines the stanza. When a value is created, it is created in the first file that exists. If no files in the chain exist, then it creates the last file in the list.
  3.  Otherwise, \${HOME}/.kube/config is used and no merging takes place.`,
  usage: 'SUBCOMMAND',
  commands: [
    {
      name: 'view',
      short: 'Display merged kubeconfig settings or a specified kubeconfig file',
      flags: [
        ...printFlags,
        flag('flatten', 'bool', { help: 'Flatten the resulting kubeconfig file into self-contained output.' }),
        flag('merge', 'bool', { fallback: 'true', help: 'Accepted and ignored.' }),
        flag('minify', 'bool', { help: 'Remove all information not used by current-context from the output' }),
        flag('raw', 'bool', { help: 'Display raw byte data and sensitive data' }),
      ],
      run: view,
    },
    { name: 'current-context', short: 'Display the current-context', run: currentContext },
    {
      name: 'get-contexts',
      short: 'Describe one or many contexts',
      usage: '[(-o|--output=)name)]',
      flags: [
        flag('no-headers', 'bool', {
          help: "When using the default or custom-column output format, don't print headers.",
        }),
        flag('output', 'string', { short: 'o', help: 'Output format. One of: (name).' }),
      ],
      run: getContexts,
    },
    {
      name: 'get-clusters',
      short: 'Display clusters defined in the kubeconfig',
      run: (call) => names(call, 'clusters'),
    },
    { name: 'get-users', short: 'Display users defined in the kubeconfig', run: (call) => names(call, 'users') },
    {
      name: 'use-context',
      aliases: ['use'],
      short: 'Set the current-context in a kubeconfig file',
      usage: 'CONTEXT_NAME',
      run: useContext,
    },
    {
      name: 'set-context',
      short: 'Set a context entry in kubeconfig',
      usage: '[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]',
      flags: [flag('current', 'bool', { help: 'Modify the current context' })],
      run: setContext,
    },
    { name: 'unset', short: 'Unset an individual value in a kubeconfig file', usage: 'PROPERTY_NAME', run: unset },
    ...(
      [
        ['delete-cluster', 'Delete the specified cluster from the kubeconfig'],
        ['delete-context', 'Delete the specified context from the kubeconfig'],
        ['delete-user', 'Delete the specified user from the kubeconfig'],
        ['rename-context', 'Rename a context from the kubeconfig file'],
        ['set', 'Set an individual value in a kubeconfig file'],
        ['set-cluster', 'Set a cluster entry in kubeconfig'],
        ['set-credentials', 'Set a user entry in kubeconfig'],
      ] as const
    ).map(
      ([name, short]): Command => ({
        name,
        short,
        run: async () => {
          throw notBuiltIn(`kubectl config ${name}`);
        },
      }),
    ),
  ],
};

async function load({ session, flags }: Call): Promise<RawKubeconfig> {
  return (await readRawKubeconfig(kubeconfigPath(session.io, flags))) ?? {};
}

async function view(call: Call): Promise<number> {
  const { session, flags } = call;
  const config = await load(call);
  const printer = await objectPrinter(session, flags);
  const current = flags.string('context') || config['current-context'] || '';
  const minified = flags.bool('minify') ? minify(config, current) : config;
  const shown: Record<string, unknown> = {
    apiVersion: 'v1',
    clusters: minified.clusters ?? null,
    contexts: minified.contexts ?? null,
    'current-context': current,
    kind: 'Config',
    users: minified.users ?? null,
  };
  const safe = flags.bool('raw') ? shown : hideSecrets(shown);
  session.out(printer ? printer.print(safe) : goYaml(safe));
  return 0;
}

function minify(config: RawKubeconfig, current: string): RawKubeconfig {
  const chosen = config.contexts?.find(({ name }) => name === current);
  if (!chosen) {
    throw new KubectlError(
      current === '' ? 'current-context must exist in order to minify' : `cannot locate context ${current}`,
    );
  }
  return {
    clusters: (config.clusters ?? []).filter(({ name }) => name === chosen.context?.['cluster']),
    contexts: [chosen],
    users: (config.users ?? []).filter(({ name }) => name === chosen.context?.['user']),
  };
}

const secretKeys: Readonly<Record<string, string>> = {
  'certificate-authority-data': 'DATA+OMITTED',
  'client-certificate-data': 'DATA+OMITTED',
  'client-key-data': 'DATA+OMITTED',
  token: 'REDACTED',
  password: 'REDACTED',
};

function hideSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, secretKeys[key] ?? hideSecrets(item)]));
}

async function currentContext(call: Call): Promise<number> {
  const current = (await load(call))['current-context'] ?? '';
  if (current === '') throw new KubectlError('current-context is not set');
  call.session.out(`${current}\n`);
  return 0;
}

async function getContexts(call: Call): Promise<number> {
  const { session, flags, args } = call;
  const config = await load(call);
  const output = flags.string('output');
  if (output !== '' && output !== 'name') throw new KubectlError(`output must be one of '' or 'name': ${output}`);
  const sorted = [...(config.contexts ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  const missing = args.find((arg) => !sorted.some(({ name }) => name === arg));
  if (missing !== undefined) throw new KubectlError(`context ${missing} not found`);
  const chosen = sorted.filter(({ name }) => args.length === 0 || args.includes(name));
  if (output === 'name') {
    session.out(chosen.map(({ name }) => `${name}\n`).join(''));
    return 0;
  }
  const header = flags.bool('no-headers') ? '' : 'CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n';
  const rows = chosen.map(({ name, context = {} }) => {
    const mark = name === config['current-context'] ? '*' : '';
    return `${mark}\t${name}\t${context['cluster'] ?? ''}\t${context['user'] ?? ''}\t${context['namespace'] ?? ''}\n`;
  });
  session.out(alignTabs(header + rows.join(''), tableLayout));
  return 0;
}

async function names(call: Call, section: 'clusters' | 'users'): Promise<number> {
  const entries = (await load(call))[section] ?? [];
  call.session.out(
    `NAME\n${entries
      .map(({ name }) => `${name}\n`)
      .sort()
      .join('')}`,
  );
  return 0;
}

async function useContext(call: Call): Promise<number> {
  const { session, args } = call;
  const [name] = args;
  if (name === undefined || args.length > 1)
    throw new KubectlError(
      `Unexpected args: [${args.join(' ')}]\nSee 'kubectl config use-context -h' for help and examples`,
    );
  const config = await load(call);
  if (!config.contexts?.some((context) => context.name === name)) {
    throw new KubectlError(`no context exists with the name: ${JSON.stringify(name)}`);
  }
  await save(call, { ...config, 'current-context': name });
  session.out(`Switched to context ${JSON.stringify(name)}.\n`);
  return 0;
}

async function setContext(call: Call): Promise<number> {
  const { session, flags, args } = call;
  const config = await load(call);
  const current = flags.bool('current');
  if (current && args.length > 0) throw new KubectlError(`you cannot specify both a context name and --current`);
  const name = current ? (config['current-context'] ?? '') : (args[0] ?? '');
  if (name === '')
    throw new KubectlError(
      current ? 'no current context is set' : 'you must specify a non-empty context name or --current',
    );
  const changes = Object.fromEntries(
    ['cluster', 'namespace', 'user'].filter((key) => flags.changed(key)).map((key) => [key, flags.string(key)]),
  );
  const before = config.contexts?.find((context) => context.name === name);
  const entry = { name, context: { ...before?.context, ...changes } };
  const contexts = before
    ? (config.contexts ?? []).map((each) => (each === before ? entry : each))
    : [...(config.contexts ?? []), entry];
  await save(call, { ...config, contexts });
  session.out(`Context ${JSON.stringify(name)} ${before ? 'modified' : 'created'}.\n`);
  return 0;
}

/** `contexts.NAME.namespace`, `current-context`; anything else is the real kubectl's. */
async function unset(call: Call): Promise<number> {
  const { session, args } = call;
  const [property] = args;
  if (property === undefined || args.length > 1)
    throw new KubectlError(`Unexpected args: [${args.join(' ')}]\nSee 'kubectl config unset -h' for help and examples`);
  const config = await load(call);
  const match = /^contexts\.(.+)\.(cluster|user|namespace)$/.exec(property);
  if (property === 'current-context') await save(call, { ...config, 'current-context': '' });
  else if (match) {
    const [, name = '', key = ''] = match;
    const contexts = (config.contexts ?? []).map((each) => {
      if (each.name !== name) return each;
      const { [key]: _, ...context } = each.context ?? {};
      return { ...each, context };
    });
    await save(call, { ...config, contexts });
  } else throw notBuiltIn(`kubectl config unset ${property}`);
  session.out(`Property ${JSON.stringify(property)} unset.\n`);
  return 0;
}

async function save({ session, flags }: Call, config: RawKubeconfig): Promise<void> {
  const path = kubeconfigPath(session.io, flags);
  const info = await stat(path).catch(() => undefined);
  await writeConfig(path, config, info ? info.mode & 0o777 : 0o600);
}
