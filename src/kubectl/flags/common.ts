/** Flags that many commands share: the global ones, files, selectors, printing, dry run. */

import type { FlagSpec } from './spec.ts';
import { flag, refused } from './spec.ts';

/** Accepted by every command (`kubectl options`). */
export const globalFlags: readonly FlagSpec[] = [
  flag('as', 'string', { help: 'Username to impersonate for the operation.' }),
  flag('as-group', 'array', { help: 'Group to impersonate for the operation.' }),
  flag('as-uid', 'string', { help: 'UID to impersonate for the operation.' }),
  flag('cache-dir', 'string', { help: 'Accepted and ignored: the built-in kubectl keeps no cache on disk.' }),
  flag('certificate-authority', 'string', { help: 'Path to a cert file for the certificate authority' }),
  flag('client-certificate', 'string', { help: 'Path to a client certificate file for TLS' }),
  flag('client-key', 'string', { help: 'Path to a client key file for TLS' }),
  flag('cluster', 'string', { help: 'The name of the kubeconfig cluster to use' }),
  flag('context', 'string', { help: 'The name of the kubeconfig context to use' }),
  flag('disable-compression', 'bool', { help: 'Accepted and ignored.' }),
  flag('help', 'bool', { short: 'h', help: 'Help for the command' }),
  flag('insecure-skip-tls-verify', 'bool', {
    help: "If true, the server's certificate will not be checked for validity.",
  }),
  flag('kubeconfig', 'string', { help: 'Path to the kubeconfig file to use for CLI requests.' }),
  flag('log-flush-frequency', 'duration', { fallback: '5s', help: 'Accepted and ignored.' }),
  flag('match-server-version', 'bool', { help: 'Accepted and ignored.' }),
  flag('namespace', 'string', { short: 'n', help: 'If present, the namespace scope for this CLI request' }),
  flag('password', 'string', { help: 'Password for basic authentication to the API server' }),
  flag('request-timeout', 'string', {
    fallback: '0',
    help: 'How long to wait for a single server request, for example 1s, 2m, 3h',
  }),
  flag('server', 'string', { short: 's', help: 'The address and port of the Kubernetes API server' }),
  flag('tls-server-name', 'string', { help: 'Server name to use for server certificate validation.' }),
  flag('token', 'string', { help: 'Bearer token for authentication to the API server' }),
  flag('user', 'string', { help: 'The name of the kubeconfig user to use' }),
  flag('username', 'string', { help: 'Username for basic authentication to the API server' }),
  flag('v', 'int', { short: 'v', fallback: '0', help: 'Accepted and ignored: the built-in kubectl has no log.' }),
  flag('vmodule', 'string', { help: 'Accepted and ignored.' }),
  flag('warnings-as-errors', 'bool', {
    help: 'Treat warnings received from the server as errors and exit with a non-zero exit code',
  }),
  flag('kuberc', 'string', { help: 'Accepted and ignored.' }),
  ...refused('string', 'profile', 'profile-output'),
];

export const fileFlags: readonly FlagSpec[] = [
  flag('filename', 'list', { short: 'f', help: 'Filename, directory, or - for standard input' }),
  flag('kustomize', 'string', { short: 'k', refused: true }),
  flag('recursive', 'bool', { short: 'R', help: 'Process the directory used in -f, --filename recursively.' }),
];

export const selectorFlag: FlagSpec = flag('selector', 'string', {
  short: 'l',
  help: 'Selector (label query) to filter on',
});
export const fieldSelectorFlag: FlagSpec = flag('field-selector', 'string', {
  help: 'Selector (field query) to filter on',
});
export const allNamespacesFlag: FlagSpec = flag('all-namespaces', 'bool', {
  short: 'A',
  help: 'If present, list the requested object(s) across all namespaces.',
});
export const allFlag: FlagSpec = flag('all', 'bool', {
  help: 'Select all resources, in the namespace of the specified resource types',
});

/** -o and what goes with it. */
export const printFlags: readonly FlagSpec[] = [
  flag('output', 'string', { short: 'o', help: 'Output format: json, yaml, kyaml, name, go-template, jsonpath, …' }),
  flag('template', 'string', { help: 'Template string or path to template file to use when -o=go-template' }),
  flag('allow-missing-template-keys', 'bool', {
    fallback: 'true',
    help: 'Ignore errors when a field is missing in the template',
  }),
  flag('show-managed-fields', 'bool', { help: 'Keep the managedFields when printing objects in JSON or YAML format.' }),
];

export const dryRunFlag: FlagSpec = flag('dry-run', 'string', {
  fallback: 'none',
  bare: 'unchanged',
  help: 'Must be "none", "server", or "client".',
});

export const chunkFlag: FlagSpec = flag('chunk-size', 'int', {
  fallback: '500',
  help: 'Return large lists in chunks rather than all at once.',
});

export function fieldManagerFlag(fallback: string): FlagSpec {
  return flag('field-manager', 'string', { fallback, help: 'Name of the manager used to track field ownership.' });
}

export const validateFlag: FlagSpec = flag('validate', 'string', {
  fallback: 'strict',
  bare: 'strict',
  help: 'Must be one of: strict (or true), warn, ignore (or false).',
});

export const waitFlags: readonly FlagSpec[] = [
  flag('timeout', 'duration', { fallback: '0s', help: 'The length of time to wait' }),
];
