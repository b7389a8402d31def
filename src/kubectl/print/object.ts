/** Objects by -o: json, yaml, kyaml, name, jsonpath, custom-columns, go-template. Lists are handled by whoever calls. */
import type { KubeObject } from '../../kube/objects.ts';
import { KubectlError, PlainError } from '../errors.ts';
import type { Flags } from '../flags/spec.ts';
import { compileJsonPath } from '../jsonpath/evaluate.ts';
import type { Session } from '../session.ts';
import { compileTemplate } from '../template/execute.ts';
import { type CustomColumns, parseColumns, parseColumnsFile } from './custom-columns.ts';
import { goJson, goSyntax } from './go-json.ts';
import { goYaml } from './go-yaml.ts';
import { tableLayout, tabwriter } from './tabwriter.ts';

export interface ObjectPrinter {
  /** The text for one object (or list); state between calls: YAML separators, headers. */
  print(object: unknown): string;
}

const formats =
  'custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml';

export interface PrinterOptions {
  /** Formats that this command allows, for the error message. */
  readonly allowed?: string;
  readonly noHeaders?: boolean;
  /** `configmap/a created` instead of `configmap/a` is the caller's business: this is what -o name prints. */
  readonly operation?: string;
}

/** undefined for human output ('' and wide). Throws KubectlError for an unknown format. */
export async function objectPrinter(
  session: Session,
  flags: Flags,
  options: PrinterOptions = {},
): Promise<ObjectPrinter | undefined> {
  const output = outputFormat(flags);
  if (output === '' || output === 'wide') return undefined;
  const [format = '', argument] = splitFormat(output);
  const keepManaged = flags.bool('show-managed-fields');
  if (format === 'json') return { print: (object) => `${goJson(visible(object, keepManaged), '    ')}\n` };
  if (format === 'yaml') return yamlPrinter(keepManaged);
  if (format === 'kyaml') return yamlPrinter(keepManaged, true);
  if (format === 'name') return { print: printNames };
  const template = argument ?? (flags.changed('template') ? flags.string('template') : undefined);
  if (format.startsWith('jsonpath')) return jsonPathPrinter(session, flags, format, template);
  if (['go-template', 'template', 'go-template-file', 'templatefile'].includes(format)) {
    return templatePrinter(session, flags, format, template);
  }
  if (format === 'custom-columns' || format === 'custom-columns-file') {
    return columnsPrinter(session, format, template, options.noHeaders ?? false);
  }
  throw new KubectlError(
    `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: ${options.allowed ?? formats}`,
  );
}

/** --template alone means -o go-template. */
export function outputFormat(flags: Flags): string {
  const output = flags.string('output');
  if (output === '' && flags.changed('template') && flags.string('template') !== '') return 'go-template';
  return output;
}

function splitFormat(output: string): [string, string | undefined] {
  const equals = output.indexOf('=');
  if (equals < 0) return [output, undefined];
  return [output.slice(0, equals), output.slice(equals + 1)];
}

function yamlPrinter(keepManaged: boolean, flow = false): ObjectPrinter {
  let printed = 0;
  return {
    print(object) {
      const body = flow ? `---\n${kyaml(visible(object, keepManaged), '')}\n` : goYaml(visible(object, keepManaged));
      return `${!flow && printed++ > 0 ? '---\n' : ''}${body}`;
    },
  };
}

