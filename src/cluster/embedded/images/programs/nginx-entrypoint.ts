/** The official image's /docker-entrypoint.sh: says what it does, then becomes the command. */
import { FileError, type Process, type Program } from '../../../../shell/process.ts';
import { print } from '../net-program.ts';

const script = '/docker-entrypoint.sh';
const folder = '/docker-entrypoint.d';

const listening = '10-listen-on-ipv6-by-default.sh: info:';
const site = '/etc/nginx/conf.d/default.conf';

const linesFor = (listenLines: readonly string[]): readonly string[] => [
  `${script}: ${folder}/ is not empty, will attempt to perform configuration`,
  `${script}: Looking for shell scripts in ${folder}/`,
  `${script}: Launching ${folder}/10-listen-on-ipv6-by-default.sh`,
  ...listenLines,
  `${script}: Sourcing ${folder}/15-local-resolvers.envsh`,
  `${script}: Launching ${folder}/20-envsubst-on-templates.sh`,
  `${script}: Launching ${folder}/30-tune-worker-processes.sh`,
  `${script}: Configuration complete; ready for start up`,
];

function listenOnIpv6({ fs }: Process): readonly string[] {
  const found = fs.stat(site);
  if (found?.type !== 'file') return [`${listening} ${site} is not a file or does not exist`];
  try {
    fs.touch(site, found.modifiedMs);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return [`${listening} can not modify ${site} (read-only file system?)`];
  }
  return [`${listening} Getting the checksum of ${site}`, `${listening} Enabled listen on IPv6 in ${site}`];
}

export const nginxEntrypoint: Program = async (process) => {
  const words = process.argv.slice(1);
  if (words[0] === 'nginx' || words[0] === 'nginx-debug') {
    await print(
      process.stdout,
      linesFor(listenOnIpv6(process))
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
  const status = process.exec(words);
  if (status) return status;
  await print(process.stderr, `${script}: exec: line 47: ${words[0] ?? ''}: not found\n`);
  return 127;
};
