/** BusyBox's official image in its two flavours, and Alpine, whose userland is BusyBox on musl. */
import type { MemoryFs } from '../../../shell/memory-fs.ts';
import { type Image, type Repository, root } from './image.ts';
import { makeDirectories, writeRelease, writeText, writeUsers } from './seed-files.ts';
import { servicesFile } from './service-names.ts';
import { alpineUserland, busyboxUserland } from './userland.ts';

function busyboxImage(tag: string): Image {
  const musl = /musl|uclibc/.test(tag);
  return {
    libc: musl ? 'musl' : 'glibc',
    entrypoint: [],
    cmd: ['sh'],
    env: [],
    workingDir: '/',
    user: root,
    sizeBytes: musl ? 850_000 : 2_156_518,
    programs: busyboxUserland(),
    seed: (fs) => seedBusybox(fs, musl),
  };
}

function seedBusybox(fs: MemoryFs, musl: boolean): void {
  makeDirectories(fs, ['/home', '/root', '/run', '/usr/bin', '/usr/sbin', '/var/spool/mail', '/var/www', '/lib']);
  if (!musl) fs.symlink('lib', '/lib64');
  fs.symlink('../run', '/var/run');
  writeUsers(fs, [{ uid: 65534, gid: 65534, name: 'nobody', home: '/home' }], '/bin/sh');
}

function alpineImage(): Image {
  return {
    libc: 'musl',
    entrypoint: [],
    cmd: ['/bin/sh'],
    env: [],
    workingDir: '/',
    user: root,
    sizeBytes: 3_642_247,
    programs: alpineUserland(),
    seed: seedAlpine,
  };
}

export function seedAlpine(fs: MemoryFs): void {
  makeDirectories(fs, [
    '/home',
    '/lib',
    '/media',
    '/mnt',
    '/opt',
    '/root',
    '/run',
    '/srv',
    '/usr/lib',
    '/usr/local/bin',
    '/var/cache',
    '/var/log',
  ]);
  fs.symlink('../run', '/var/run');
  writeUsers(fs, [{ uid: 65534, gid: 65534, name: 'nobody', home: '/' }], '/bin/sh');
  writeText(fs, '/etc/services', servicesFile);
  writeRelease(fs, { id: 'alpine', name: 'Alpine Linux', version: '3.21.3' });
}

export const busyboxImages: readonly Repository[] = [
  {
    names: ['busybox', 'google-containers/busybox', 'google_containers/busybox', 'e2e-test-images/busybox'],
    image: busyboxImage,
  },
  { names: ['alpine'], image: alpineImage },
];
