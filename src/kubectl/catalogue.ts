/** Every command of the built-in kubectl. */
import type { Command } from './command.ts';
import { getCommand } from './commands/get.ts';

export const commands: readonly Command[] = [getCommand];
