/**
 * The programs of an image, and how a container gets its own: each is bound to the container's network when it is first
 * run, because a BusyBox has four hundred of them and a pod runs two.
 */
import type { Program, ProgramTable } from '../../../shell/process.ts';
import type { ContainerNet, NetProgram } from './net-program.ts';

/** By absolute path. */
export type ProgramSet = ReadonlyMap<string, NetProgram>;

/** Programs that need no network. */
export function plain(programs: Iterable<readonly [string, Program]>): Map<string, NetProgram> {
  return new Map([...programs].map(([path, program]) => [path, () => program]));
}

export function bindPrograms(programs: ProgramSet, net: ContainerNet): ProgramTable {
  return new BoundPrograms(programs, net);
}

class BoundPrograms implements ReadonlyMap<string, Program> {
  readonly #programs: ProgramSet;
  readonly #net: ContainerNet;
  readonly #bound = new Map<string, Program>();

  constructor(programs: ProgramSet, net: ContainerNet) {
    this.#programs = programs;
    this.#net = net;
  }

  get size(): number {
    return this.#programs.size;
  }

  get(path: string): Program | undefined {
    const known = this.#bound.get(path);
    if (known) return known;
    const program = this.#programs.get(path)?.(this.#net);
    if (program) this.#bound.set(path, program);
    return program;
  }

  has(path: string): boolean {
    return this.#programs.has(path);
  }

  keys(): MapIterator<string> {
    return this.#programs.keys();
  }

  entries(): MapIterator<[string, Program]> {
    return this.#all().entries();
  }

  values(): MapIterator<Program> {
    return this.#all().values();
  }

  [Symbol.iterator](): MapIterator<[string, Program]> {
    return this.entries();
  }

  forEach(callback: (program: Program, path: string, map: ReadonlyMap<string, Program>) => void): void {
    for (const [path, program] of this.#all()) callback(program, path, this);
  }

  #all(): Map<string, Program> {
    for (const path of this.#programs.keys()) this.get(path);
    return this.#bound;
  }
}
