/** Takes away what a failed or interrupted creation has made, in reverse; a failure of that is told and never hides the first. */
import { deleteNodes } from './create.ts';
import { stopOutside } from './outside.ts';
import type { KindPaths } from './record.ts';
import type { Tools } from './tools.ts';

export interface MadeCluster {
  readonly name: string;
  readonly paths: KindPaths;
  /** Left for looking at. */
  readonly keep: boolean;
  readonly onProgress: ((line: string) => void) | undefined;
}

export async function undoCreation(
  tools: Tools,
  { name, paths, keep, onProgress }: MadeCluster,
  first: unknown,
): Promise<void> {
  const down = `netpol-lab cluster down --on kind --name ${name}`;
  if (keep) {
    onProgress?.(`--keep: what was made of the kind cluster ${name} is left; remove it with: ${down}`);
    return;
  }
  onProgress?.(`undoing: removing the kind cluster ${name}`);
  try {
    await stopOutside(tools, { cluster: name, nodes: [] });
    await deleteNodes(tools, name, paths);
  } catch (error) {
    if (error === first) return;
    onProgress?.(`could not undo: ${(error as Error).message}; remove it with: ${down}`);
  }
}
