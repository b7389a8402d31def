/** What does the server accept and advise against? Texts of `Warning:` headers. */
import type { KubeObject } from '../../../../kube/objects.ts';

const deprecated: Readonly<Record<string, string>> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  componentstatuses: 'v1 ComponentStatus is deprecated in v1.19+',
};

/** For every request on the resource, reads included. */
export function deprecationOf(id: string): string | undefined {
  return deprecated[id];
}

/** For a create or update. */
export function warningsOf(_id: string, _object: KubeObject): readonly string[] {
  return [];
}
