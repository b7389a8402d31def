/** Where a learner is on a path: which scenario a path's name means today, and which comes after the one that was solved. */
import { listPaths } from '../../scenario/catalogue.ts';
import type { CliIo } from '../io.ts';
import { labsFolder } from '../paths.ts';
import { type Progress, readProgress } from '../progress.ts';

/** The first scenario of the path that is not solved, or its first; a name that is no path's is given back. */
export async function nextOfPath(io: CliIo, name: string): Promise<string> {
  const path = (await listPaths(labsFolder)).find(({ id }) => id === name);
  if (!path) return name;
  const solved = await readProgress(io);
  return path.scenarios.find((slug) => !solved[slug]) ?? path.scenarios[0] ?? name;
}

/** `Next of "First night on call": netpol-lab start x`; undefined where all of the path is solved, or it is on none. */
export async function nextLine(scenario: string, solved: Progress): Promise<string | undefined> {
  const path = (await listPaths(labsFolder)).find(({ scenarios }) => scenarios.includes(scenario));
  const next = path?.scenarios.find((slug) => !solved[slug]);
  if (!path) return undefined;
  return next ? `Next of "${path.title}": netpol-lab start ${next}` : `All of "${path.title}" is solved.`;
}
