/** Renaming namespaces in a scenario's text: wherever one stands, and nowhere else. */
import { expect, test } from 'vitest';
import { relocateManifest, relocateText } from '../../src/scenario/relocate.ts';

const names = ['backend', 'default', 'shop'];

test.each([
  ['kubectl -n backend get pods', 'kubectl -n x-backend get pods'],
  ['kubectl --namespace=backend get pods', 'kubectl --namespace=x-backend get pods'],
  ['from: shop/web', 'from: x-shop/web'],
  ['to: svc/shop/web:80/tcp', 'to: svc/x-shop/web:80/tcp'],
  ['to: pod-b.backend:8080/tcp', 'to: pod-b.x-backend:8080/tcp'],
  ['wget http://orders.default.svc.cluster.local/', 'wget http://orders.x-default.svc.cluster.local/'],
  ['NetworkPolicy backend/default-deny isolates it', 'NetworkPolicy x-backend/default-deny isolates it'],
  ['kubectl label namespace shop a=b', 'kubectl label namespace x-shop a=b'],
  ['No resources found in shop namespace.', 'No resources found in x-shop namespace.'],
  ['{"kubernetes.io/metadata.name":"shop"}', '{"kubernetes.io/metadata.name":"x-shop"}'],
  ['kubernetes.io/metadata.name=shop', 'kubernetes.io/metadata.name=x-shop'],
  [
    '- key: kubernetes.io/metadata.name\n  operator: In\n  values: [shop, backend]',
    '- key: kubernetes.io/metadata.name\n  operator: In\n  values: [x-shop, x-backend]',
  ],
])('%j', (text, wanted) => {
  expect(relocateText(text, names, 'x')).toBe(wanted);
});

test.each([
  'wget http://kubernetes.default/',
  'the default deny of default-deny',
  'kubectl -n storefront get deploy backend',
  'app: backend',
  'to: backend:8080/tcp',
  'kubectl -n backend-2 get pods',
  'svc/kube-system/kube-dns:53/udp',
])('%j stays', (text) => {
  expect(relocateText(text, names, 'x')).toBe(text);
});

test('a Namespace itself is renamed, an object of the same name is not', () => {
  const text =
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  labels: {a: b}\n  name: shop\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n  namespace: shop\n';
  expect(relocateManifest(text, names, 'x')).toBe(
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  labels: {a: b}\n  name: x-shop\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n  namespace: x-shop\n',
  );
});
