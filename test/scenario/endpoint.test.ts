import { describe, expect, test } from 'vitest';
import {
  parseDestination,
  parseSource,
  printDestination,
  printSource,
  printTargetOf,
} from '../../src/scenario/endpoint.ts';

describe('the ends of a probe', () => {
  test.each([
    ['shop/web', { kind: 'pod', namespace: 'shop', name: 'web' }],
    ['shop/pod/web', { kind: 'pod', namespace: 'shop', name: 'web' }],
    ['shop/deploy/web', { kind: 'deployment', namespace: 'shop', name: 'web' }],
    ['shop/app=web,tier=front', { kind: 'labels', namespace: 'shop', selector: 'app=web,tier=front' }],
  ])('%s is a source', (text, source) => {
    expect(parseSource(text)).toEqual(source);
    expect(parseSource(printSource(source as never))).toEqual(source);
  });

  test.each(['web', 'shop/', '/web', 'shop/deploy/', 'Shop/web', 'shop/a/b'])('%s is no source', (text) => {
    expect(parseSource(text)).toBeUndefined();
  });

  test.each([
    ['google.com:80/tcp', 'google.com:80/TCP'],
    ['payments.shop:8080/TCP', 'payments.shop:8080/TCP'],
    ['10.0.0.1:53/udp', '10.0.0.1:53/UDP'],
    ['pod/shop/web:80/tcp', 'pod shop/web:80/TCP'],
    ['svc/kube-system/kube-dns:53/udp', 'service kube-system/kube-dns:53/UDP'],
    ['outside/paste.example:443/tcp', 'paste.example (by address):443/TCP'],
  ])('%s is a destination', (text, printed) => {
    const destination = parseDestination(text);
    expect(destination && printDestination(destination)).toBe(printed);
    expect(destination && parseDestination(printTargetOf(destination))).toEqual(destination);
  });

  test.each([
    'google.com',
    'google.com:80',
    'google.com:0/tcp',
    'google.com:70000/tcp',
    'google.com:80/sctp',
    'deploy/shop/web:80/tcp',
    'a b:80/tcp',
  ])('%s is no destination', (text) => {
    expect(parseDestination(text)).toBeUndefined();
  });
});
