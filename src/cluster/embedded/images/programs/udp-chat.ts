/** The UDP side of the nc family: lines out, datagrams in, and a server that answers whoever spoke first. */
import type { Process } from '../../../../shell/process.ts';
import { AddressInUse, type SocketAddress } from '../../net/sockets.ts';
import { timedOut, within } from '../../net/within.ts';
import { type ContainerNet, print } from '../net-program.ts';

/** Sends standard input and prints what comes back; ends `idleMs` after the last word, or with a refusal: status 1. */
export async function udpChat(net: ContainerNet, process: Process, to: SocketAddress, idleMs: number): Promise<number> {
  const socket = net.stack.udp(0, { signal: process.signal });
  let inputEnded = false;
  const sending = (async () => {
    for (let bytes = await process.stdin.read(); bytes; bytes = await process.stdin.read()) socket.send(to, bytes);
    inputEnded = true;
  })();
  sending.catch(() => undefined);
  try {
    for (;;) {
      const datagram = await within(process.clock, idleMs, process.signal, (signal) => socket.receive(signal));
      if (datagram === timedOut) {
        if (inputEnded) return 0;
        continue;
      }
      if (datagram.kind === 'refused') return 1;
      await process.stdout.write(datagram.bytes);
    }
  } finally {
    socket.close();
  }
}

export async function udpServe(net: ContainerNet, process: Process, port: number, name: string): Promise<number> {
  try {
    const socket = net.stack.udp(port, { signal: process.signal, program: name });
    let peer: SocketAddress | undefined;
    const sending = (async () => {
      for (let bytes = await process.stdin.read(); bytes; bytes = await process.stdin.read()) {
        if (peer) socket.send(peer, bytes);
      }
    })();
    sending.catch(() => undefined);
    for (;;) {
      const datagram = await socket.receive(process.signal);
      if (datagram.kind !== 'data') continue;
      peer = datagram.from;
      await process.stdout.write(datagram.bytes);
    }
  } catch (error) {
    if (!(error instanceof AddressInUse)) throw error;
    await print(process.stderr, `${name}: bind: Address already in use\n`);
    return 1;
  }
}
