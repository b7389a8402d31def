/** agnhost, the image of Kubernetes' own network tests: `connect`, `netexec`, `serve-hostname`, `porter`, `test-webserver`, `pause`. */
import type { Program } from '../../../../../shell/process.ts';
import { type ContainerNet, type NetProgram, print } from '../../net-program.ts';
import { untilStopped } from '../../until-stopped.ts';
import { agnhostConnect } from './connect.ts';
import { netexec } from './netexec.ts';
import { porter, serveHostname, testWebserver } from './serve.ts';

const version = '2.56';

const commands: Readonly<Record<string, (net: ContainerNet) => Program>> = {
  connect: agnhostConnect,
  netexec,
  porter,
  'serve-hostname': serveHostname,
  'test-webserver': testWebserver,
  pause: () => async (process) => {
    await print(process.stdout, 'Paused\n');
    return untilStopped(process);
  },
  '--version': () => async (process) => {
    await print(process.stdout, `agnhost version ${version}\n`);
    return 0;
  },
};

const help = `Usage:
  app [command]

Available Commands:
${Object.keys(commands)
  .filter((name) => !name.startsWith('-'))
  .sort()
  .map((name) => `  ${name}\n`)
  .join('')}
Flags:
  -h, --help      help for app
  -v, --version   version for app

Use "app [command] --help" for more information about a command.
`;

export const agnhost: NetProgram = (net) => async (process) => {
  const name = process.argv[1];
  const command = name === undefined ? undefined : commands[name];
  if (command) return command(net)(process);
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    await print(process.stdout, help);
    return 0;
  }
  await print(process.stderr, `Error: unknown command "${name}" for "app"\nRun 'app --help' for usage.\n`);
  return 1;
};
