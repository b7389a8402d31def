/** Commands of kubectl that the built-in one knows by name only: it says so, after the mistakes it can see itself. */
import { stat } from 'node:fs/promises';
import type { Command } from '../command.ts';
import { KubectlError, notBuiltIn } from '../errors.ts';

function refuse(name: string, short: string, more: Partial<Command> = {}): Command {
  return {
    name,
    short,
    run: async () => {
      throw notBuiltIn(`kubectl ${name}`);
    },
    ...more,
  };
}

const shells = ['bash', 'zsh', 'fish', 'powershell'];

export const leftToKubectl: readonly Command[] = [
  refuse('certificate', 'Modify certificate resources'),
  refuse('proxy', 'Run a proxy to the Kubernetes API server'),
  refuse('kuberc', 'Manage kuberc configuration files'),
  refuse('kustomize', 'Build a kustomization target from a directory or URL', {
    run: async ({ session, args }) => {
      const [folder = '.'] = args;
      if (!(await stat(session.path(folder)).catch(() => undefined))) {
        throw new KubectlError(
          `must build at directory: not a valid directory: evalsymlink failure on '${folder}' : lstat ${session.path(folder)}: no such file or directory`,
        );
      }
      throw notBuiltIn('kubectl kustomize');
    },
  }),
  refuse('completion', 'Output shell completion code for the specified shell (bash, zsh, fish, or powershell)', {
    run: async ({ args }) => {
      const [shell] = args;
      const help = "\nSee 'kubectl completion -h' for help and examples";
      if (shell === undefined) throw new KubectlError(`Shell not specified.${help}`);
      if (!shells.includes(shell)) throw new KubectlError(`Unsupported shell type ${JSON.stringify(shell)}.${help}`);
      throw notBuiltIn('kubectl completion');
    },
  }),
  {
    name: 'plugin',
    short: 'Provides utilities for interacting with plugins',
    commands: [
      {
        name: 'list',
        short: "List all visible plugin executables on a user's PATH",
        run: async () => {
          throw new KubectlError('unable to find any kubectl plugins in your PATH');
        },
      },
    ],
  },
];
