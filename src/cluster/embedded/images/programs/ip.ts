/** `ip addr`, `ip link`, `ip route`, `ip neigh`: BusyBox's and iproute2's, which adds state and group. Nothing can be changed. */
import type { Process } from '../../../../shell/process.ts';
import type { NetStack } from '../../net/sockets.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { type Interface, interfacesOf, linkLocal, type Route, routes6, routesOf } from '../interfaces.ts';
import { type NetProgram, print } from '../net-program.ts';

type Flavour = 'busybox' | 'iproute2';

interface Request {
  readonly flavour: Flavour;
  readonly family: 'any' | '4' | '6';
  readonly oneLine: boolean;
  readonly brief: boolean;
  readonly device: string | undefined;
}

const objects = ['address', 'route', 'link', 'tunnel', 'neighbour', 'rule'] as const;
type IpObject = (typeof objects)[number];

/** `object`: what `ipaddr`, `iproute` and the like stand for. */
export function ip(flavour: Flavour, fixed?: string): NetProgram {
  return (net) => async (process) => {
    const words = process.argv.slice(1);
    const options: string[] = [];
    while (words[0]?.startsWith('-')) options.push((words.shift() ?? '').replace(/^--?/, ''));
    const [given = '', action = 'show', ...rest] = fixed === undefined ? words : [fixed, ...words];
    const object = given === '' ? undefined : objects.find((name) => name.startsWith(given));
    // BusyBox knows none of iproute2's -s, -d, -br and -c.
    const known =
      flavour === 'iproute2' || options.every((option) => /^(?:o(?:n(?:e.*)?)?|[460]|f(?:a.*)?)$/.test(option));
    if (object === undefined || !known) return usage(process, flavour);
    const request: Request = {
      flavour,
      family: options.includes('4') ? '4' : options.includes('6') ? '6' : 'any',
      oneLine: options.some((option) => option.startsWith('o')),
      brief: options.some((option) => option.startsWith('br')),
      device: rest.filter((word) => !['dev', 'to', 'up', 'scope', 'global'].includes(word)).at(-1),
    };
    const reading = ['show', 'list', 'ls', 'lst', 'sh', 's', 'l', 'get'].includes(action);
    if (!reading) return refuse(process, flavour, object);
    return look(net.stack, process, request, object, action === 'get' ? rest[0] : undefined);
  };
}

async function look(
  stack: NetStack,
  process: Process,
  request: Request,
  object: IpObject,
  to: string | undefined,
): Promise<number> {
  switch (object) {
    case 'address':
      return show(process, request, interfacesOf(stack), 'addresses');
    case 'link':
      return show(process, request, interfacesOf(stack), 'links');
    case 'route':
      await print(process.stdout, to === undefined ? routeLines(stack, request) : wayTo(stack, to));
      return 0;
    case 'neighbour':
      await print(process.stdout, neighbour(stack, request));
      return 0;
    case 'rule':
      await print(process.stdout, ruleLines);
      return 0;
    case 'tunnel':
      return 0;
  }
}

const ruleLines = '0:\tfrom all lookup local \n32766:\tfrom all lookup main \n32767:\tfrom all lookup default \n';

function neighbour(stack: NetStack, { flavour }: Request): string {
  const [gateway] = routesOf(stack);
  const state = flavour === 'busybox' ? 'ref 1 used 0/0/0 probes 4 REACHABLE' : 'REACHABLE ';
  return `${gateway?.via} dev ${gateway?.device} lladdr ee:ee:ee:ee:ee:ee ${state}\n`;
}

/** A container has no CAP_NET_ADMIN. BusyBox changes links by ioctl, everything else by netlink. */
async function refuse(process: Process, flavour: Flavour, object: IpObject): Promise<number> {
  const byIoctl = flavour === 'busybox' && object === 'link';
  const text = byIoctl ? 'SIOCSIFFLAGS: Operation not permitted' : 'RTNETLINK answers: Operation not permitted';
  await print(process.stderr, `${flavour === 'busybox' ? 'ip: ' : ''}${text}\n`);
  return byIoctl ? 1 : 2;
}

const busyboxUsage = `ip [OPTIONS] address|route|link|tunnel|neigh|rule [ARGS]

OPTIONS := -f[amily] inet|inet6|link | -o[neline]

ip addr add|del IFADDR dev IFACE | show|flush [dev IFACE] [to PREFIX]
ip route list|flush|add|del|change|append|replace|test ROUTE
ip link set IFACE [up|down] [arp on|off] [multicast on|off]
	[promisc on|off] [mtu NUM] [name NAME] [qlen NUM] [address MAC]
	[master IFACE | nomaster] [netns PID]
ip tunnel add|change|del|show [NAME]
	[mode ipip|gre|sit] [remote ADDR] [local ADDR] [ttl TTL]
ip neigh show|flush [to PREFIX] [dev DEV] [nud STATE]
ip rule [list] | add|del SELECTOR ACTION`;

async function usage(process: Process, flavour: Flavour): Promise<number> {
  if (flavour === 'busybox') return refuseBusybox(process, busyboxUsage);
  await print(
    process.stderr,
    'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\nwhere  OBJECT := { address | link | neigh | route | rule }\n',
  );
  return 255;
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
    return flavour === 'busybox' && what === 'links' ? 2 : 1;
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
  if (what === 'links') return `${lines.join(oneLine ? '\\' : '\n')}\n`;
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

/** Without a family IPv4's. */
function routeLines(stack: NetStack, { family }: Request): string {
  return (family === '6' ? routes6 : routesOf(stack)).map(routeLine).join('');
}

function wayTo(stack: NetStack, to: string): string {
  const [first] = routesOf(stack);
  const local = to.startsWith('127.') || to === stack.ip;
  return local
    ? `local ${to} dev lo  src ${to} \n`
    : `${to} via ${first?.via} dev ${first?.device}  src ${stack.ip} \n`;
}

function routeLine({ to, via, device, source, metric }: Route): string {
  const scope = via === undefined && metric === undefined ? ' scope link' : '';
  const rest = source === undefined ? '' : `  src ${source}`;
  return `${to}${via === undefined ? '' : ` via ${via}`} dev ${device}${scope}${rest}${metric === undefined ? '' : `  metric ${metric}`} \n`;
}
