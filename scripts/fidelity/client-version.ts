/** Which kubectl drives a replay, and what its version prints of its own doing. */
import { runProgram } from '../../src/kit/run-program.ts';

/** The minor version of a kubectl: 32 for v1.32.4. Throws when the program does not answer. */
export async function kubectlMinor(program: string): Promise<number> {
  const { stdout } = await runProgram([program, 'version', '--client', '-o', 'json']);
  const version = JSON.parse(stdout) as { clientVersion: { minor: string } };
  return Number.parseInt(version.clientVersion.minor, 10);
}

/**
 * What kubectl 1.36 prints of its own and 1.32 does not, taken out (differences recorded beside the fixtures, and
 * KUBECTL-WIRE.md §10): namespaces in deletion messages, port names and event fields in describe, the notice about
 * recorded sessions, the legacy debug profile's warning, and who refuses a wrong container.
 */
export function olderClientTexts(text: string): string {
  return text
    .replace(/( (?:force )?deleted)(?: from \S+ namespace)/g, '$1')
    .replace(/^( +Port: +\d+\/\w+) \([\w-]+\)$/gm, '$1')
    .replace(/^( +)(?:ConfigMapOptional: +<nil>|Optional: +false)$/gm, '$1<optional>')
    .replace(/spec\.(?:init|ephemeral)?[cC]ontainers\{[^}]*\}: /g, '')
    .replace(/^All commands and output from this session will be recorded in container logs.*\r?\n/gm, '')
    .replace(/^--profile=legacy is deprecated.*\r?\n/gm, '')
    .replace(
      /^(?:error: |Error from server \(BadRequest\): )(container \S+ is not valid for pod \S+)(?: out of: .*)?$/gm,
      '$1',
    );
}