/** KYAML: flow style, every string quoted, trailing commas. */
function kyaml(value: unknown, margin: string): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const inner = `${margin}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((item) => typeof item === 'object' && item !== null)) {
      return `[${value.map((item) => kyaml(item, margin)).join(', ')}]`;
    }
    return `[\n${value.map((item) => `${inner}${kyaml(item, inner)},\n`).join('')}${margin}]`;
  }
  const keys = Object.keys(value).sort();
  if (keys.length === 0) return '{}';
  const quoted = (key: string): string => (/^[A-Za-z_][\w.-]*$/.test(key) ? key : JSON.stringify(key));
  const lines = keys.map(
    (key) => `${inner}${quoted(key)}: ${kyaml((value as Record<string, unknown>)[key], inner)},\n`,
  );
  return `{\n${lines.join('')}${margin}}`;
}

/** Without metadata.managedFields, also inside a list. */
function visible(object: unknown, keepManaged: boolean): unknown {
  if (keepManaged || typeof object !== 'object' || object === null) return object;
  const { items, metadata } = object as { items?: unknown; metadata?: Record<string, unknown> };
  const copy: Record<string, unknown> = { ...object };
  if (metadata && 'managedFields' in metadata) {
    const { managedFields: _, ...rest } = metadata;
    copy['metadata'] = rest;
  }
  if (Array.isArray(items)) copy['items'] = items.map((item: unknown) => visible(item, false));
  return copy;
}

function printNames(object: unknown): string {
  const { items } = object as { items?: unknown };
  if (Array.isArray(items)) return items.map(printNames).join('');
  const { kind = '', apiVersion = '', metadata } = object as KubeObject;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${apiVersion.slice(0, slash)}`;
  return `${kind.toLowerCase()}${group}/${metadata.name ?? ''}\n`;
}

async function jsonPathPrinter(
  session: Session,
  flags: Flags,
  format: string,
  given: string | undefined,
): Promise<ObjectPrinter> {
  let text = given ?? '';
  if (text === '') throw new KubectlError('template format specified but no template given');
  if (format === 'jsonpath-file') text = await templateFile(session, text);
  else if (format !== 'jsonpath' && format !== 'jsonpath-as-json') {
    throw new KubectlError(
      `unable to match a printer suitable for the output format ${JSON.stringify(format)}, allowed formats are: ${formats}`,
    );
  }
  const path = compile(
    () => compileJsonPath(text, { allowMissing: flags.bool('allow-missing-template-keys') }),
    `error parsing jsonpath ${text}, `,
  );
  return {
    print(object) {
      try {
        if (format !== 'jsonpath-as-json') return path.print(object);
        return path
          .find(object)
          .map((values) => `${goJson(values, '    ')}\n`)
          .join('');
      } catch (error) {
        throw new KubectlError(
          `error executing jsonpath ${JSON.stringify(text)}: Error executing template: ${(error as Error).message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${text}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n`,
        );
      }
    },
  };
}

async function templatePrinter(
  session: Session,
  flags: Flags,
  format: string,
  given: string | undefined,
): Promise<ObjectPrinter> {
  let text = given ?? '';
  if (text === '') throw new KubectlError('template format specified but no template given');
  if (format.endsWith('file')) text = await templateFile(session, text);
  const template = compile(
    () => compileTemplate(text, { allowMissing: flags.bool('allow-missing-template-keys') }),
    `error parsing template ${text}, `,
  );
  return {
    print(object) {
      try {
        return template.execute(object);
      } catch (error) {
        throw new KubectlError(`error executing template ${JSON.stringify(text)}: ${(error as Error).message}`);
      }
    },
  };
}

function compile<T>(make: () => T, prefix: string): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof PlainError) throw error;
    throw new KubectlError(prefix + (error as Error).message);
  }
}

async function templateFile(session: Session, name: string): Promise<string> {
  try {
    return Buffer.from(await session.readFile(name)).toString('utf8');
  } catch {
    throw new KubectlError(`error reading --template ${name}, open ${name}: no such file or directory\n`);
  }
}

async function columnsPrinter(
  session: Session,
  format: string,
  given: string | undefined,
  noHeaders: boolean,
): Promise<ObjectPrinter> {
  let columns: CustomColumns;
  if (format === 'custom-columns') columns = parseColumns(given ?? '');
  else columns = parseColumnsFile(await templateFile(session, given ?? ''));
  const writer = tabwriter(tableLayout);
  let headed = noHeaders;
  return {
    print(object) {
      const { items } = object as { items?: unknown };
      const rows = (Array.isArray(items) ? items : [object]).map((item) => columns.row(item));
      const lines = headed ? rows : [[...columns.headers], ...rows];
      headed = true;
      return writer.align(lines.map((cells) => `${cells.join('\t')}\n`).join(''));
    },
  };
}
