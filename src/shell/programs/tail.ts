/** tail, and `tail -f`. */
import { sleep } from '../../kit/clock.ts';
import type { Process, Program } from '../process.ts';
import { absolute, die, openInput, parseOptions, print, readAll } from './applet.ts';
import { parseSize, withOldNumbers } from './lines.ts';

export const tail: Program = async (given) => {
  const process = withOldNumbers(given);
  const { flags, values, operands } = await parseOptions(process, {
    short: 'fFn:c:qvs:',
    long: { lines: 'n', bytes: 'c', follow: 'f', quiet: 'q' },
  });
  const bytewise = values.has('c');
  const text = values.get('c') ?? values.get('n') ?? '10';
  const parsed = parseSize(text);
  if (parsed === undefined) return die(process, `invalid number '${text}'`);
  const from = text.startsWith('+') ? Math.max(0, parsed - 1) : undefined;
  const files = operands.length === 0 ? ['-'] : operands;
  let status = 0;
  const followed: { readonly file: string; offset: number }[] = [];
  for (const [i, file] of files.entries()) {
    const source = await openInput(process, file);
    if (!source) {
      status = 1;
      if (flags.has('F')) followed.push({ file, offset: 0 });
      continue;
    }
    const bytes = await readAll(source);
    source.close();
    if ((files.length > 1 && !flags.has('q')) || flags.has('v'))
      await print(process, `${i > 0 ? '\n' : ''}==> ${file === '-' ? 'standard input' : file} <==\n`);
    await process.stdout.write(lastPart(bytes, bytewise, from, Math.abs(parsed)));
    if (file !== '-') followed.push({ file, offset: bytes.length });
  }
  if (followed.length === 0 && operands.length > 0 && status !== 0) return die(process, 'no files');
  if ((flags.has('f') || flags.has('F')) && followed.length > 0) await follow(process, followed);
  return status;
};

function lastPart(bytes: Uint8Array, bytewise: boolean, from: number | undefined, count: number): Uint8Array {
  if (bytewise) return from === undefined ? bytes.subarray(Math.max(0, bytes.length - count)) : bytes.subarray(from);
  const starts = [0];
  for (let at = bytes.indexOf(10); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(10, at + 1))
    starts.push(at + 1);
  const start = from === undefined ? starts[Math.max(0, starts.length - count)] : starts[from];
  return count === 0 && from === undefined ? new Uint8Array() : bytes.subarray(start ?? bytes.length);
}

/** Looks once a second, as BusyBox does. */
async function follow(process: Process, files: { readonly file: string; offset: number }[]): Promise<never> {
  for (;;) {
    await sleep(process.clock, 1000, process.signal);
    for (const entry of files) {
      const bytes = process.fs.readFile(absolute(process, entry.file));
      if (!bytes) continue;
      if (bytes.length < entry.offset) entry.offset = 0;
      if (bytes.length > entry.offset) await process.stdout.write(bytes.slice(entry.offset));
      entry.offset = bytes.length;
    }
  }
}
