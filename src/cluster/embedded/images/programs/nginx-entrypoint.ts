/** The official image's /docker-entrypoint.sh: says what it does, then becomes the command. */
import type { Program } from '../../../../shell/process.ts';
import { print } from '../net-program.ts';

const script = '/docker-entrypoint.sh';
const folder = '/docker-entrypoint.d';

const lines = [
  `${script}: ${folder}/ is not empty, will attempt to perform configuration`,
  `${script}: Looking for shell scripts in ${folder}/`,
  `${script}: Launching ${folder}/10-listen-on-ipv6-by-default.sh`,
  '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf',
  '10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf',
  `${script}: Sourcing ${folder}/15-local-resolvers.envsh`,
  `${script}: Launching ${folder}/20-envsubst-on-templates.sh`,
  `${script}: Launching ${folder}/30-tune-worker-processes.sh`,
  `${script}: Configuration complete; ready for start up`,
];

export const nginxEntrypoint: Program = async (process) => {
  const words = process.argv.slice(1);
  if (words[0] === 'nginx' || words[0] === 'nginx-debug') {
    await print(process.stdout, lines.map((line) => `${line}\n`).join(''));
  }
  const status = process.exec(words);
  if (status) return status;
  await print(process.stderr, `${script}: exec: line 47: ${words[0] ?? ''}: not found\n`);
  return 127;
};
