/** The text programs of a BusyBox image by path. Network programs and the images' own come from elsewhere. */
import { shellProgram } from '../interpreter/main.ts';
import type { Program, ProgramTable } from '../process.ts';
import { cat, echo, isFalse, isTrue, printf, seq, sleep, test, yes } from './basics.ts';

const byName: Readonly<Record<string, Program>> = {
  '[': test,
  ash: shellProgram('ash'),
  cat,
  echo,
  false: isFalse,
  printf,
  seq,
  sh: shellProgram('ash'),
  sleep,
  test,
  true: isTrue,
  yes,
};

/** Every applet under `directory`. */
export function busyboxPrograms(directory = '/bin'): ProgramTable {
  return new Map(Object.entries(byName).map(([name, program]) => [`${directory}/${name}`, program]));
}
