/**
 * DNS messages on the wire (RFC 1035), so that queries are packets of bytes: they can be dropped, truncated to 512 bytes
 * over UDP, and asked again over TCP.
 */
export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'SRV' | 'TXT' | 'SOA' | 'NS' | 'MX' | 'ANY';

export type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

export interface DnsRecord {
  /** Without trailing dot. */
  readonly name: string;
  readonly type: RecordType;
  readonly ttl: number;
  /**
   * Text as dig prints it: an address, a name, `0 100 80 web.shop…` for SRV. Names carry no trailing dot.
   */
  readonly data: string;
}

export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly code: ResponseCode;
  readonly question: { readonly name: string; readonly type: RecordType } | undefined;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
}

const typeNumbers: Readonly<Record<RecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  ANY: 255,
};
const typeNames = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name as RecordType]));
const codes: readonly ResponseCode[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

export const maxUdpBytes = 512;

export function query(id: number, name: string, type: RecordType): DnsMessage {
  return {
    id,
    response: false,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    code: 'NOERROR',
    question: { name: stripDot(name), type },
    answers: [],
    authority: [],
  };
}

/** With `limit`, records that do not fit are left out and the message says so. */
export function encodeDns(message: DnsMessage, limit = 65_535): Uint8Array {
  const whole = write(message, message.answers, message.authority, message.truncated);
  if (whole.length <= limit) return whole;
  let fitting = message.answers.length;
  let bytes = whole;
  while (fitting > 0 && bytes.length > limit) bytes = write(message, message.answers.slice(0, --fitting), [], true);
  return bytes;
}

function write(
  message: DnsMessage,
  answers: readonly DnsRecord[],
  authority: readonly DnsRecord[],
  truncated: boolean,
): Uint8Array {
  const writer = new Writer();
  const flags =
    (message.response ? 0x8000 : 0) |
    (message.authoritative ? 0x0400 : 0) |
    (truncated ? 0x0200 : 0) |
    (message.recursionDesired ? 0x0100 : 0) |
    (message.recursionAvailable ? 0x0080 : 0) |
    Math.max(0, codes.indexOf(message.code));
  for (const word of [message.id, flags, message.question ? 1 : 0, answers.length, authority.length, 0])
    writer.word(word);
  if (message.question) {
    writer.name(message.question.name);
    writer.word(typeNumbers[message.question.type]);
    writer.word(1);
  }
  for (const record of [...answers, ...authority]) writer.record(record);
  return writer.bytes();
}

/** undefined for what is no DNS message. */
export function decodeDns(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < 12) return undefined;
  const reader = new Reader(bytes);
  const [id, flags, questions, answers, authority] = Array.from({ length: 6 }, () => reader.word());
  if (id === undefined || flags === undefined || (questions ?? 0) > 1) return undefined;
  const question = questions === 1 ? { name: reader.name(), type: reader.type() } : undefined;
  if (question) reader.word();
  const records = (count = 0): DnsRecord[] => Array.from({ length: count }, () => reader.record());
  return {
    id,
    response: (flags & 0x8000) !== 0,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    code: codes[flags & 15] ?? 'SERVFAIL',
    question,
    answers: records(answers),
    authority: records(authority),
  };
}

export function stripDot(name: string): string {
  return name.endsWith('.') && name.length > 1 ? name.slice(0, -1) : name;
}

class Writer {
  readonly #out: number[] = [];
  readonly #seen = new Map<string, number>();

  bytes(): Uint8Array {
    return Uint8Array.from(this.#out);
  }

  word(value: number): void {
    this.#out.push((value >> 8) & 255, value & 255);
  }

  name(text: string): void {
    let rest = text === '.' ? '' : text;
    while (rest !== '') {
      const pointer = this.#seen.get(rest.toLowerCase());
      if (pointer !== undefined) {
        this.word(0xc000 | pointer);
        return;
      }
      if (this.#out.length < 0x4000) this.#seen.set(rest.toLowerCase(), this.#out.length);
      const dot = rest.indexOf('.');
      const label = dot < 0 ? rest : rest.slice(0, dot);
      this.#text(label.slice(0, 63));
      rest = dot < 0 ? '' : rest.slice(dot + 1);
    }
    this.#out.push(0);
  }

  record({ name, type, ttl, data }: DnsRecord): void {
    this.name(name);
    this.word(typeNumbers[type]);
    this.word(1);
    this.word((ttl >>> 16) & 0xffff);
    this.word(ttl & 0xffff);
    const at = this.#out.length;
    this.word(0);
    this.#data(type, data);
    const length = this.#out.length - at - 2;
    this.#out[at] = (length >> 8) & 255;
    this.#out[at + 1] = length & 255;
  }

  #data(type: RecordType, data: string): void {
    const words = data.split(' ');
    if (type === 'A') for (const part of data.split('.')) this.#out.push(Number(part));
    else if (type === 'AAAA') for (const word of expandIpv6(data)) this.word(word);
    else if (type === 'TXT') this.#text(data);
    else if (type === 'SRV') {
      for (const word of words.slice(0, 3)) this.word(Number(word));
      this.name(words[3] ?? '');
    } else if (type === 'SOA') {
      this.name(words[0] ?? '');
      this.name(words[1] ?? '');
      for (const number of words.slice(2, 7).map(Number)) {
        this.word((number >>> 16) & 0xffff);
        this.word(number & 0xffff);
      }
    } else this.name(data);
  }

  #text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#out.push(bytes.length, ...bytes);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  #byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  word(): number {
    return this.#byte() * 256 + this.#byte();
  }

  long(): number {
    return this.word() * 65_536 + this.word();
  }

  type(): RecordType {
    return typeNames.get(this.word()) ?? 'ANY';
  }

  name(): string {
    const labels: string[] = [];
    let after: number | undefined;
    for (let jumps = 0; jumps < 128; jumps++) {
      const length = this.#byte();
      if (length === 0) break;
      if ((length & 0xc0) === 0xc0) {
        const target = ((length & 0x3f) << 8) | this.#byte();
        after ??= this.#at;
        this.#at = target;
      } else labels.push(this.#text(length));
    }
    if (after !== undefined) this.#at = after;
    return labels.join('.') || '.';
  }

  record(): DnsRecord {
    const name = this.name();
    const type = this.type();
    this.word();
    const ttl = this.long();
    const length = this.word();
    const end = this.#at + length;
    const data = this.#data(type, length);
    this.#at = end;
    return { name, type, ttl, data };
  }

  #data(type: RecordType, length: number): string {
    if (type === 'A') return Array.from({ length: 4 }, () => this.#byte()).join('.');
    if (type === 'AAAA') return Array.from({ length: 8 }, () => this.word().toString(16)).join(':');
    if (type === 'TXT') return this.#text(this.#byte());
    if (type === 'SRV') return `${this.word()} ${this.word()} ${this.word()} ${this.name()}`;
    if (type === 'SOA') {
      const names = `${this.name()} ${this.name()}`;
      return `${names} ${Array.from({ length: 5 }, () => this.long()).join(' ')}`;
    }
    return type === 'ANY' || length === 0 ? '' : this.name();
  }

  #text(length: number): string {
    const text = new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return text;
  }
}

function expandIpv6(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const words = (part: string): number[] => (part ? part.split(':').map((word) => Number.parseInt(word, 16)) : []);
  const left = words(head);
  const right = tail === undefined ? [] : words(tail);
  return [...left, ...Array<number>(tail === undefined ? 0 : 8 - left.length - right.length).fill(0), ...right];
}
