/** date, uname, id, whoami, hostname, uptime, free, nproc, dmesg, clear, groups, logname: what the machine says of itself. */
import type { Process, Program } from '../process.ts';
import { absolute, complain, die, parseOptions, print, usage } from './applet.ts';
import { human } from './files-list.ts';
import { formatTime } from './strftime.ts';

export const date: Program = async (process) => {
  const { flags, values, operands } = await parseOptions(process, {
    short: 'd:us:r:RI::D:',
    long: { date: 'd', utc: 'u', universal: 'u', 'rfc-2822': 'R', 'iso-8601': 'I' },
  });
  const given = values.get('d');
  const file = values.get('r');
  const time =
    given !== undefined
      ? parseDate(given, process.clock.now())
      : file !== undefined
        ? process.fs.stat(absolute(process, file))?.modifiedMs
        : process.clock.now();
  if (time === undefined)
    return die(
      process,
      given === undefined ? `can't stat '${file}': No such file or directory` : `invalid date '${given}'`,
    );
  const [format] = operands;
  if (format !== undefined && !format.startsWith('+')) return die(process, `invalid date '${format}'`);
  if (values.has('s')) return die(process, "can't set date: Operation not permitted");
  const iso = {
    date: '%Y-%m-%d',
    hours: '%Y-%m-%dT%H%z',
    minutes: '%Y-%m-%dT%H:%M%z',
    seconds: '%Y-%m-%dT%H:%M:%S%z',
  } as const;
  const chosen =
    format !== undefined
      ? format.slice(1)
      : flags.has('R')
        ? '%a, %d %b %Y %H:%M:%S +0000'
        : flags.has('I')
          ? (iso[(values.get('I') ?? 'date') as keyof typeof iso] ?? iso.date)
          : '%a %b %e %H:%M:%S UTC %Y';
  await print(process, `${formatTime(time, chosen)}\n`);
  return 0;
};

/** `@seconds`, `YYYY-MM-DD[ hh:mm[:ss]]`, `hh:mm[:ss]`; RFC 3339 and 2822 as Node reads them. */
function parseDate(text: string, nowMs: number): number | undefined {
  const seconds = /^@(\d+)$/.exec(text);
  if (seconds) return Number(seconds[1]) * 1000;
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text);
  if (clock)
    return (
      Math.floor(nowMs / 86_400_000) * 86_400_000 +
      ((Number(clock[1]) * 60 + Number(clock[2])) * 60 + Number(clock[3] ?? 0)) * 1000
    );
  const plain = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?))?$/.exec(text);
  const time = plain
    ? Date.parse(`${plain[1]}T${plain[2] ?? '00:00'}Z`)
    : /\d/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A node of an ordinary cluster. */
export const kernel = {
  name: 'Linux',
  release: '6.8.0-45-generic',
  version: '#45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024',
  machine: 'x86_64',
  system: 'GNU/Linux',
};

export const uname: Program = async (process) => {
  const { flags } = await parseOptions(process, {
    short: 'amnrspvio',
    long: { all: 'a', machine: 'm', nodename: 'n', 'kernel-release': 'r', 'kernel-name': 's' },
  });
  const all = flags.has('a');
  const parts = [
    all || flags.has('s') || flags.size === 0 ? kernel.name : '',
    all || flags.has('n') ? process.hostname : '',
    all || flags.has('r') ? kernel.release : '',
    all || flags.has('v') ? kernel.version : '',
    all || flags.has('m') ? kernel.machine : '',
    flags.has('p') || flags.has('i') ? 'unknown' : '',
    all || flags.has('o') ? kernel.system : '',
  ].filter((part) => part !== '');
  await print(process, `${parts.join(' ')}\n`);
  return 0;
};

function userNamed(
  process: Process,
  name: string,
): { readonly uid: number; readonly gid: number; readonly name: string } | undefined {
  if (name === process.user.name) return process.user;
  const lines = new TextDecoder().decode(process.fs.readFile('/etc/passwd') ?? new Uint8Array()).split('\n');
  const fields = lines.map((line) => line.split(':')).find(([user]) => user === name);
  return fields ? { name, uid: Number(fields[2]), gid: Number(fields[3]) } : undefined;
}

function groupName(process: Process, gid: number): string {
  const lines = new TextDecoder().decode(process.fs.readFile('/etc/group') ?? new Uint8Array()).split('\n');
  const found = lines.map((line) => line.split(':')).find((fields) => fields[2] === String(gid));
  const fallback = gid === process.user.uid ? process.user.name : String(gid);
  return found?.[0] ?? fallback;
}

