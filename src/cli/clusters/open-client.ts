/** A client for one command: that of the session which runs the command inside itself, or one of its own. */
import type { KubeClient } from '../../kube/client.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import type { CliIo } from '../io.ts';

export interface OpenClient extends Disposable {
  readonly client: KubeClient;
}

/** Disposing closes a client of one's own and leaves a session's open. */
export async function openClient({ within }: CliIo, kubeconfig: string): Promise<OpenClient> {
  const connection = await readKubeconfig(kubeconfig);
  const client = within ? await within.clients.clientFor(connection) : createKubeClient(connection);
  return { client, [Symbol.dispose]: () => within ?? client.close() };
}
