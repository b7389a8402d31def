/** What all `kubectl create <kind>` have in common: flags, the name, dry run, POST, and how they word a failure. */
import { ApiError, pathOf } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { dryRunOf, dryRunQuery } from '../dry-run.ts';
import { KubectlError } from '../errors.ts';
import { dryRunFlag, fieldManagerFlag, printFlags, validateFlag } from '../flags/common.ts';
import { type FlagSpec, flag } from '../flags/spec.ts';
import { withLastApplied } from '../merge/last-applied.ts';
import { resultPrinter } from '../print/result.ts';
import { resolveType } from '../resources/types.ts';
import { validation } from './file-options.ts';

export interface Generator {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly short: string;
  readonly usage: string;
  readonly flags: readonly FlagSpec[];
  readonly required?: readonly string[];
  /** Resource type to POST to. */
  readonly resource: string;
  /** Named in `failed to create X: …` (a secret has no colon); absent where kubectl passes the server's error on. */
  readonly failure?: string;
  build(call: Call, name: string): Promise<KubeObject> | KubeObject;
}

export const commonCreateFlags: readonly FlagSpec[] = [
  ...printFlags,
  dryRunFlag,
  validateFlag,
  fieldManagerFlag('kubectl-create'),
  flag('save-config', 'bool', {
    help: 'If true, the configuration of current object will be saved in its annotation.',
  }),
];

export function generatorCommand(generator: Generator): Command {
  return {
    name: generator.name,
    ...(generator.aliases && { aliases: generator.aliases }),
    short: generator.short,
    usage: generator.usage,
    flags: [...generator.flags, ...commonCreateFlags],
    ...(generator.required && { requiredFlags: generator.required }),
    run: (call) => generate(call, generator),
  };
}

async function generate(call: Call, generator: Generator): Promise<number> {
  const { session, flags } = call;
  const name = requireName(call);
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, dryRun);
  const built = await generator.build(call, name);
  const type = await resolveType(session, generator.resource);
  // a client-side dry run names the namespace only where it was asked for
  const namespace = type.namespaced ? await session.namespace() : undefined;
  const shown = namespace !== undefined && session.namespaceGiven;
  const placed = shown || dryRun !== 'client' ? withNamespace(built, namespace) : built;
  const object = flags.bool('save-config') ? withLastApplied(placed) : placed;
  if (dryRun === 'client') {
    printer.print(type, name, 'created', object);
    return 0;
  }
  const search = new URLSearchParams({
    ...dryRunQuery(dryRun),
    fieldManager: flags.string('field-manager'),
    fieldValidation: validation(flags),
  });
  try {
    const result = await session.json({ method: 'POST', path: `${pathOf(type, namespace)}?${search}`, body: object });
    printer.print(type, name, 'created', result);
    return 0;
  } catch (error) {
    if (generator.failure === undefined || !(error instanceof ApiError)) throw error;
    const colon = generator.failure === 'secret' ? '' : ':';
    throw new KubectlError(`failed to create ${generator.failure}${colon} ${error.message}`);
  }
}

function withNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  return namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
}

/** Exactly one NAME (cmdutil.NameFromCommandArgs); words behind `--` are the container's. */
export function requireName({ args, dash, path }: Call): string {
  const names = dash < 0 ? args : args.slice(0, dash);
  const [name] = names;
  if (name === undefined || names.length > 1) {
    throw new KubectlError(`exactly one NAME is required, got ${names.length}\nSee '${path} -h' for help and examples`);
  }
  return name;
}

export function commandWords({ args, dash }: Call): readonly string[] {
  return dash < 0 ? [] : args.slice(dash);
}

/** A whole number from 0 to 65535, or strconv's complaint. */
export function parsePort(text: string, parser: 'ParseUint' | 'Atoi'): number {
  if (!/^\+?\d+$/.test(text))
    throw new KubectlError(`strconv.${parser}: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}