export const id: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'ugGnr' });
  const [name] = operands;
  const user = name === undefined ? process.user : userNamed(process, name);
  if (!user) return die(process, `unknown user ${name}`);
  const group = groupName(process, user.gid);
  const text = flags.has('u')
    ? flags.has('n')
      ? user.name
      : String(user.uid)
    : flags.has('g') || flags.has('G')
      ? flags.has('n')
        ? group
        : String(user.gid)
      : `uid=${named(user.uid, user.name)} gid=${named(user.gid, group)} groups=${named(user.gid, group)}`;
  await print(process, `${text}\n`);
  return 0;
};

/** A number that nobody has given a name stands alone. */
function named(id: number, name: string): string {
  return name === String(id) ? name : `${id}(${name})`;
}

export const whoami: Program = async (process) => {
  const { operands } = await parseOptions(process, { short: '' });
  if (operands.length > 0) return usage(process);
  const { name, uid } = process.user;
  if (name === String(uid)) return die(process, `unknown uid ${uid}`);
  await print(process, `${name}\n`);
  return 0;
};

export const groups: Program = async (process) => {
  await print(process, `${groupName(process, process.user.gid)}\n`);
  return 0;
};

/** `-i` asks /etc/hosts, as the resolver would first. */
export const hostname: Program = async (process) => {
  const { flags, operands } = await parseOptions(process, { short: 'sidfyI' });
  if (operands.length > 0) return die(process, 'sethostname: Operation not permitted');
  if (flags.has('i') || flags.has('I')) {
    const lines = new TextDecoder().decode(process.fs.readFile('/etc/hosts') ?? new Uint8Array()).split('\n');
    const line = lines
      .map((each) => each.replace(/#.*/, '').trim().split(/\s+/))
      .find(([, ...names]) => names.includes(process.hostname));
    if (!line) {
      await complain(process, `${process.hostname}: Unknown host`);
      return 1;
    }
    await print(process, `${line[0]}\n`);
    return 0;
  }
  const [short = '', ...domain] = process.hostname.split('.');
  await print(process, `${flags.has('s') ? short : flags.has('d') ? domain.join('.') : process.hostname}\n`);
  return 0;
};

export const uptime: Program = async (process) => {
  await parseOptions(process, { short: '' });
  const startedMs = process.table.list()[0]?.startedMs ?? process.clock.now();
  const minutes = Math.floor((process.clock.now() - startedMs) / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const up = `${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${hours > 0 ? `${hours}:${String(minutes % 60).padStart(2, '0')}` : `${minutes % 60} min`}`;
  await print(
    process,
    ` ${formatTime(process.clock.now(), '%H:%M:%S')} up ${up},  0 users,  load average: 0.08, 0.05, 0.01\n`,
  );
  return 0;
};

/** Of that node: what free, top and /proc/meminfo agree on. */
export const memoryKib = {
  total: 8_144_992,
  used: 1_523_344,
  free: 3_210_432,
  shared: 1672,
  buffers: 3_411_216,
  available: 6_332_480,
};

export const free: Program = async (process) => {
  const { flags } = await parseOptions(process, { short: 'bkmgh' });
  const kib = Object.values(memoryKib);
  const shown = (value: number): string => {
    if (flags.has('h')) return human(value * 1024);
    if (flags.has('b')) return String(value * 1024);
    return String(flags.has('m') ? Math.floor(value / 1024) : flags.has('g') ? Math.floor(value / 1_048_576) : value);
  };
  await print(process, '              total        used        free      shared  buff/cache   available\n');
  await print(process, `Mem:    ${kib.map((value) => shown(value).padStart(11)).join(' ')}\n`);
  await print(process, `Swap:   ${[0, 0, 0].map((value) => shown(value).padStart(11)).join(' ')}\n`);
  return 0;
};

export const nproc: Program = async (process) => {
  await print(process, '2\n');
  return 0;
};

/** A container may not read the kernel's log. */
export const dmesg: Program = (process) => die(process, 'klogctl: Operation not permitted');

export const clear: Program = async (process) => {
  await print(process, '\x1b[H\x1b[J');
  return 0;
};

export const tty: Program = async (process) => {
  await print(process, process.terminal ? '/dev/pts/0\n' : 'not a tty\n');
  return process.terminal ? 0 : 1;
};

export const sync: Program = async () => 0;

/** An editor needs a screen that nothing here paints; it says so instead of pretending. */
export const vi: Program = (process) =>
  die(process, 'this simulated container has no editor; use cat >file, sed -i or kubectl cp');
