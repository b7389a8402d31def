/** The files that images have in common: directories, users, and the little that programs look up in /etc. */
import type { MemoryFs } from '../../../shell/memory-fs.ts';
import type { User } from './image.ts';
import { root } from './image.ts';

const encoder = new TextEncoder();

export function writeText(fs: MemoryFs, path: string, text: string, mode = 0o644): void {
  fs.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { recursive: true });
  fs.writeFile(path, encoder.encode(text), { mode });
}

export function makeDirectories(fs: MemoryFs, paths: readonly string[]): void {
  for (const path of paths) fs.mkdir(path, { recursive: true });
}

export function writeUsers(fs: MemoryFs, users: readonly User[], shell: string): void {
  const all = [root, ...users.filter(({ uid }) => uid !== 0)];
  writeText(
    fs,
    '/etc/passwd',
    all.map(({ name, uid, gid, home }) => `${name}:x:${uid}:${gid}:${name}:${home}:${shell}\n`).join(''),
  );
  writeText(fs, '/etc/group', all.map(({ name, gid }) => `${name}:x:${gid}:\n`).join(''));
}

export interface Release {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

export function writeRelease(fs: MemoryFs, { id, name, version }: Release): void {
  const pretty = `${name} ${version}`;
  writeText(fs, '/etc/os-release', `PRETTY_NAME="${pretty}"\nNAME="${name}"\nVERSION_ID="${version}"\nID=${id}\n`);
}

/** Debian since 12: /bin and its like are links into /usr. */
export function seedDebian(fs: MemoryFs, users: readonly User[]): void {
  makeDirectories(fs, [
    '/boot',
    '/home',
    '/media',
    '/mnt',
    '/opt',
    '/root',
    '/run',
    '/srv',
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    '/usr/local/bin',
    '/var/log',
  ]);
  for (const name of ['bin', 'sbin', 'lib']) fs.symlink(`usr/${name}`, `/${name}`);
  fs.symlink('/run', '/var/run');
  writeUsers(fs, users, '/bin/bash');
  writeRelease(fs, { id: 'debian', name: 'Debian GNU/Linux', version: '12' });
}
