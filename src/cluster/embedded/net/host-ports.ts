/**
 * The portmap plugin of the pod network: `hostPort` of a container is a port of its node that leads to the pod. Unlike a
 * NodePort it keeps the client's address, save for a pod that reaches itself.
 */
import type { Pod } from '../../../kube/objects.ts';
import type { SocketAddress } from './sockets.ts';

export class HostPorts {
  /** By node, port and protocol; the last pod that came wins. */
  readonly #open = new Map<string, { readonly hostIp: string | undefined; readonly to: SocketAddress }>();

  /** Returns what closes them. */
  open(pod: Pod, nodeName: string, ip: string): () => void {
    const keys: string[] = [];
    for (const container of pod.spec?.containers ?? []) {
      for (const { hostPort, hostIP, containerPort, protocol = 'TCP' } of container.ports ?? []) {
        if (!hostPort) continue;
        const key = `${nodeName}:${hostPort}/${protocol}`;
        const hostIp = hostIP === '' || hostIP === '0.0.0.0' ? undefined : hostIP;
        this.#open.set(key, { hostIp, to: { ip, port: containerPort } });
        keys.push(key);
      }
    }
    return () => {
      for (const key of keys) if (this.#open.get(key)?.to.ip === ip) this.#open.delete(key);
    };
  }

  find(nodeName: string, destination: SocketAddress, protocol: string): SocketAddress | undefined {
    const found = this.#open.get(`${nodeName}:${destination.port}/${protocol}`);
    return found && (found.hostIp === undefined || found.hostIp === destination.ip) ? found.to : undefined;
  }
}
