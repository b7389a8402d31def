/** Which ports of one protocol are taken in a network namespace, by which socket, on which of its addresses. */
import type { Random } from '../../../kit/random.ts';
import { AddressInUse } from './sockets.ts';

const ephemeralFirst = 32_768;
const ephemeralCount = 28_232;

interface Bound {
  /** Absent: any address. */
  readonly ip: string | undefined;
}

export class PortTable<T extends Bound> {
  readonly #byPort = new Map<number, T[]>();

  /** Throws AddressInUse. */
  add(port: number, socket: T): void {
    const taken = this.#byPort.get(port) ?? [];
    const clash = taken.some((other) => other.ip === undefined || socket.ip === undefined || other.ip === socket.ip);
    if (clash) throw new AddressInUse(`port ${port} is in use`);
    this.#byPort.set(port, [...taken, socket]);
  }

  remove(port: number, socket: T): void {
    const left = (this.#byPort.get(port) ?? []).filter((other) => other !== socket);
    if (left.length === 0) this.#byPort.delete(port);
    else this.#byPort.set(port, left);
  }

  find(ip: string, port: number): T | undefined {
    return this.#byPort.get(port)?.find((socket) => socket.ip === undefined || socket.ip === ip);
  }

  /** A free port out of ip_local_port_range. */
  ephemeral(random: Random): number {
    let port = ephemeralFirst + random.integer(ephemeralCount);
    while (this.#byPort.has(port)) port = ephemeralFirst + ((port - ephemeralFirst + 1) % ephemeralCount);
    return port;
  }

  *entries(): Iterable<readonly [number, T]> {
    for (const port of [...this.#byPort.keys()].sort((a, b) => a - b)) {
      for (const socket of this.#byPort.get(port) ?? []) yield [port, socket];
    }
  }
}
