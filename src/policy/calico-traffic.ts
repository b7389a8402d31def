/** Which protocols and ports does a Calico rule mean? Ports are those of the destination, as numbers, ranges or names. */
import type { EndpointSelector, PortSet, TrafficMatch } from './normal.ts';
import { listOf, numberOf, recordOf, textOf } from './untyped.ts';

type Fields = Readonly<Record<string, unknown>>;

const numbers: Readonly<Record<string, string>> = {
  '1': 'ICMP',
  '6': 'TCP',
  '17': 'UDP',
  '58': 'ICMPv6',
  '132': 'SCTP',
  '136': 'UDPLite',
};

/** Linux' range for connecting sockets: a flow does not carry its source port, so a rule is asked about all of these. */
const ephemeral = { from: 32_768, to: 60_999 };

/**
 * `destination` is the rule's positive selector: Calico resolves named ports among the pods that it selects, so a network
 * set that covers a pod's address does not lend the pod's named ports to the rule (felix/calc/rule_scanner.go).
 */
export function calicoTraffic(rule: Fields, owner: EndpointSelector | undefined): readonly TrafficMatch[] | undefined {
  const source = recordOf(rule['source']);
  const destination = recordOf(rule['destination']);
  const ports = portSet(destination['ports'], owner);
  const notPorts = portSet(destination['notPorts'], owner);
  const protocol = protocolOf(rule['protocol']);
  const notProtocol = protocolOf(rule['notProtocol']);
  const family = numberOf(rule['ipVersion']);
  const possible = sourcePortsPossible(source) && icmpPossible(rule);
  if (!ports && !notPorts && !protocol && !notProtocol && family === undefined && possible) return undefined;
  return [
    {
      ...(protocol && { protocol }),
      ...(notProtocol && { notProtocol }),
      ...(ports && { ports }),
      ...(notPorts && { notPorts }),
      ...((family === 4 || family === 6) && { family }),
      possible,
    },
  ];
}

function protocolOf(value: unknown): string | undefined {
  if (typeof value === 'number') return numbers[value] ?? String(value);
  const text = textOf(value);
  if (!text) return undefined;
  const known = Object.values(numbers).find((name) => name.toLowerCase() === text.toLowerCase());
  return known ?? numbers[text] ?? text;
}

function portSet(value: unknown, owner?: EndpointSelector): PortSet | undefined {
  const entries = listOf(value);
  if (entries.length === 0) return undefined;
  const ranges: { from: number; to: number }[] = [];
  const names: string[] = [];
  for (const entry of entries) {
    const text = String(entry);
    const [, from, to] = /^(\d+)(?::(\d+))?$/.exec(text) ?? [];
    if (from === undefined) names.push(text);
    else ranges.push({ from: Number(from), to: Number(to ?? from) });
  }
  return { ranges, names, owner };
}

function sourcePortsPossible(source: Fields): boolean {
  const ports = portSet(source['ports']);
  const notPorts = portSet(source['notPorts']);
  if (ports && !ports.ranges.some(({ from, to }) => from <= ephemeral.from && to >= ephemeral.to)) return false;
  return !notPorts?.ranges.some(({ from, to }) => from <= ephemeral.from && to >= ephemeral.to);
}

/** The only ICMP that a flow stands for is the echo request, type 8 (128 in IPv6), code 0. */
function icmpPossible(rule: Fields): boolean {
  const icmp = recordOf(rule['icmp']);
  const notIcmp = recordOf(rule['notICMP']);
  const isEcho = ({ type, code }: Fields): boolean =>
    (type === undefined || type === 8 || type === 128) && (code === undefined || code === 0);
  return isEcho(icmp) && (Object.keys(notIcmp).length === 0 || !isEcho(notIcmp));
}
