/** The text programs by path. Network programs, and what else an image has, come from the images. */
import { shellProgram } from '../interpreter/main.ts';
import type { Program, ProgramTable } from '../process.ts';
import { awk } from './awk.ts';
import { cat, echo, isFalse, isTrue, printf, seq, sleep, test, yes } from './basics.ts';
import { cut, sort, tr } from './columns.ts';
import { diff } from './diff.ts';
import { base64, digestProgram, hexdump, od } from './encode.ts';
import { expr } from './expr.ts';
import { chmod, chown, ln, mkdir, mktemp, rm, rmdir, touch } from './files-change.ts';
import { cp, mv } from './files-copy.ts';
import { df, du, ls, stat } from './files-list.ts';
import { find } from './find.ts';
import { gnuProgram } from './gnu-wording.ts';
import { grep } from './grep.ts';
import { head, rev, tac, tee, uniq, wc } from './lines.ts';
import { basename, dirname, pwd, readlink, realpath, which } from './names.ts';
import { kill, killall, pgrep, pidof, pkill, ps } from './processes.ts';
import { env, nice, nohup, printenv, time, watch } from './run-others.ts';
import { sed } from './sed.ts';
import {
  arch,
  dd,
  hostid,
  logger,
  nobodyThere,
  setsid,
  stty,
  truncate,
  ttysize,
  unlink,
  usleep,
  w,
} from './small-files.ts';
import {
  clear,
  date,
  dmesg,
  free,
  groups,
  hostname,
  id,
  nproc,
  sync,
  tty,
  uname,
  uptime,
  vi,
  whoami,
} from './system.ts';
import { tail } from './tail.ts';
import { tar } from './tar.ts';
import { cmp, comm, factor, fold, nl, pager, paste, strings, xxd } from './text-tools.ts';
import { timeoutProgram } from './timeout.ts';
import { xargs } from './xargs.ts';

/** In BusyBox images only. */
const busyboxOnly: Readonly<Record<string, Program>> = {
  arch,
  cmp,
  comm,
  dd,
  diff,
  factor,
  fold,
  hostid,
  less: pager,
  logger,
  more: pager,
  nl,
  paste,
  reset: clear,
  setsid,
  strings,
  stty,
  truncate,
  ttysize,
  unlink,
  users: nobodyThere,
  usleep,
  w,
  who: nobodyThere,
  xxd,
};

const common: Readonly<Record<string, Program>> = {
  '[': test,
  awk,
  base64,
  basename,
  cat,
  chgrp: chown,
  chmod,
  chown,
  clear,
  cp,
  cut,
  date,
  df,
  dirname,
  dmesg,
  du,
  echo,
  egrep: grep,
  env,
  expr,
  false: isFalse,
  fgrep: grep,
  find,
  free,
  grep,
  groups,
  head,
  hostname,
  id,
  kill,
  ln,
  ls,
  md5sum: digestProgram('md5'),
  mkdir,
  mktemp,
  mv,
  nice,
  nohup,
  nproc,
  od,
  pgrep,
  pidof,
  pkill,
  printenv,
  printf,
  ps,
  pwd,
  readlink,
  realpath,
  rev,
  rm,
  rmdir,
  sed,
  seq,
  sha1sum: digestProgram('sha1'),
  sha256sum: digestProgram('sha256'),
  sha512sum: digestProgram('sha512'),
  sleep,
  sort,
  stat,
  sync,
  tac,
  tail,
  tar,
  tee,
  test,
  touch,
  tr,
  true: isTrue,
  tty,
  uname,
  uniq,
  uptime,
  watch,
  wc,
  which,
  whoami,
  xargs,
  yes,
};

/** BusyBox applets under `directory`, shell included: `busybox` and `alpine`. */
export function busyboxPrograms(directory = '/bin'): ProgramTable {
  const ash = shellProgram('ash');
  const all = {
    ...common,
    ...busyboxOnly,
    ash,
    hexdump,
    hd: hexdump,
    killall,
    sh: ash,
    time,
    timeout: timeoutProgram('busybox'),
    vi,
  };
  return new Map(Object.entries(all).map(([name, program]) => [`${directory}/${name}`, program]));
}

/** Not in Debian's slim base. */
const absentInDebian: ReadonlySet<string> = new Set([
  'dmesg',
  'free',
  'kill',
  'pgrep',
  'pidof',
  'pkill',
  'ps',
  'uptime',
  'watch',
]);

/** Debian-based images: dash as sh, bash, and coreutils where they differ from BusyBox in words or status. */
export function debianPrograms(): ProgramTable {
  const programs = Object.entries(common).filter(([name]) => !absentInDebian.has(name));
  const entries: readonly (readonly [string, Program])[] = [
    ...programs.map(([name, program]) => [name, gnuProgram(program)] as const),
    ['bash', shellProgram('bash')],
    ['dash', shellProgram('dash')],
    ['sh', shellProgram('dash')],
    ['timeout', timeoutProgram('coreutils')],
  ];
  return new Map(entries.map(([name, program]) => [`/usr/bin/${name}`, program]));
}
