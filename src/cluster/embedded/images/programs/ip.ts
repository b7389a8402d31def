/** `ip addr`, `ip link`, `ip route`, `ip neigh`: BusyBox's and iproute2's, which adds state and group. Nothing can be changed. */
import type { Process } from '../../../../shell/process.ts';
import { type Interface, interfacesOf, linkLocal, type Route, routesOf } from '../interfaces.ts';
import { type NetProgram, print } from '../net-program.ts';

type Flavour = 'busybox' | 'iproute2';

interface Request {
  readonly flavour: Flavour;
  readonly family: 'any' | '4' | '6';
  readonly oneLine: boolean;
  readonly brief: boolean;
  readonly device: string | undefined;
}

export function ip(flavour: Flavour): NetProgram {
  return (net) => async (process) => {
    const words = process.argv.slice(1);
    const options: string[] = [];
    while (words[0]?.startsWith('-')) options.push(words.shift() ?? '');
    const [object = '', action = 'show', ...rest] = words;
    const device = rest.filter((word) => !['dev', 'to', 'up', 'scope', 'global'].includes(word)).at(-1);
    const request: Request = {
      flavour,
      family: options.includes('-4') ? '4' : options.includes('-6') ? '6' : 'any',
      oneLine: options.some((option) => option.startsWith('-o')),
      brief: options.some((option) => option.startsWith('-br')),
      device,
    };
    const interfaces = interfacesOf(net.stack);
    const reading = ['show', 'list', 'ls', 'sh', 's', 'l', 'get'].includes(action);
    if (!reading) return refuse(process, flavour);
    if (/^a(d(d(r(e(s(s)?)?)?)?)?)?$/.test(object)) return show(process, request, interfaces, 'addresses');
    if (/^l(i(n(k)?)?)?$/.test(object)) return show(process, request, interfaces, 'links');
    if (/^r(o(u(t(e)?)?)?)?$/.test(object))
      return routes(process, routesOf(net.stack), action === 'get' ? rest[0] : undefined, net.stack.ip);
    if (/^n(e(i(g(h)?)?)?)?$/.test(object)) {
      const [, eth] = interfaces;
      const [gateway] = routesOf(net.stack);
      const state = flavour === 'busybox' ? 'ref 1 used 0/0/0 probes 4 REACHABLE' : 'REACHABLE';
      await print(process.stdout, `${gateway?.via} dev ${eth?.name} lladdr ee:ee:ee:ee:ee:ee ${state} \n`);
      return 0;
    }
    return usage(process, flavour);
  };
}

async function refuse(process: Process, flavour: Flavour): Promise<number> {
  const text =
    flavour === 'busybox'
      ? 'ip: RTNETLINK answers: Operation not permitted\n'
      : 'RTNETLINK answers: Operation not permitted\n';
  await print(process.stderr, text);
  return flavour === 'busybox' ? 1 : 2;
}

async function usage(process: Process, flavour: Flavour): Promise<number> {
  const text =
    flavour === 'busybox'
      ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: ip [OPTIONS] address|route|link|neigh|rule [ARGS]\n\nOPTIONS := -f[amily] inet|inet6|link | -o[neline]\n'
      : 'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\nwhere  OBJECT := { address | link | neigh | route | rule }\n';
  await print(process.stderr, text);
  return flavour === 'busybox' ? 1 : 255;
}

async function show(
  process: Process,
  request: Request,
  interfaces: readonly Interface[],
  what: 'addresses' | 'links',
): Promise<number> {
  const { device, flavour } = request;
  const chosen = interfaces.filter(({ name }) => device === undefined || name === device);
  if (chosen.length === 0) {
    const text = flavour === 'busybox' ? `ip: can't find device '${device}'\n` : `Device "${device}" does not exist.\n`;
    await print(process.stderr, text);
    return 1;
  }
  const text = chosen.map((item) => (request.brief ? brief(item, what) : describe(item, request, what))).join('');
  await print(process.stdout, text);
  return 0;
}

function brief(item: Interface, what: 'addresses' | 'links'): string {
  const name = shownName(item).padEnd(16);
  const state = (item.kind === 'loopback' ? 'UNKNOWN' : 'UP').padEnd(14);
  return what === 'links' ? `${name} ${state} ${item.mac} \n` : `${name} ${state} ${item.ip}/${item.prefix} \n`;
}

function describe(item: Interface, request: Request, what: 'addresses' | 'links'): string {
  const { family, oneLine } = request;
  const lines = what === 'links' || !oneLine ? [header(item, request.flavour)] : [];
  if (what === 'links' || (family === 'any' && !oneLine)) lines.push(`    ${linkLine(item)}`);
  if (what === 'links') return lines.map((line) => `${line}\n`).join('');
  const lifetime = '       valid_lft forever preferred_lft forever';
  const prefix = oneLine ? `${item.index}: ${item.name}    ` : '    ';
  const addresses = [...(family === '6' ? [] : [inet(item)]), ...(family === '4' ? [] : [inet6(item)])];
  for (const address of addresses) lines.push(`${prefix}${address}${oneLine ? `\\${lifetime}` : `\n${lifetime}`}`);
  return lines.map((line) => `${line}\n`).join('');
}

function header(item: Interface, flavour: Flavour): string {
  const flags =
    item.kind === 'loopback'
      ? 'LOOPBACK,UP,LOWER_UP'
      : `BROADCAST,MULTICAST,UP,LOWER_UP${flavour === 'busybox' ? ',M-DOWN' : ''}`;
  const state = flavour === 'busybox' ? '' : ` state ${item.kind === 'loopback' ? 'UNKNOWN' : 'UP'} group default`;
  return `${item.index}: ${shownName(item)}: <${flags}> mtu ${item.mtu} qdisc noqueue${state} qlen 1000`;
}

function shownName({ name, peer }: Interface): string {
  return peer === undefined ? name : `${name}@if${peer}`;
}

function linkLine(item: Interface): string {
  return item.kind === 'loopback'
    ? `link/loopback ${item.mac} brd ${item.mac}`
    : `link/ether ${item.mac} brd ff:ff:ff:ff:ff:ff`;
}

function inet(item: Interface): string {
  const scope = item.kind === 'loopback' ? 'host' : 'global';
  return `inet ${item.ip}/${item.prefix} scope ${scope} ${item.name}`;
}

function inet6(item: Interface): string {
  return item.kind === 'loopback' ? 'inet6 ::1/128 scope host ' : `inet6 ${linkLocal(item.mac)}/64 scope link `;
}

async function routes(
  process: Process,
  table: readonly Route[],
  to: string | undefined,
  source: string,
): Promise<number> {
  const [first] = table;
  if (to !== undefined) await print(process.stdout, `${to} via ${first?.via} dev ${first?.device}  src ${source} \n`);
  else await print(process.stdout, table.map(routeLine).join(''));
  return 0;
}

function routeLine({ to, via, device, source }: Route): string {
  const scope = via === undefined ? ' scope link' : '';
  return `${to}${via === undefined ? '' : ` via ${via}`} dev ${device}${scope}${source === undefined ? '' : `  src ${source}`} \n`;
}
