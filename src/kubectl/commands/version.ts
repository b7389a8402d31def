/** kubectl version: what this client speaks, and what the server is. */
import type { Call, Command } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { flag } from '../flags/spec.ts';
import { goYaml } from '../print/go-yaml.ts';

/** The kubectl whose texts and behaviour the built-in one follows. */
export const clientVersion = { major: '1', minor: '36', gitVersion: 'v1.36.2' } as const;
const kustomizeVersion = 'v5.8.1';

export const versionCommand: Command = {
  name: 'version',
  short: 'Print the client and server version information',
  flags: [
    flag('client', 'bool', { help: 'If true, shows client version only (no server required).' }),
    flag('output', 'string', { short: 'o', help: "One of 'yaml' or 'json'." }),
  ],
  run: version,
};

interface ServerVersion {
  readonly gitVersion: string;
  readonly [field: string]: string;
}

async function version({ session, flags, args }: Call): Promise<number> {
  if (args.length > 0) throw new KubectlError(`extra arguments: [${args.join(' ')}]`);
  const output = flags.string('output');
  if (!['', 'yaml', 'json'].includes(output)) throw new KubectlError(`--output must be 'yaml' or 'json'`);
  let server: ServerVersion | undefined;
  let failure: unknown;
  if (!flags.bool('client')) {
    try {
      server = await session.json<ServerVersion>({ path: '/version' });
    } catch (error) {
      failure = error;
    }
  }
  const client = {
    ...clientVersion,
    gitCommit: 'netpol-lab',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: `node ${process.version}`,
    platform: `${process.platform === 'win32' ? 'windows' : process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
  const all = { clientVersion: client, kustomizeVersion, ...(server && { serverVersion: server }) };
  if (output === 'json') session.out(`${JSON.stringify(all, null, 2)}\n`);
  else if (output === 'yaml') session.out(goYaml(all));
  else {
    session.out(`Client Version: ${clientVersion.gitVersion}\nKustomize Version: ${kustomizeVersion}\n`);
    if (server) session.out(`Server Version: ${server.gitVersion}\n`);
  }
  if (failure !== undefined) throw failure;
  return 0;
}
