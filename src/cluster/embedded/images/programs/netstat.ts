/** netstat and ss: the sockets of the network namespace. */
import { textTable } from '../../../../kit/text-table.ts';
import type { SocketAddress, SocketRow } from '../../net/sockets.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { parseCommandLine } from '../command-line.ts';
import { type NetProgram, print } from '../net-program.ts';
import { routingTable } from '../routing-table.ts';

const usage = `netstat [-ral] [-tuwx] [-enWp]

Display networking information

	-r	Routing table
	-a	All sockets
	-l	Listening sockets
		Else: connected sockets
	-t	TCP sockets
	-u	UDP sockets
	-w	Raw sockets
	-x	Unix sockets
		Else: all socket types
	-e	Other/more information
	-n	Don't resolve names
	-W	Wide display
	-p	Show PID/program name for sockets`;

export const netstat: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: 'raltuwxenWp' });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  const has = (flag: string): boolean => line.flags.has(flag);
  const kinds = has('t') || has('u') || has('w') || has('x');
  if (has('r')) {
    await print(process.stdout, routingTable(net.stack, { numeric: has('n'), sizes: true }));
    return 0;
  }
  const rows = net.stack.sockets().filter((row) => {
    if (kinds && !has(row.protocol === 'tcp' ? 't' : 'u')) return false;
    return has('a') || has('l') === isListening(row);
  });
  const which = has('a') ? 'servers and established' : has('l') ? 'only servers' : 'w/o servers';
  const program = has('p') ? 'PID/Program name    ' : '';
  const unix = `Active UNIX domain sockets (${which})\nProto RefCnt Flags       Type       State         I-Node ${program}Path\n`;
  const head = `Active Internet connections (${which})\nProto Recv-Q Send-Q Local Address           Foreign Address         State       ${program}\n`;
  const lines = rows.map((row) => {
    const state = row.state.padEnd(12);
    const owner = has('p') ? (row.program === undefined ? '-' : `1/${row.program}`).padEnd(20) : '';
    return `${row.protocol}        0      0 ${local(row).padEnd(23)} ${remote(row).padEnd(23)} ${state}${owner}\n`;
  });
  const internet = !kinds || has('t') || has('u') || has('w');
  await print(process.stdout, (internet ? head + lines.join('') : '') + (!kinds || has('x') ? unix : ''));
  return 0;
};

export const ss: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), { short: 'tulnapHeimosx46r' });
  if ('complaint' in line) {
    await print(process.stderr, `ss: ${line.complaint}\nUsage: ss [ OPTIONS ]\n       ss [ OPTIONS ] [ FILTER ]\n`);
    return 255;
  }
  const has = (flag: string): boolean => line.flags.has(flag);
  const kinds = has('t') || has('u');
  const rows = net.stack.sockets().filter((row) => {
    if (kinds && !has(row.protocol === 'tcp' ? 't' : 'u')) return false;
    return has('a') || has('l') === isListening(row);
  });
  const netid = has('t') === has('u');
  const head = [
    ...(netid ? ['Netid'] : []),
    'State',
    'Recv-Q',
    'Send-Q',
    'Local Address:Port',
    'Peer Address:Port',
    'Process',
  ];
  const table = rows.map((row) => [
    ...(netid ? [row.protocol] : []),
    row.state === 'LISTEN'
      ? 'LISTEN'
      : row.state === 'ESTABLISHED'
        ? 'ESTAB'
        : row.state === ''
          ? 'UNCONN'
          : row.state.replace('_', '-'),
    '0',
    row.state === 'LISTEN' ? '511' : '0',
    local(row),
    remote(row),
    has('p') && row.program !== undefined ? `users:(("${row.program}",pid=1,fd=6))` : '',
  ]);
  await print(process.stdout, textTable(has('H') ? table : [head, ...table], 2));
  return 0;
};

function isListening(row: SocketRow): boolean {
  return row.state === 'LISTEN' || row.state === '';
}

function local(row: SocketRow): string {
  return text(row, row.local);
}

function remote(row: SocketRow): string {
  return row.remote ? text(row, row.remote) : row.dual ? ':::*' : '0.0.0.0:*';
}

function text({ dual }: SocketRow, { ip, port }: SocketAddress): string {
  return dual ? `${ip === '0.0.0.0' ? '::' : `::ffff:${ip}`}:${port}` : `${ip}:${port}`;
}
