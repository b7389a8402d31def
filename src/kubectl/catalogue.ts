/** Every command of the built-in kubectl. */
import type { Command } from './command.ts';
import { applyCommand } from './commands/apply.ts';
import { createCommand } from './commands/create.ts';
import { deleteCommand } from './commands/delete.ts';
import { describeCommand } from './commands/describe.ts';
import { attachCommand, execCommand } from './commands/exec.ts';
import { getCommand } from './commands/get.ts';
import { annotateCommand, labelCommand } from './commands/label.ts';
import { logsCommand } from './commands/logs.ts';
import { versionCommand } from './commands/version.ts';

export const commands: readonly Command[] = [
  createCommand,
  getCommand,
  deleteCommand,
  describeCommand,
  logsCommand,
  attachCommand,
  execCommand,
  applyCommand,
  labelCommand,
  annotateCommand,
  versionCommand,
];
