/** `run(argv, io)`: parses the command line, runs one command, and turns whatever goes wrong into a message and an exit code. */
import { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode, formatError, LabError } from '../kit/errors.ts';
import { ApiError } from '../kube/client.ts';
import type { Cli } from './cli.ts';
import { addCheckCommand } from './commands/check.ts';
import { addClusterCommands } from './commands/cluster.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addFlowsCommand } from './commands/flows.ts';
import { addKubectlCommand } from './commands/kubectl.ts';
import { addListCommand } from './commands/list.ts';
import { addMatrixCommand } from './commands/matrix.ts';
import { addNewCommand } from './commands/new.ts';
import { addParityCommand } from './commands/parity.ts';
import { addSessionCommands } from './commands/session.ts';
import { addStartCommand } from './commands/start.ts';
import { addTestCommand } from './commands/test.ts';
import { type CliIo, readerGone } from './io.ts';
import { packageVersion } from './paths.ts';

const exitCodes = `
Exit codes: 0 done, solved · 1 checks failed · 2 usage · 3 not applicable on this provider
            4 environment unusable · 5 scenario invalid · 130 interrupted, cleaned up
`;

/** Never throws. Resolves with the process's exit code. */
export async function run(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const cli: Cli = { io, exitCode: EXIT.ok, run };
  try {
    await buildProgram(cli).parseAsync([...argv], { from: 'user' });
    return io.signal.aborted ? interruptedBy(io) : cli.exitCode;
  } catch (error) {
    return report(error, cli);
  }
}

function buildProgram(cli: Cli): Command {
  const { io } = cli;
  const program = new Command('netpol-lab')
    .description('Practise Kubernetes NetworkPolicy: broken scenarios, fixed by you, verified by what traffic does.')
    .version(packageVersion())
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText('after', exitCodes);
  addListCommand(program, cli);
  addStartCommand(program, cli);
  addSessionCommands(program, cli);
  addTestCommand(program, cli);
  addCheckCommand(program, cli);
  addNewCommand(program, cli);
  addMatrixCommand(program, cli);
  addFlowsCommand(program, cli);
  addClusterCommands(program, cli);
  addDoctorCommand(program, cli);
  addParityCommand(program, cli);
  addKubectlCommand(program, cli);
  for (const command of allCommands(program)) {
    command
      .exitOverride()
      .configureOutput(program.configureOutput())
      .showHelpAfterError(`(what it takes: netpol-lab ${pathOf(command)} --help)`);
  }
  return program;
}

function allCommands(program: Command): readonly Command[] {
  return program.commands.flatMap((command) => [command, ...allCommands(command)]);
}

function interruptedBy({ signal }: CliIo): ExitCode {
  return signal.reason === readerGone ? EXIT.ok : EXIT.interrupted;
}

/** `cluster up`: as it is typed after the program's name. */
function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

function report(error: unknown, { io, leftRunning }: Cli): ExitCode {
  // Commander has printed its message already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (io.signal.aborted) {
    const exitCode = interruptedBy(io);
    if (exitCode === EXIT.interrupted)
      io.stderr.write(`interrupted: cleaned up${leftRunning ? '' : ', nothing is left running'}\n`);
    return exitCode;
  }
  const shown = error instanceof ApiError ? refusedByApi(error) : error;
  io.stderr.write(formatError(shown));
  return shown instanceof LabError ? shown.exitCode : EXIT.environment;
}

/** What the API server says no to is no bug of ours: missing permissions, most of all. */
function refusedByApi(error: ApiError): LabError {
  return new LabError('ERR_API', 'the cluster refused a request', {
    details: `${error.message}${error.reason ? ` (${error.reason}, ${error.code})` : ` (${error.code})`}`,
    cure: error.code === 403 ? 'ask for the permission, or use a kubeconfig whose user has it' : undefined,
    cause: error,
  });
}
