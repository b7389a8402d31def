/** What a changing command prints per object: `configmap/a created`, or the object in the format of -o. */
import type { ResourceType } from '../../kube/objects.ts';
import { type DryRun, dryRunNote } from '../dry-run.ts';
import type { Flags } from '../flags/spec.ts';
import { kindName } from '../resources/types.ts';
import type { Session } from '../session.ts';
import { objectPrinter, outputFormat } from './object.ts';

export interface ResultPrinter {
  print(type: ResourceType, name: string, operation: string, object: unknown): void;
}

const formats =
  'go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml';

export async function resultPrinter(session: Session, flags: Flags, dryRun: DryRun): Promise<ResultPrinter> {
  const format = outputFormat(flags);
  const printer = await objectPrinter(session, flags, { allowed: formats });
  return {
    print(type, name, operation, object) {
      if (printer && format !== 'name') session.out(printer.print(object));
      else {
        const what = `${kindName(type)}/${name}`;
        session.out(format === 'name' ? `${what}\n` : `${what} ${operation}${dryRunNote(dryRun)}\n`);
      }
    },
  };
}
