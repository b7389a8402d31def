/** The two ends of a probe as authors write them: which pod a probe starts from, and what it tries to reach. */

export type Source =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'deployment'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'labels'; readonly namespace: string; readonly selector: string };

/** How the destination is addressed; `name` goes through the pod's own resolver, the others are turned into an address first. */
export type Target =
  | { readonly kind: 'name'; readonly host: string }
  | { readonly kind: 'address'; readonly ip: string }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'outside'; readonly name: string };

export interface Destination {
  readonly target: Target;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

const namePattern = '[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?';
const sourcePattern = new RegExp(`^(${namePattern})/(?:(deploy|deployment|pod)/)?([^/].*)$`);
const targetPattern = /^(.+):(\d{1,5})\/(tcp|udp)$/i;

/** `shop/web`, `shop/deploy/web`, `shop/app=web,tier=x`; undefined for anything else. */
export function parseSource(text: string): Source | undefined {
  const match = sourcePattern.exec(text);
  const [, namespace = '', kind, rest = ''] = match ?? [];
  if (!match) return undefined;
  if (kind === undefined && rest.includes('=')) return { kind: 'labels', namespace, selector: rest };
  if (!new RegExp(`^${namePattern}$`).test(rest)) return undefined;
  return { kind: kind?.startsWith('deploy') ? 'deployment' : 'pod', namespace, name: rest };
}

/** `payments.shop:8080/tcp`, `10.0.0.1:53/udp`, `pod/shop/web:80/tcp`, `svc/…`, `outside/…`; undefined for anything else. */
export function parseDestination(text: string): Destination | undefined {
  const [, head = '', portText = '', protocolText = ''] = targetPattern.exec(text) ?? [];
  const port = Number(portText);
  const target = parseTarget(head);
  if (!target || port < 1 || port > 65535) return undefined;
  return { target, port, protocol: protocolText.toLowerCase() === 'udp' ? 'UDP' : 'TCP' };
}

function parseTarget(head: string): Target | undefined {
  const parts = head.split('/');
  const [kind = '', namespace = '', name = ''] = parts;
  if (parts.length === 3 && namespace && name) {
    if (kind === 'pod') return { kind: 'pod', namespace, name };
    if (kind === 'svc' || kind === 'service') return { kind: 'service', namespace, name };
    return undefined;
  }
  if (parts.length === 2) return kind === 'outside' && namespace ? { kind: 'outside', name: namespace } : undefined;
  if (/^\d+\.\d+\.\d+\.\d+$/.test(head)) return { kind: 'address', ip: head };
  return new RegExp(`^${namePattern}\\.?$`, 'i').test(head) ? { kind: 'name', host: head } : undefined;
}

/** `shop/web`, as learners read it. */
export function printSource(source: Source): string {
  if (source.kind === 'labels') return `${source.namespace}/${source.selector}`;
  return source.kind === 'deployment'
    ? `${source.namespace}/deploy/${source.name}`
    : `${source.namespace}/${source.name}`;
}

/** `google.com:80/TCP`, as learners read it. */
export function printDestination({ target, port, protocol }: Destination): string {
  return `${printTarget(target)}:${port}/${protocol}`;
}

function printTarget(target: Target): string {
  switch (target.kind) {
    case 'name':
      return target.host;
    case 'address':
      return target.ip;
    case 'outside':
      return `${target.name} (by address)`;
    case 'pod':
      return `pod ${target.namespace}/${target.name}`;
    case 'service':
      return `service ${target.namespace}/${target.name}`;
  }
}

/** As `parseDestination` reads it: `svc/kube-system/kube-dns:53/udp`. */
export function printTargetOf({ target, port, protocol }: Destination): string {
  return `${targetText(target)}:${port}/${protocol.toLowerCase()}`;
}

function targetText(target: Target): string {
  switch (target.kind) {
    case 'name':
      return target.host;
    case 'address':
      return target.ip;
    case 'outside':
      return `outside/${target.name}`;
    case 'pod':
      return `pod/${target.namespace}/${target.name}`;
    case 'service':
      return `svc/${target.namespace}/${target.name}`;
  }
}
