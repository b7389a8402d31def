/** Names of ports: the few lines of /etc/services that clients print, and how BusyBox looks one up. */
import type { Process } from '../../../shell/process.ts';

const names: Readonly<Record<string, string>> = {
  '21/tcp': 'ftp',
  '22/tcp': 'ssh',
  '23/tcp': 'telnet',
  '25/tcp': 'smtp',
  '53/tcp': 'domain',
  '53/udp': 'domain',
  '80/tcp': 'http',
  '123/udp': 'ntp',
  '443/tcp': 'https',
  '3306/tcp': 'mysql',
  '5432/tcp': 'postgresql',
  '6379/tcp': 'redis',
  '8080/tcp': 'http-alt',
};

export function serviceName(port: number, protocol: 'tcp' | 'udp'): string | undefined {
  return names[`${port}/${protocol}`];
}

/** As Alpine has it; the busybox image has none, and knows ports by number only. */
export const servicesFile = Object.entries(names)
  .map(([port, name]) => `${name}\t${port}\n`)
  .join('');

/** A number, or a name in the container's /etc/services. */
export function lookupPort(process: Process, text: string, protocol: 'tcp' | 'udp'): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) < 65_536 ? Number(text) : undefined;
  const file = process.fs.readFile('/etc/services');
  const lines = file ? new TextDecoder().decode(file).split('\n') : [];
  const found = lines
    .map((line) => line.split(/\s+/))
    .find(([name, port]) => name === text && port?.endsWith(`/${protocol}`));
  return found && Number.parseInt(found[1] ?? '', 10);
}
