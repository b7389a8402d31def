/** kubectl auth can-i and whoami. */
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { ExitWith, KubectlError, notBuiltIn } from '../errors.ts';
import { allNamespacesFlag, printFlags } from '../flags/common.ts';
import { flag } from '../flags/spec.ts';
import { objectPrinter } from '../print/object.ts';
import { alignTabs, tableLayout } from '../print/tabwriter.ts';
import { matchType } from '../resources/types.ts';

export const authCommand: Command = {
  name: 'auth',
  short: 'Inspect authorization',
  commands: [
    {
      name: 'can-i',
      short: 'Check whether an action is allowed',
      usage: 'VERB [TYPE | TYPE/NAME | NONRESOURCEURL]',
      flags: [
        allNamespacesFlag,
        flag('list', 'bool', { help: 'If true, prints all allowed actions.' }),
        flag('no-headers', 'bool', { help: 'If true, prints allowed actions without headers' }),
        flag('quiet', 'bool', { short: 'q', help: 'If true, suppress output and just return the exit code.' }),
        flag('subresource', 'string', { help: 'SubResource such as pod/log or deployment/scale' }),
      ],
      run: canI,
    },
    { name: 'whoami', short: 'Experimental: Check self subject attributes', flags: [...printFlags], run: whoami },
    {
      name: 'reconcile',
      short: 'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects',
      run: async () => {
        throw notBuiltIn('kubectl auth reconcile');
      },
    },
  ],
};

async function canI(call: Call): Promise<number> {
  const { session, flags, args } = call;
  if (flags.bool('list')) return listRules(call);
  const [verb, word, extra] = args;
  if (verb === undefined || word === undefined || args.length > 3) {
    throw new KubectlError(
      `you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.`,
    );
  }
  const spec = word.startsWith('/')
    ? { nonResourceAttributes: { verb, path: word } }
    : { resourceAttributes: await attributes(call, verb, word, extra) };
  const answer = await review<{ allowed?: boolean; reason?: string; evaluationError?: string }>(
    call,
    'selfsubjectaccessreviews',
    'SelfSubjectAccessReview',
    spec,
  );
  const { allowed = false, reason, evaluationError } = answer;
  if (!flags.bool('quiet')) {
    const why = [reason && !allowed ? ` - ${reason}` : '', evaluationError ? ` - ${evaluationError}` : ''].join('');
    session.out(`${allowed ? 'yes' : 'no'}${why}\n`);
  }
  if (!allowed) throw new ExitWith(1);
  return 0;
}

async function attributes({ session, flags }: Call, verb: string, word: string, extra: string | undefined) {
  const [kind = '', name = extra ?? ''] = word.split('/');
  const type = kind === '*' ? undefined : matchType(await session.types(), kind);
  const [plain = '', ...group] = kind.split('.');
  if (!type && kind !== '*') {
    const where = group.length > 0 ? ` in group '${group.join('.')}'` : '';
    session.err(`Warning: the server doesn't have a resource type '${plain}'${where}\n\n`);
  }
  const namespaced = type ? type.namespaced : true;
  if (type && !namespaced && !flags.bool('all-namespaces') && session.namespaceGiven) {
    session.err(
      `Warning: resource '${type.resource}' is not namespace scoped${type.group ? ` in group '${type.group}'` : ''}\n\n`,
    );
  }
  return {
    verb,
    group: type?.group ?? (kind === '*' ? '*' : group.join('.')),
    resource: type?.resource ?? plain,
    ...(type && { version: type.version }),
    ...(name && { name }),
    ...(flags.string('subresource') && { subresource: flags.string('subresource') }),
    ...(!flags.bool('all-namespaces') && { namespace: await session.namespace() }),
  };
}

async function review<T>({ session }: Call, resource: string, kind: string, spec: unknown): Promise<T> {
  const apiVersion = 'authorization.k8s.io/v1';
  const body = { apiVersion, kind, metadata: {}, spec };
  const answer = await session.json<KubeObject & { status: T }>({
    method: 'POST',
    path: `/apis/${apiVersion}/${resource}`,
    body,
  });
  return answer.status;
}

interface Rules {
  readonly resourceRules?: readonly {
    readonly verbs?: string[];
    readonly apiGroups?: string[];
    readonly resources?: string[];
    readonly resourceNames?: string[];
  }[];
  readonly nonResourceRules?: readonly { readonly verbs?: string[]; readonly nonResourceURLs?: string[] }[];
}

async function listRules(call: Call): Promise<number> {
  const { session, flags } = call;
  const rules = await review<Rules>(call, 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', {
    namespace: await session.namespace(),
  });
  const show = (items: readonly string[] = []): string => `[${items.join(' ')}]`;
  const rows: { key: string; line: string }[] = [];
  for (const { verbs = [], apiGroups = [''], resources = [], resourceNames } of rules.resourceRules ?? []) {
    for (const resource of resources) {
      for (const group of apiGroups) {
        const line = `${group ? `${resource}.${group}` : resource}\t[]\t${show(resourceNames)}\t${show(verbs)}`;
        rows.push({ key: `Verbs:${show(verbs)},APIGroups:[${group}],Resources:[${resource}]`, line });
      }
    }
  }
  for (const { verbs = [], nonResourceURLs = [] } of rules.nonResourceRules ?? []) {
    for (const url of nonResourceURLs)
      rows.push({
        key: `Verbs:${show(verbs)},APIGroups:[],Resources:[],NonResourceURLs:[${url}]`,
        line: `\t[${url}]\t[]\t${show(verbs)}`,
      });
  }
  rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const header = flags.bool('no-headers') ? '' : 'Resources\tNon-Resource URLs\tResource Names\tVerbs\n';
  session.out(alignTabs(header + rows.map(({ line }) => `${line}\n`).join(''), tableLayout));
  return 0;
}

interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

async function whoami({ session, flags }: Call): Promise<number> {
  const printer = await objectPrinter(session, flags);
  const apiVersion = 'authentication.k8s.io/v1';
  const body = { apiVersion, kind: 'SelfSubjectReview', metadata: {} };
  const answer = await session.json<KubeObject & { status?: { userInfo?: UserInfo } }>({
    method: 'POST',
    path: `/apis/${apiVersion}/selfsubjectreviews`,
    body,
  });
  if (printer) {
    session.out(printer.print(answer));
    return 0;
  }
  const { username, uid, groups = [], extra = {} } = answer.status?.userInfo ?? {};
  const rows = [
    ['ATTRIBUTE', 'VALUE'],
    ...(username ? [['Username', username]] : []),
    ...(uid ? [['UID', uid]] : []),
    ...(groups.length > 0 ? [['Groups', `[${groups.join(' ')}]`]] : []),
    ...Object.keys(extra)
      .sort()
      .map((key) => [`Extra: ${key}`, `[${(extra[key] ?? []).join(' ')}]`]),
  ];
  session.out(alignTabs(rows.map((cells) => `${cells.join('\t')}\n`).join(''), tableLayout));
  return 0;
}
