/** Opens a file in the person's editor, on their terminal, and waits. */
import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { KubectlError } from '../errors.ts';
import type { Session } from '../session.ts';

/** $KUBE_EDITOR, then $EDITOR, then vi or notepad. May hold arguments, or a whole shell line. */
export async function openEditor(session: Session, path: string): Promise<void> {
  const { env, cwd } = session.io;
  const editor = env['KUBE_EDITOR'] || env['EDITOR'] || (process.platform === 'win32' ? 'notepad' : 'vi');
  if (/^[\w.-]+$/.test(editor) && !(await isOnPath(editor, env))) {
    throw new KubectlError(`unable to launch the editor ${JSON.stringify(editor)}`);
  }
  const code = await run(editor, path, env, cwd);
  if (code === 127 || code === 9009) throw new KubectlError(`unable to launch the editor ${JSON.stringify(editor)}`);
  if (code !== 0) throw new KubectlError(`there was a problem with the editor ${JSON.stringify(editor)}`);
}

/** Asked first, or the shell would complain in words of its own. */
async function isOnPath(name: string, env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const suffixes = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : [''];
  for (const folder of (env['PATH'] ?? env['Path'] ?? '').split(delimiter)) {
    for (const suffix of suffixes) {
      const found = await access(join(folder, name + suffix)).then(
        () => true,
        () => false,
      );
      if (found) return true;
    }
  }
  return false;
}

function run(
  editor: string,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(`${editor} "${path}"`, { shell: true, stdio: 'inherit', env: { ...env }, cwd });
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
