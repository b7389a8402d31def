/**
 * Ports that no policy tells apart share an answer. Cuts each protocol's ports at every number that a rule or a named port
 * mentions; the first port of a piece stands for all of it.
 */
import type { PolicyPod, Protocol } from '../model.ts';
import type { NormalPolicy, TrafficMatch } from '../normal.ts';

export interface PortQuestion {
  readonly protocol: Protocol;
  readonly port: number;
  readonly family: 4 | 6;
}

export class PortAtoms {
  /** Counted: how many mention this cut. Ranges cut every protocol, since Calico's notPorts need none. */
  readonly #cuts = new Map<number, number>();
  #sorted: readonly number[] | undefined;

  addPolicy(policy: NormalPolicy, change: 1 | -1): void {
    for (const rules of Object.values(policy.rules)) {
      for (const { traffic } of rules) for (const match of traffic ?? []) this.#addTraffic(match, change);
    }
  }

  addPod({ ports }: PolicyPod, change: 1 | -1): void {
    for (const { name, port } of ports) if (name) this.#addRange(port, port, change);
  }

  /** The question with the same answer that stands for its piece. */
  canonical({ protocol, port, family }: PortQuestion): PortQuestion {
    this.#sorted ??= [...this.#cuts.keys()].sort((a, b) => a - b);
    const cuts = this.#sorted;
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cuts[middle] ?? 0) <= port) low = middle + 1;
      else high = middle;
    }
    return { protocol, port: cuts[low - 1] ?? 0, family };
  }

  #addTraffic({ ports, notPorts }: TrafficMatch, change: 1 | -1): void {
    for (const { from, to } of ports?.ranges ?? []) this.#addRange(from, to, change);
    for (const { from, to } of notPorts?.ranges ?? []) this.#addRange(from, to, change);
  }

  #addRange(from: number, to: number, change: 1 | -1): void {
    this.#cut(from, change);
    this.#cut(to + 1, change);
  }

  #cut(at: number, change: 1 | -1): void {
    const count = (this.#cuts.get(at) ?? 0) + change;
    if (count === 0 || count === change) this.#sorted = undefined;
    if (count === 0) this.#cuts.delete(at);
    else this.#cuts.set(at, count);
  }
}
