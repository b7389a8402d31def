/** What an awk program reads and writes: its main input, `getline <file`, `| getline`, `print >file` and `print | command`. */
import { openForWrite } from '../files.ts';
import { openPipe } from '../pipe.ts';
import { type Child, FileError, type Process, type Sink } from '../process.ts';
import { die, type Line, openInput, readAll, readLines, reasonOf } from './applet.ts';

export interface RecordReader {
  /** The next record; undefined at the end. */
  next(separator: string): Promise<string | undefined>;
}

type Source = Parameters<typeof readAll>[0];

/** Lines as they arrive; any other separator needs the whole text. An empty one means paragraphs. */
export function recordReader(source: Source): RecordReader {
  let lines: AsyncGenerator<Line> | undefined;
  let records: string[] | undefined;
  return {
    async next(separator) {
      if (separator === '\n' && !records) {
        lines ??= readLines(source);
        const next = await lines.next();
        return next.done ? undefined : next.value.text;
      }
      records ??= splitRecords(new TextDecoder().decode(await readAll(source)), separator);
      return records.shift();
    },
  };
}

function splitRecords(text: string, separator: string): string[] {
  if (separator === '')
    return text
      .replace(/^\n+|\n+$/g, '')
      .split(/\n{2,}/)
      .filter((record) => record !== '');
  const records = separator.length === 1 ? text.split(separator) : text.split(new RegExp(separator));
  if (records.at(-1) === '' || records.at(-1) === '\n') records.pop();
  return records;
}

interface Output {
  readonly sink: Sink;
  readonly child: Child | undefined;
}

export class AwkStreams {
  readonly #process: Process;
  readonly #readers = new Map<string, { readonly reader: RecordReader; readonly child: Child | undefined }>();
  readonly #outputs = new Map<string, Output>();

  constructor(process: Process) {
    this.#process = process;
  }

  /** Undefined: the file cannot be opened. A command's reader stays open until `close`. */
  async reader(kind: 'file' | 'command', name: string): Promise<RecordReader | undefined> {
    const known = this.#readers.get(name);
    if (known) return known.reader;
    if (kind === 'file') {
      if (name !== '-' && !this.#process.fs.stat(name.startsWith('/') ? name : `${this.#process.cwd}/${name}`))
        return undefined;
      const source = await openInput(this.#process, name);
      if (!source) return undefined;
      const reader = recordReader(source);
      this.#readers.set(name, { reader, child: undefined });
      return reader;
    }
    const pipe = openPipe();
    const child = this.#process.spawn(['sh', '-c', name], { stdout: pipe.sink });
    pipe.sink.close();
    const reader = recordReader(pipe.source);
    this.#readers.set(name, { reader, child });
    return reader;
  }

  async output(operator: '>' | '>>' | '|', name: string): Promise<Sink> {
    const known = this.#outputs.get(name);
    if (known) return known.sink;
    const opened = operator === '|' ? this.#startCommand(name) : await this.#openFile(name, operator === '>>');
    this.#outputs.set(name, opened);
    return opened.sink;
  }

  #startCommand(command: string): Output {
    const pipe = openPipe();
    const child = this.#process.spawn(['sh', '-c', command], { stdin: pipe.source });
    pipe.source.close();
    return { sink: pipe.sink, child };
  }

  async #openFile(name: string, append: boolean): Promise<Output> {
    try {
      return { sink: openForWrite(this.#process, name, { append }), child: undefined };
    } catch (error) {
      if (error instanceof FileError) return die(this.#process, `can't open '${name}': ${reasonOf(error)}`);
      throw error;
    }
  }

  /** The command's status; -1 when nothing of that name is open. */
  async close(name: string): Promise<number> {
    const output = this.#outputs.get(name);
    const reader = this.#readers.get(name);
    this.#outputs.delete(name);
    this.#readers.delete(name);
    output?.sink.close();
    const status = await (output?.child ?? reader?.child)?.status;
    return output || reader ? (status ?? 0) : -1;
  }

  async closeAll(): Promise<void> {
    for (const name of [...this.#outputs.keys()]) await this.close(name);
  }
}
