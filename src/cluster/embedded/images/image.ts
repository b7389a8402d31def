/** What an image is: a file system, programs, and what runs when a pod says nothing else. */

import type { MemoryFs } from '../../../shell/memory-fs.ts';
import type { Libc } from '../net/resolver.ts';
import type { ProgramSet } from './program-set.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly home: string;
}

export interface Image {
  readonly libc: Libc;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly (readonly [string, string])[];
  readonly workingDir: string;
  readonly user: User;
  readonly sizeBytes: number;
  readonly programs: ProgramSet;
  /** Everything that is no program. */
  readonly seed: (fs: MemoryFs) => void;
  /** None of its programs opens a file: a container of it gets its files when somebody looks into it. */
  readonly readsNoFiles?: boolean;
  /** SIGQUIT for nginx; SIGTERM otherwise. */
  readonly stopSignal?: 'SIGQUIT';
}

export const root: User = { uid: 0, gid: 0, name: 'root', home: '/root' };

/** A family of images: one repository under its names, any tag. */
export interface Repository {
  /** Without registry and without `library/`. */
  readonly names: readonly string[];
  readonly image: (tag: string) => Image;
}
