/**
 * GNU's words for the programs of Debian-based images, where BusyBox says the same thing differently. Only what people
 * meet is translated: missing files, wrong options, and the few exit statuses that differ.
 */
import type { Process, Program } from '../process.ts';

interface Rule {
  readonly busybox: RegExp;
  readonly gnu: string;
}

const rules: readonly Rule[] = [
  { busybox: /^(head|tail): (?:can't open ')?([^':]+)'?: (.*)$/m, gnu: "$1: cannot open '$2' for reading: $3" },
  { busybox: /^tail: no files\n/m, gnu: '' },
  { busybox: /^sort: (?!Check)([^:]+): (.*)$/m, gnu: 'sort: cannot read: $1: $2' },
  { busybox: /^(\w+): can't open '(.*)': (.*)$/m, gnu: '$1: $2: $3' },
  { busybox: /^cat: read error: Is a directory$/m, gnu: 'cat: read error: Is a directory' },
  { busybox: /^ls: (.*): (No such file or directory)$/m, gnu: "ls: cannot access '$1': $2" },
  { busybox: /^du: (.*): (No such file or directory)$/m, gnu: "du: cannot access '$1': $2" },
  { busybox: /^find: ([^:]*): (No such file or directory)$/m, gnu: 'find: ‘$1’: $2' },
  { busybox: /^sed: ([^:]*): (No such file or directory)$/m, gnu: "sed: can't read $1: $2" },
  { busybox: /^(cp|mv|stat): can't (?:stat|rename) '(.*)': (.*)$/m, gnu: "$1: cannot stat '$2': $3" },
  { busybox: /^cp: omitting directory '(.*)'$/m, gnu: "cp: -r not specified; omitting directory '$1'" },
  { busybox: /^rm: can't remove '(.*)': (.*)$/m, gnu: "rm: cannot remove '$1': $2" },
  { busybox: /^rm: '(.*)' is a directory$/m, gnu: "rm: cannot remove '$1': Is a directory" },
  { busybox: /^rmdir: '(.*)': (.*)$/m, gnu: "rmdir: failed to remove '$1': $2" },
  { busybox: /^mkdir: can't create directory '(.*)': (.*)$/m, gnu: 'mkdir: cannot create directory ‘$1’: $2' },
  { busybox: /^touch: (.*): (No such file or directory)$/m, gnu: "touch: cannot touch '$1': $2" },
  {
    busybox: /^sleep: invalid number '(.*)'$/m,
    gnu: "sleep: invalid time interval ‘$1’\nTry 'sleep --help' for more information.",
  },
  {
    busybox: /^(env|nohup|nice|xargs): (?:can't execute ')?([^']*)'?: (No such file or directory)$/m,
    gnu: '$1: ‘$2’: $3',
  },
  { busybox: /^date: invalid date '(.*)'$/m, gnu: 'date: invalid date ‘$1’' },
];

/** Where GNU's status is another than BusyBox' 1. */
const troubleStatus: Readonly<Record<string, number>> = { ls: 2, sort: 2, env: 125 };

/** Runs a BusyBox program and says on stderr what its GNU counterpart would say. */
export function gnuProgram(program: Program): Program {
  return async (process) => {
    const name = (process.argv[0] ?? '').replace(/^.*\//, '');
    let complained = false;
    const stderr: Process['stderr'] = {
      close: () => process.stderr.close(),
      async write(bytes) {
        complained = true;
        await process.stderr.write(new TextEncoder().encode(translate(name, new TextDecoder().decode(bytes))));
      },
    };
    const status = await program({ ...process, stderr });
    return complained && status === 1 ? (troubleStatus[name] ?? 1) : status;
  };
}

function translate(name: string, text: string): string {
  if (text.startsWith('BusyBox v')) return `Try '${name} --help' for more information.\n`;
  const rule = rules.find(({ busybox }) => busybox.test(text));
  return rule ? text.replace(rule.busybox, rule.gnu) : text;
}
