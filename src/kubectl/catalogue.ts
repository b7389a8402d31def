/** Every command of the built-in kubectl. */
import type { Command } from './command.ts';
import {
  apiResourcesCommand,
  apiVersionsCommand,
  clusterInfoCommand,
  optionsCommand,
  topCommand,
} from './commands/api-resources.ts';
import { applyCommand } from './commands/apply.ts';
import { authCommand } from './commands/auth.ts';
import { configCommand } from './commands/config.ts';
import { cpCommand } from './commands/cp.ts';
import { createCommand } from './commands/create.ts';
import { debugCommand } from './commands/debug.ts';
import { deleteCommand } from './commands/delete.ts';
import { describeCommand } from './commands/describe.ts';
import { diffCommand } from './commands/diff.ts';
import { editCommand } from './commands/edit.ts';
import { eventsCommand } from './commands/events.ts';
import { attachCommand, execCommand } from './commands/exec.ts';
import { explainCommand } from './commands/explain.ts';
import { exposeCommand } from './commands/expose.ts';
import { getCommand } from './commands/get.ts';
import { annotateCommand, labelCommand } from './commands/label.ts';
import { leftToKubectl } from './commands/left-to-kubectl.ts';
import { logsCommand } from './commands/logs.ts';
import { cordonCommand, drainCommand, taintCommand, uncordonCommand } from './commands/nodes.ts';
import { patchCommand } from './commands/patch.ts';
import { portForwardCommand } from './commands/port-forward.ts';
import { replaceCommand } from './commands/replace.ts';
import { rolloutCommand } from './commands/rollout.ts';
import { runCommand } from './commands/run.ts';
import { autoscaleCommand, scaleCommand } from './commands/scale.ts';
import { setCommand } from './commands/set.ts';
import { versionCommand } from './commands/version.ts';
import { waitCommand } from './commands/wait.ts';

/** In the order of kubectl's own list, which is also the order of suggestions. */
export const commands: readonly Command[] = [
  createCommand,
  exposeCommand,
  runCommand,
  setCommand,
  explainCommand,
  getCommand,
  editCommand,
  deleteCommand,
  rolloutCommand,
  scaleCommand,
  autoscaleCommand,
  clusterInfoCommand,
  topCommand,
  cordonCommand,
  uncordonCommand,
  drainCommand,
  taintCommand,
  describeCommand,
  logsCommand,
  attachCommand,
  execCommand,
  portForwardCommand,
  cpCommand,
  authCommand,
  debugCommand,
  eventsCommand,
  diffCommand,
  applyCommand,
  patchCommand,
  replaceCommand,
  waitCommand,
  labelCommand,
  annotateCommand,
  apiResourcesCommand,
  apiVersionsCommand,
  configCommand,
  versionCommand,
  optionsCommand,
  ...leftToKubectl,
];
