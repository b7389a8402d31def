/**
 * What may things be called? The name checks of k8s.io/apimachinery/pkg/util/validation with their texts, regular
 * expressions included: they are what people paste into a search engine.
 */

const labelFormat = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainFormat = `${labelFormat}(\\.${labelFormat})*`;
const qualifiedFormat = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const valueFormat = `(${qualifiedFormat})?`;
const configKeyFormat = '[-._a-zA-Z0-9]+';

const whole = (format: string): RegExp => new RegExp(`^(?:${format})$`);
const matchers = {
  label: whole(labelFormat),
  subdomain: whole(subdomainFormat),
  qualified: whole(qualifiedFormat),
  value: whole(valueFormat),
  configKey: whole(configKeyFormat),
};

function tooLongText(max: number): string {
  return `must be no more than ${max} bytes`;
}

function regexText(message: string, format: string, ...examples: string[]): string {
  const shown = examples.length === 0 ? '' : `e.g. ${examples.map((example) => `'${example}', `).join(' or ')}`;
  return `${message} (${shown}regex used for validation is '${format}')`;
}

const bytes = (text: string): number => Buffer.byteLength(text, 'utf8');

export function dnsLabelProblems(value: string): string[] {
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [
    ...(bytes(value) > 63 ? [tooLongText(63)] : []),
    ...(matchers.label.test(value) ? [] : [regexText(message, labelFormat, 'my-name', '123-abc')]),
  ];
}

export function dnsSubdomainProblems(value: string): string[] {
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [
    ...(bytes(value) > 253 ? [tooLongText(253)] : []),
    ...(matchers.subdomain.test(value) ? [] : [regexText(message, subdomainFormat, 'example.com')]),
  ];
}

/** `*.example.com`: the star stands for one label. */
export function wildcardProblems(value: string): string[] {
  const format = `\\*\\.${subdomainFormat}`;
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [
    ...(bytes(value) > 253 ? [tooLongText(253)] : []),
    ...(whole(format).test(value) ? [] : [regexText(message, format, '*.example.com')]),
  ];
}

/** A name that only has to fit into a URL. */
export function pathSegmentProblems(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
}

/** Label and annotation keys: `[prefix/]name`. */
export function labelKeyProblems(value: string): string[] {
  const parts = value.split('/');
  const message =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  if (parts.length > 2) {
    const text =
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    const full = regexText(text, qualifiedFormat, 'MyName', 'my.name', '123-abc');
    return [`${full} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const problems: string[] = [];
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...dnsSubdomainProblems(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (bytes(name) > 63) problems.push(`name part ${tooLongText(63)}`);
  if (!matchers.qualified.test(name))
    problems.push(regexText(message, qualifiedFormat, 'MyName', 'my.name', '123-abc'));
  return problems;
}

export function labelValueProblems(value: string): string[] {
  const message =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [
    ...(bytes(value) > 63 ? [tooLongText(63)] : []),
    ...(matchers.value.test(value) ? [] : [regexText(message, valueFormat, 'MyValue', 'my_value', '12345')]),
  ];
}

/** Keys of ConfigMaps and Secrets. */
export function configKeyProblems(value: string): string[] {
  const problems: string[] = [];
  if (bytes(value) > 253) problems.push(tooLongText(253));
  if (!matchers.configKey.test(value)) {
    const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    problems.push(regexText(message, configKeyFormat, 'key.name', 'KEY_NAME', 'key-name'));
  }
  if (value === '.') problems.push("must not be '.'");
  else if (value === '..') problems.push("must not be '..'");
  else if (value.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

/** Since 1.34 any printable ASCII but `=` is fine. */
export function envNameProblems(value: string): string[] {
  if (value === '') return ['a valid environment variable name must be non-empty'];
  const printable = /^[\x20-\x3c\x3e-\x7e]+$/.test(value);
  const message = "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return printable ? [] : [regexText(message, '^[ -<>-~]+$')];
}

export function httpHeaderProblems(value: string): string[] {
  if (/^[-A-Za-z0-9]+$/.test(value)) return [];
  return [
    regexText("a valid HTTP header must consist of alphanumeric characters or '-'", '[-A-Za-z0-9]+', 'X-Header-Name'),
  ];
}

/** Container port names, and the port names that a policy or a probe may use: IANA_SVC_NAME. */
export function portNameProblems(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]*$/.test(value))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}
