/**
 * A scenario's text with its namespaces renamed, so that it can be played in namespaces of one's own: in manifests, commands,
 * ends of flows, DNS names and what pages say. Pure. Only places where a namespace stands are touched: `backend` may be the name
 * of a Deployment too.
 */

/** `names` are the namespaces of the scenario; each becomes `<prefix>-<name>`. */
export function relocateText(text: string, names: readonly string[], prefix: string): string {
  // Longest first: `shop-db` is not `shop` with something after it.
  const sorted = [...names].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return sorted.reduce((result, name) => rename(result, name, `${prefix}-${name}`), text);
}

function rename(text: string, name: string, to: string): string {
  const n = escapeRegExp(name);
  const end = '(?![\\w-])';
  const patterns: readonly (readonly [RegExp, string])[] = [
    // namespace: shop · "namespace":"shop" · Namespace: shop
    [new RegExp(`(\\bnamespace["']?:[ \\t]*["']?)${n}${end}`, 'gi'), `$1${to}`],
    // -n shop · -n=shop · --namespace shop · --namespace=shop
    [new RegExp(`((?:^|[\\s"'\`(])(?:-n|--namespace)[ =]["']?)${n}${end}`, 'gm'), `$1${to}`],
    // kubernetes.io/metadata.name: shop · "…":"shop" · …=shop
    [new RegExp(`(kubernetes\\.io/metadata\\.name["']?[ \\t]*[:=][ \\t]*["']?)${n}${end}`, 'g'), `$1${to}`],
    // kubectl get namespace shop · ns/shop · namespace/shop created · the namespace shop
    [new RegExp(`(\\b(?:namespaces?|ns)[ /])${n}(?![\\w/-])`, 'g'), `$1${to}`],
    // in shop namespace, as kubectl says it
    [new RegExp(`(\\bin )${n}(?= namespace\\b)`, 'g'), `$1${to}`],
    // shop/web · pod/shop/web · NetworkPolicy shop/deny
    [new RegExp(`((?:^|[\\s"'\`(\\[{,;:=]|\\b(?:pod|svc|service)/))${n}(?=/[a-z0-9])`, 'gm'), `$1${to}`],
    // web.shop:8080 · web.shop.svc.cluster.local · web.shop/ · web.shop at the end of a word
    [new RegExp(`(?<!\\bkubernetes)((?<=[a-z0-9])\\.)${n}(?=\\.svc|[:/"'\`\\s,;)\\]]|\\.?$)`, 'gm'), `$1${to}`],
  ];
  return patterns
    .reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
    .replace(inList(n), (list) => list.replace(new RegExp(`([\\[,\\s"'-])${n}(?=[\\],\\s"']|$)`, 'g'), `$1${to}`));
}

/** `- key: kubernetes.io/metadata.name` with its operator and `values: [shop, admin]`, on one line or on several. */
function inList(n: string): RegExp {
  return new RegExp(
    `metadata\\.name["']?,?\\s+operator:\\s*\\w+,?\\s+values:\\s*(?:\\[[^\\]]*\\b${n}\\b[^\\]]*\\]|(?:\\s+- [\\w-]+)*\\s+- ${n}\\b)`,
    'g',
  );
}

/** Also the names of Namespace objects themselves, document by document. */
export function relocateManifest(text: string, names: readonly string[], prefix: string): string {
  const documents = relocateText(text, names, prefix).split(/^(?=---\s*$)/m);
  return documents
    .map((document) => {
      if (!/^kind: *Namespace *$/m.test(document)) return document;
      return document.replace(
        /^(metadata: *\n(?: {2,}.*\n)*? {2,}name: *|metadata: *\{ *name: *)["']?([\w-]+)/m,
        (whole, head: string, name: string) => (names.includes(name) ? `${head}${prefix}-${name}` : whole),
      );
    })
    .join('');
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
