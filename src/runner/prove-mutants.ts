/**
 * Do the checks notice a fix that is nearly right? A solution is put in place and damaged in every way known; whether that
 * changes a declared flow is decided by the policy engine alone, and the checks have to agree, by traffic.
 */
import type { ClusterObjects } from '../diagnose/question.ts';
import { resolveQuestion } from '../diagnose/question.ts';
import { wellKnown } from '../kube/client.ts';
import type { KubeObject, NetworkPolicy } from '../kube/objects.ts';
import { nameOf } from '../kube/objects.ts';
import { createPolicyEngine } from '../policy/engine.ts';
import type { ProbeRequest } from '../probe/observation.ts';
import type { Problem } from '../scenario/location.ts';
import type { Change, Expected, Outside } from '../scenario/model.ts';
import { applyChange } from './change.ts';
import { viewCluster } from './cluster-view.ts';
import type { LabContext } from './context.ts';
import { fieldManager } from './context.ts';
import type { MutationScore } from './events.ts';
import { type Mutant, mutatePolicy } from './mutate-policy.ts';
import { problemAt } from './prove-problems.ts';
import { resolveProbe } from './resolve-probe.ts';
import { keyOf, scopeOf } from './scope.ts';
import { verifyFix } from './verify.ts';

interface Declared {
  readonly request: ProbeRequest;
  readonly expected: Expected;
}

interface Judged {
  readonly mutant: Mutant;
  readonly original: NetworkPolicy;
  readonly changesFlows: boolean;
}

/** Leaves the solution applied. Only NetworkPolicies are damaged, those that the fault brought included. */
export async function proveMutants(
  context: LabContext,
  solution: Change,
  report: (score: MutationScore) => void,
): Promise<readonly Problem[]> {
  const failed = await applyChange(context, solution);
  if (failed.length > 0) return failed.map((message) => problemAt(solution.at, 'solution-fails', message));
  const view = await viewCluster(context.client);
  const declared = await declaredFlows(context);
  const problems: Problem[] = [];
  const score = { killed: 0, equivalent: 0, wrong: 0 };
  for (const judged of mutantsOf(context, view, declared)) {
    context.signal.throwIfAborted();
    const { changesFlows } = judged;
    const solved = await verifyMutant(context, judged);
    if (solved === changesFlows) {
      score.wrong++;
      problems.push(complaint(solution, judged));
    } else score[changesFlows ? 'killed' : 'equivalent']++;
  }
  report(score);
  return problems;
}

async function declaredFlows({ client, scenario }: LabContext): Promise<readonly Declared[]> {
  const found = await Promise.all(
    scenario.probes.map(async ({ from, to, expect }): Promise<Declared[]> => {
      const resolved = await resolveProbe(client, from, to, scenario.outside);
      return 'missing' in resolved ? [] : [{ request: resolved.request, expected: expect.fixed }];
    }),
  );
  return found.flat();
}

function mutantsOf(context: LabContext, view: ClusterObjects, declared: readonly Declared[]): readonly Judged[] {
  const { namespaces } = scopeOf(context);
  const isOurs = ({ kind, apiVersion, metadata }: KubeObject) =>
    kind === 'NetworkPolicy' &&
    apiVersion === 'networking.k8s.io/v1' &&
    namespaces.includes(metadata.namespace ?? 'default');
  const policies = view.policies.filter(isOurs).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) as NetworkPolicy[];
  return policies.flatMap((original) =>
    mutatePolicy(original).map((mutant) => {
      const others = view.policies.filter((policy) => keyOf(policy) !== keyOf(original));
      const damaged = { ...view, policies: mutant.policy ? [...others, mutant.policy] : others };
      return { mutant, original, changesFlows: !allAsWanted(damaged, declared, context.scenario.outside) };
    }),
  );
}

/** A name has to be resolved first: over UDP, as every program does until an answer does not fit. */
function allAsWanted(view: ClusterObjects, declared: readonly Declared[], outside: readonly Outside[]): boolean {
  const addresses = Object.fromEntries(outside.map(({ name, addresses = [] }) => [name, addresses]));
  return declared.every(({ request, expected }) => {
    const { snapshot, question } = resolveQuestion(view, {
      source: { namespace: request.namespace, name: request.pod },
      host: request.host,
      port: request.port,
      protocol: request.protocol,
      outside: addresses,
    });
    const engine = createPolicyEngine(snapshot);
    const needed = question.flows.filter(({ role, flow }) => role === 'connection' || flow.protocol === 'UDP');
    const allowed = needed.every(({ flow }) => engine.judge(flow).allowed);
    return allowed === (expected === 'allowed');
  });
}

async function verifyMutant(context: LabContext, { mutant, original }: Judged): Promise<boolean> {
  const { client } = context;
  const { namespace, name = '' } = original.metadata;
  if (mutant.policy) await client.replace(plain(mutant.policy), fieldManager);
  else await client.delete(wellKnown.networkPolicies, namespace, name);
  const { solved } = await verifyFix({ ...context, emit: () => undefined }, { explain: false });
  if (mutant.policy) await client.replace(plain(original), fieldManager);
  else await client.create(plain(original), fieldManager);
  return solved;
}

/** As an author would write it: what the server adds would be refused or would conflict. */
function plain({ apiVersion, kind, metadata, spec }: NetworkPolicy): KubeObject {
  const { name, namespace, labels, annotations } = metadata;
  const own = { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) };
  return { apiVersion, kind, metadata: own, spec } as KubeObject;
}

function complaint(solution: Change, { mutant, original, changesFlows }: Judged): Problem {
  const what = `${mutant.operator} at ${mutant.where} of NetworkPolicy ${nameOf(original)} (solution ${solution.id})`;
  return changesFlows
    ? problemAt(solution.at, 'mutant-survives', `${what} changes a declared flow, and every check still passes`)
    : problemAt(solution.at, 'mutant-killed', `${what} changes no declared flow, and yet a check fails`);
}
