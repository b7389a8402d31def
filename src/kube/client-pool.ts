/**
 * One client for each connection, for commands that follow one another in a process: sockets, TLS sessions and discovery are
 * then made once, not once a command.
 */
import type { KubeClient } from './client.ts';
import { createKubeClient } from './create-client.ts';
import type { Connection } from './kubeconfig.ts';

export interface ClientPool extends Disposable {
  /** Equal connections get the same client. It belongs to the pool: nobody else closes it. */
  clientFor(connection: Connection): Promise<KubeClient>;
}

export function createClientPool(): ClientPool {
  const clients = new Map<string, KubeClient>();
  return {
    async clientFor(connection) {
      // A connection's headers are a function: who asks (a token, an impersonation) tells connections apart, too.
      const key = JSON.stringify([connection, await connection.headers()]);
      const known = clients.get(key);
      if (known) return known;
      const client = createKubeClient(connection);
      clients.set(key, client);
      return client;
    },
    [Symbol.dispose]() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}
