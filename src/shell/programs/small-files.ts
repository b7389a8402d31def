/** Applets around files, sessions and pauses that scripts use in passing: dd, truncate, usleep, who, stty and the like. */
import { sleep } from '../../kit/clock.ts';
import { openForWrite } from '../files.ts';
import { FileError, type Process, type Program } from '../process.ts';
import { joinBytes } from '../streams.ts';
import { absolute, complain, die, openInput, parseOptions, print, reasonOf, usage } from './applet.ts';
import { parseSize } from './lines.ts';

const operators = ['if', 'of', 'bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'conv', 'iflag', 'oflag', 'status'];

export const dd: Program = async (process) => {
  const options = new Map<string, string>();
  for (const word of process.argv.slice(1)) {
    const equals = word.indexOf('=');
    if (!operators.includes(word.slice(0, Math.max(equals, 0)))) return usage(process);
    options.set(word.slice(0, equals), word.slice(equals + 1));
  }
  const size = (name: string, otherwise: number): number => parseSize(options.get(name) ?? '') ?? otherwise;
  const block = size('ibs', size('bs', 512));
  const count = size('count', Number.POSITIVE_INFINITY);
  const skip = size('skip', 0) * block;
  const source = await openInput(process, options.get('if') ?? '-');
  if (!source) return 1;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const wanted = skip + count * block;
  while (length < wanted) {
    const chunk = await source.read(Math.min(65_536, wanted - length));
    if (!chunk) break;
    chunks.push(chunk.slice(0, wanted - length));
    length += Math.min(chunk.length, wanted - length);
  }
  source.close();
  const bytes = joinBytes(chunks).slice(skip);
  const failed = await deliver(process, options.get('of'), bytes);
  if (failed !== undefined) return die(process, failed);
  const records = `${Math.floor(bytes.length / block)}+${bytes.length % block === 0 ? 0 : 1}`;
  const status = options.get('status') ?? '';
  if (status !== 'none') {
    const total = `${bytes.length} bytes (${human(bytes.length)}) copied, 0.000100 seconds, ${human(bytes.length * 10_000)}/s\n`;
    const text = `${records} records in\n${records} records out\n${status === 'noxfer' ? '' : total}`;
    await process.stderr.write(new TextEncoder().encode(text));
  }
  return 0;
};

function human(bytes: number): string {
  const units = ['', 'KB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return unit === 0 ? `${value}B` : `${value.toFixed(1)}${units[unit]}`;
}

/** What is wrong, or undefined. */
async function deliver(process: Process, file: string | undefined, bytes: Uint8Array): Promise<string | undefined> {
  if (file === undefined) {
    await process.stdout.write(bytes);
    return undefined;
  }
  try {
    const sink = openForWrite(process, file);
    await sink.write(bytes);
    sink.close();
    return undefined;
  } catch (error) {
    return `can't open '${file}': ${reasonOf(error)}`;
  }
}

export const truncate: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, { short: 'cs:' });
  const size = parseSize(values.get('s') ?? '');
  if (size === undefined || operands.length === 0) return usage(process);
  for (const name of operands) {
    const path = absolute(process, name);
    const old = process.fs.readFile(path);
    if (!old && flags.has('c')) continue;
    const bytes = new Uint8Array(size);
    bytes.set((old ?? new Uint8Array()).slice(0, size));
    try {
      process.fs.writeFile(path, bytes);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return die(process, `${name}: open: ${reasonOf(error)}`);
    }
  }
  return 0;
};

export const usleep: Program = async (process) => {
  const [text] = process.argv.slice(1);
  if (text === undefined) return usage(process);
  if (!/^\d+$/.test(text)) return die(process, `invalid number '${text}'`);
  await sleep(process.clock, Number(text) / 1000, process.signal);
  return 0;
};

export const arch: Program = async (process) => {
  await print(process, 'x86_64\n');
  return 0;
};

export const hostid: Program = async (process) => {
  await print(process, '00000000\n');
  return 0;
};

/** Nobody logs in to a container: who and users find no utmp. */
export const nobodyThere: Program = async () => 0;

export const w: Program = async (process) => {
  await print(process, 'USER\t\tTTY\t\tIDLE\tTIME\t\t HOST\n');
  return 0;
};

export const stty: Program = async (process) => {
  const { terminal } = process;
  if (!terminal) return die(process, 'standard input: Inappropriate ioctl for device');
  if (process.argv[1] === 'size') await print(process, `${terminal.rows} ${terminal.columns}\n`);
  else if (process.argv.length === 1) await print(process, 'speed 38400 baud; line = 0;\n');
  return 0;
};

export const ttysize: Program = async (process) => {
  const { columns, rows } = process.terminal ?? { columns: 80, rows: 24 };
  await print(process, `${columns} ${rows}\n`);
  return 0;
};

/** No syslogd listens, and logger does not mind. */
export const logger: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'sp:t:' });
  if (flags.has('s')) await process.stderr.write(new TextEncoder().encode(`root: ${operands.join(' ')}\n`));
  return 0;
};

export const unlink: Program = async (process) => {
  const [name, ...more] = process.argv.slice(1);
  if (name === undefined || more.length > 0) return usage(process);
  const path = absolute(process, name);
  const stat = process.fs.lstat(path);
  if (stat && stat.type !== 'directory') {
    process.fs.remove(path);
    return 0;
  }
  await complain(process, `can't remove file '${name}': ${stat ? 'Is a directory' : 'No such file or directory'}`);
  return 1;
};

export const setsid: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: '+c' });
  if (operands.length === 0) return usage(process);
  return process.exec(operands) ?? die(process, `can't execute '${operands[0]}': No such file or directory`, 127);
};
