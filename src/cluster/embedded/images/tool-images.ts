/** Images that people take into a cluster to look around or to be talked to: curl, netshoot, agnhost, echo servers, databases. */

import { shellProgram } from '../../../shell/interpreter/main.ts';
import type { MemoryFs } from '../../../shell/memory-fs.ts';
import { seedAlpine } from './busybox-image.ts';
import { type Image, type Repository, root, type User } from './image.ts';
import type { NetProgram } from './net-program.ts';
import type { ProgramSet } from './program-set.ts';
import { agnhost } from './programs/agnhost/agnhost.ts';
import { bindHost, bindNslookup } from './programs/bind-host.ts';
import { curl } from './programs/curl/curl.ts';
import { curl811 } from './programs/curl/flavour.ts';
import { dig } from './programs/dig.ts';
import { gnuWget } from './programs/gnu-wget.ts';
import { helloApp, httpEcho, whoami } from './programs/http-echo.ts';
import { ip } from './programs/ip.ts';
import { iputilsPing } from './programs/iputils-ping.ts';
import { ncat } from './programs/ncat.ts';
import { ss } from './programs/netstat.ts';
import { openbsdNc } from './programs/openbsd-nc.ts';
import { pgIsReady, postgresServer, psql } from './programs/postgres.ts';
import { redisCli, redisServer } from './programs/redis.ts';
import { makeDirectories, seedDebian, writeText, writeUsers } from './seed-files.ts';
import { alpineUserland, debianUserland } from './userland.ts';

const base = { libc: 'musl', entrypoint: [], cmd: [], env: [], workingDir: '/', user: root, seed: seedAlpine } as const;

/** The tools of nicolaka/netshoot and of agnhost, on top of Alpine. */
const tools: Readonly<Record<string, NetProgram>> = {
  '/usr/bin/curl': curl(curl811),
  '/usr/bin/dig': dig,
  '/usr/bin/host': bindHost,
  '/usr/bin/nslookup': bindNslookup,
  '/usr/bin/nc': openbsdNc,
  '/usr/bin/wget': gnuWget,
  '/usr/bin/ncat': ncat,
  '/bin/ping': iputilsPing,
  '/usr/sbin/ss': ss,
  '/sbin/ip': ip('iproute2'),
};

function withTools(extra: Readonly<Record<string, NetProgram>> = {}): ProgramSet {
  const programs = alpineUserland();
  for (const [path, program] of Object.entries({ ...tools, ...extra })) programs.set(path, program);
  for (const path of ['/bin/bash', '/bin/zsh']) programs.set(path, () => shellProgram('bash'));
  return programs;
}

const curlUser: User = { uid: 100, gid: 101, name: 'curl_user', home: '/home/curl_user' };

const curlEntrypoint = `#!/bin/sh
set -e

if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ]; then
  set -- curl "$@"
fi

exec "$@"
`;

const curlImage = (): Image => ({
  ...base,
  entrypoint: ['/entrypoint.sh'],
  cmd: ['curl'],
  env: [['CURL_CA_BUNDLE', '/cacert.pem']],
  workingDir: '/home/curl_user',
  user: curlUser,
  sizeBytes: 9_555_714,
  programs: new Map([...alpineUserland(), ['/usr/bin/curl', curl(curl811)]]),
  seed(fs: MemoryFs) {
    seedAlpine(fs);
    makeDirectories(fs, ['/home/curl_user']);
    writeUsers(fs, [curlUser], '/bin/sh');
    writeText(fs, '/entrypoint.sh', curlEntrypoint, 0o755);
  },
});

/** One static binary and nothing else: no shell to exec into. */
function single(path: string, program: NetProgram, sizeBytes: number): Image {
  return {
    ...base,
    entrypoint: [path],
    sizeBytes,
    programs: new Map([[path, program]]),
    seed: () => {},
  };
}

function database(options: {
  readonly tag: string;
  readonly command: string;
  readonly programs: Readonly<Record<string, NetProgram>>;
  readonly user: User;
  readonly env: readonly (readonly [string, string])[];
  readonly sizeBytes: number;
}): Image {
  const alpine = options.tag.includes('alpine');
  const own = Object.entries(options.programs).map(([name, program]) => [`/usr/local/bin/${name}`, program] as const);
  return {
    ...base,
    libc: alpine ? 'musl' : 'glibc',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: [options.command],
    env: options.env,
    sizeBytes: options.sizeBytes,
    programs: new Map([...(alpine ? alpineUserland() : debianUserland()), ...own]),
    seed(fs) {
      if (alpine) seedAlpine(fs);
      else seedDebian(fs, [options.user]);
      writeUsers(fs, [options.user], '/bin/bash');
      writeText(fs, '/usr/local/bin/docker-entrypoint.sh', '#!/bin/sh\nexec "$@"\n', 0o755);
    },
  };
}

export const toolImages: readonly Repository[] = [
  { names: ['curlimages/curl', 'curl/curl', 'curl'], image: curlImage },
  {
    names: ['nicolaka/netshoot', 'netshoot', 'wbitt/network-multitool', 'praqma/network-multitool'],
    image: () => ({ ...base, cmd: ['zsh'], workingDir: '/root', sizeBytes: 205_000_000, programs: withTools() }),
  },
  {
    names: ['e2e-test-images/agnhost', 'agnhost', 'kubernetes-e2e-test-images/agnhost'],
    image: () => ({
      ...base,
      entrypoint: ['/agnhost'],
      cmd: ['pause'],
      sizeBytes: 52_000_000,
      programs: withTools({ '/agnhost': agnhost }),
    }),
  },
  { names: ['hashicorp/http-echo', 'http-echo'], image: () => single('/http-echo', httpEcho, 3_020_000) },
  { names: ['traefik/whoami', 'containous/whoami'], image: () => single('/whoami', whoami, 2_600_000) },
  {
    names: ['google-samples/hello-app', 'google-samples/containers/gke/hello-app'],
    image: (tag) => single('/hello-app', helloApp(tag.startsWith('2') ? '2.0.0' : '1.0.0'), 11_500_000),
  },
  {
    names: ['redis', 'bitnami/redis', 'valkey/valkey'],
    image: (tag) =>
      database({
        tag,
        command: 'redis-server',
        programs: { 'redis-server': redisServer, 'redis-cli': redisCli },
        user: { uid: 999, gid: 999, name: 'redis', home: '/home/redis' },
        env: [['REDIS_VERSION', '7.4.1']],
        sizeBytes: 45_000_000,
      }),
  },
  {
    names: ['postgres', 'bitnami/postgresql'],
    image: (tag) =>
      database({
        tag,
        command: 'postgres',
        programs: { postgres: postgresServer, pg_isready: pgIsReady, psql },
        user: { uid: 999, gid: 999, name: 'postgres', home: '/var/lib/postgresql' },
        env: [
          ['PG_MAJOR', '16'],
          ['PGDATA', '/var/lib/postgresql/data'],
        ],
        sizeBytes: 153_000_000,
      }),
  },
];
