/** getent hosts and ahosts: glibc asks for AAAA first and then for A, which is why a dead resolver costs it 40 s. */
import { isIPv4 } from 'node:net';
import type { Process } from '../../../../shell/process.ts';
import type { Resolution } from '../../net/resolver.ts';
import { resolveAddress } from '../../net/resolver-reverse.ts';
import { type ContainerNet, type NetProgram, print, resolve } from '../net-program.ts';

const files: Readonly<Record<string, string>> = { passwd: '/etc/passwd', group: '/etc/group' };

export const getent: NetProgram = (net) => async (process) => {
  const [database = '', ...keys] = process.argv.slice(1);
  const file = files[database];
  if (file !== undefined) return lines(process, file, keys);
  if (!['hosts', 'ahosts', 'ahostsv4', 'ahostsv6'].includes(database)) {
    const text = database === '' ? 'getent: wrong number of arguments\n' : `getent: Unknown database: ${database}\n`;
    await print(process.stderr, `${text}Try \`getent --help' or \`getent --usage' for more information.\n`);
    return 1;
  }
  let status = 0;
  for (const key of keys) {
    const found = database === 'hosts' ? await hosts(net, process, key) : await ahosts(net, process, database, key);
    if (found === undefined) status = 2;
    else await print(process.stdout, found);
  }
  return status;
};

async function hosts(net: ContainerNet, process: Process, key: string): Promise<string | undefined> {
  if (isIPv4(key)) {
    const { clock, signal, fs } = process;
    const names = await resolveAddress(
      { stack: net.stack, libc: net.libc, random: net.random, clock, signal, fs },
      key,
    );
    return names && `${key.padEnd(15)} ${names.join(' ')}\n`;
  }
  const six = net.libc === 'glibc' ? await resolve(net, process, key, 'v6') : undefined;
  const found = six?.outcome === 'found' ? six : await resolve(net, process, key, net.libc === 'glibc' ? 'v4' : 'any');
  if (found.outcome !== 'found') return undefined;
  const alias = found.canonical === key ? '' : ` ${key}`;
  const shown = net.libc === 'glibc' ? found.canonical : `${found.canonical}  ${found.canonical}${alias}`;
  return found.addresses.map((ip) => `${ip.padEnd(15)} ${shown}\n`).join('');
}

async function ahosts(net: ContainerNet, process: Process, database: string, key: string): Promise<string | undefined> {
  const family = database === 'ahostsv4' ? 'v4' : database === 'ahostsv6' ? 'v6' : 'any';
  const found: Resolution = await resolve(net, process, key, family);
  if (found.outcome !== 'found') return undefined;
  return found.addresses
    .map((ip, i) => {
      const name = i === 0 ? found.canonical : '';
      return `${ip.padEnd(15)} STREAM ${name}\n${ip.padEnd(15)} DGRAM  \n${ip.padEnd(15)} RAW    \n`;
    })
    .join('');
}

async function lines(process: Process, file: string, keys: readonly string[]): Promise<number> {
  const text = new TextDecoder().decode(process.fs.readFile(file) ?? new Uint8Array());
  const all = text.split('\n').filter((line) => line !== '');
  const chosen =
    keys.length === 0
      ? all
      : all.filter((line) => keys.includes(line.split(':')[0] ?? '') || keys.includes(line.split(':')[2] ?? ''));
  await print(process.stdout, chosen.map((line) => `${line}\n`).join(''));
  return keys.length > 0 && chosen.length < keys.length ? 2 : 0;
}
