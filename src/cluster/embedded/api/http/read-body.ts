/** What did the client send? The request's bytes within the limit, and the object in them by Content-Type. */
import type { IncomingMessage } from 'node:http';
import { badRequest } from '../machinery/status.ts';
import { StatusError } from '../machinery.ts';
import { JsonSyntaxError, parseJson } from './go-json.ts';
import { acceptedTypes } from './negotiate.ts';
import { decodeProtobuf } from './protobuf.ts';
import { bodyLimit, bodyTooLarge, unsupportedMediaType } from './refusals.ts';

/** Throws StatusError 413 as soon as the limit is passed; what still comes is thrown away, not kept. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= bodyLimit) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(bodyTooLarge());
      }
    });
    request.on('end', resolve);
    request.on('error', reject);
    request.on('close', () => reject(badRequest('unexpected EOF')));
  });
  return Buffer.concat(chunks);
}

/** Without parameters, lower case; JSON where the client does not say. */
export function mediaType(contentType: string | undefined): string {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === undefined || type === '' ? 'application/json' : type;
}

/**
 * The object in a POST's, PUT's or DELETE's body; undefined for an empty one. Throws StatusError 415 for a type that is not
 * known, 400 for a body that is not of its type; `kind` is what the URL calls for and stands in the message.
 */
export async function parseObject(
  body: Buffer,
  contentType: string | undefined,
  kind: string,
): Promise<Record<string, unknown> | undefined> {
  const type = mediaType(contentType);
  if (!(acceptedTypes as readonly string[]).includes(type)) throw unsupportedMediaType(acceptedTypes);
  if (body.length === 0) return undefined;
  const value = await parseAs(type, body, kind);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  const shown = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const problem = `couldn't get version/kind; json parse error: json: cannot unmarshal ${shown} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
  throw unrecognized(kind, problem, body);
}

async function parseAs(type: string, body: Buffer, kind: string): Promise<unknown> {
  try {
    if (type === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(body);
    const text = body.toString('utf8');
    return type === 'application/yaml' ? await parseYaml(text) : parseJson(text);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const problem =
      error instanceof JsonSyntaxError ? `couldn't get version/kind; json parse error: ${message}` : message;
    throw unrecognized(kind, problem, body);
  }
}

/** JSON is YAML, and kubectl's apply patches are JSON: the YAML parser is loaded only where it is needed. */
export async function parseYaml(text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const { parse, YAMLParseError } = await import('yaml');
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof YAMLParseError)) throw error;
      throw new Error(
        `error converting YAML to JSON: yaml: line ${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]}`,
      );
    }
  }
}

/** apimachinery quotes the start of what it could not read, in hexadecimal. */
function unrecognized(kind: string, problem: string, body: Buffer): StatusError {
  const start = body.subarray(0, 1024).toString('hex');
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${problem} (${start}${body.length > 1024 ? ' ...' : ''})`,
  );
}
