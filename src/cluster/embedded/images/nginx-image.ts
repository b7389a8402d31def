/** nginx's official image, Debian and Alpine flavours: entrypoint, default page, default configuration, curl on Debian. */
import type { MemoryFs } from '../../../shell/memory-fs.ts';
import { seedAlpine } from './busybox-image.ts';
import { type Image, type Repository, root } from './image.ts';
import type { NetProgram } from './net-program.ts';
import type { ProgramSet } from './program-set.ts';
import { busyboxPing } from './programs/busybox-ping.ts';
import { curl } from './programs/curl/curl.ts';
import { curl788, curl811 } from './programs/curl/flavour.ts';
import { nginx } from './programs/nginx.ts';
import { nginxEntrypoint } from './programs/nginx-entrypoint.ts';
import { makeDirectories, seedDebian, writeText, writeUsers } from './seed-files.ts';
import { alpineUserland, debianUserland } from './userland.ts';

export const welcomePage = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

const mainConfig = `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;

    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
`;

const defaultServer = `server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

const errorPage = `<!DOCTYPE html>
<html>
<head>
<title>Error</title>
</head>
<body>
<h1>An error occurred.</h1>
<p>Sorry, the page you are looking for is currently unavailable.<br/>
Please try again later.</p>
</body>
</html>
`;

const patchLevels: Readonly<Record<string, string>> = {
  '1.29': '1.29.3',
  '1.28': '1.28.0',
  '1.27': '1.27.5',
  '1.26': '1.26.3',
  '1.25': '1.25.5',
  '1.24': '1.24.0',
  '1.23': '1.23.4',
  '1.22': '1.22.1',
  '1.21': '1.21.6',
  '1.19': '1.19.10',
  '1.14': '1.14.2',
};

function versionOf(tag: string): string {
  const [number = ''] = /^\d+\.\d+(\.\d+)?/.exec(tag) ?? [];
  return patchLevels[number] ?? (number.split('.').length === 3 ? number : '1.27.5');
}

function nginxImage(tag: string): Image {
  const alpine = tag.includes('alpine');
  const version = versionOf(tag);
  return {
    libc: alpine ? 'musl' : 'glibc',
    entrypoint: ['/docker-entrypoint.sh'],
    cmd: ['nginx', '-g', 'daemon off;'],
    env: [
      ['NGINX_VERSION', version],
      ['PKG_RELEASE', alpine ? '1' : '1~bookworm'],
    ],
    workingDir: '/',
    user: root,
    sizeBytes: alpine ? 20_506_631 : 72_295_909,
    stopSignal: 'SIGQUIT',
    programs: programs(alpine, version),
    seed: (fs) => seed(fs, alpine),
  };
}

function programs(alpine: boolean, version: string): ProgramSet {
  return new Map<string, NetProgram>([
    ...(alpine ? alpineUserland() : debianUserland()),
    ['/usr/sbin/nginx', nginx(version)],
    ['/docker-entrypoint.sh', () => nginxEntrypoint],
    ['/usr/bin/curl', curl(alpine ? curl811 : curl788)],
    // Not in the official image, but in the one that the recordings were made with.
    ['/usr/bin/ping', busyboxPing],
  ]);
}

function seed(fs: MemoryFs, alpine: boolean): void {
  const user = { uid: 101, gid: 101, name: 'nginx', home: '/nonexistent' };
  if (alpine) seedAlpine(fs);
  else seedDebian(fs, [user]);
  writeUsers(fs, [user], alpine ? '/bin/sh' : '/bin/bash');
  makeDirectories(fs, ['/var/cache/nginx', '/docker-entrypoint.d']);
  writeText(fs, '/etc/nginx/nginx.conf', mainConfig);
  writeText(fs, '/etc/nginx/conf.d/default.conf', defaultServer);
  writeText(fs, '/usr/share/nginx/html/index.html', welcomePage);
  writeText(fs, '/usr/share/nginx/html/50x.html', errorPage);
  makeDirectories(fs, ['/var/log/nginx']);
  fs.symlink('/dev/stdout', '/var/log/nginx/access.log');
  fs.symlink('/dev/stderr', '/var/log/nginx/error.log');
}

export const nginxImages: readonly Repository[] = [
  { names: ['nginx', 'bitnami/nginx', 'nginxinc/nginx-unprivileged'], image: nginxImage },
];
