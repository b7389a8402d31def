/** Is this the name of an image? The grammar and the complaints of github.com/distribution/reference. Pure. */
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const host = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const reference = new RegExp(
  `^${host}(?:\\.${host})*(?::[0-9]+)?/${component}(?:/${component})*` +
    '(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$',
);

/** What is wrong with it; undefined for a good name. */
export function imageNameProblem(name: string): string | undefined {
  if (/^[a-f0-9]{64}$/.test(name)) {
    return `invalid repository name (${name}), cannot specify 64-byte hexadecimal strings`;
  }
  const [domain, rest] = splitDomain(name);
  const remote = rest.split(':')[0] ?? '';
  if (remote !== remote.toLowerCase()) {
    return `invalid reference format: repository name (${remote}) must be lowercase`;
  }
  return reference.test(`${domain}/${rest}`) ? undefined : 'invalid reference format';
}

/** What stands before the first slash is a host when it looks like one. */
function splitDomain(name: string): readonly [domain: string, rest: string] {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (slash >= 0 && isHost) return [first, name.slice(slash + 1)];
  return ['docker.io', slash < 0 ? `library/${name}` : name];
}
