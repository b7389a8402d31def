/** Where policy and observation disagree, or policy has no say: what else explains it? */
import { printPolicy, printTraffic } from '../policy/explain.ts';
import type { DiagnosisContext, Observed } from './context.ts';
import type { Finding } from './finding.ts';
import { whyCommand } from './next-command.ts';

export function findOtherLayers(context: DiagnosisContext, observed: Observed | undefined): readonly Finding[] {
  const { flows, question, source, snapshot } = context;
  const { plugin } = snapshot;
  const ignored = plugin?.enforces === false;
  // A verdict that nobody enforces explains nothing but what got through in spite of it.
  const hasSay = !ignored || observed === 'allowed';
  const denied = hasSay ? flows.find(({ walk }) => !walk.verdict.allowed) : undefined;
  if (question.source.hostNetwork) return [hostNetworkFinding(context)];
  if (denied && observed === 'allowed') {
    const direction = denied.walk.egress.verdict.allowed ? 'Ingress' : 'Egress';
    const { decision } = (direction === 'Egress' ? denied.walk.egress : denied.walk.ingress).verdict;
    const policy =
      decision.by === 'isolation' ? decision.policies[0] : decision.by === 'rule' ? decision.policy : undefined;
    return [
      {
        code: 'not-enforced',
        object: policy ? printPolicy(policy) : `Pod ${source}`,
        direction,
        summary: `policy denies this flow, yet it got through: ${ignored ? `${plugin?.name} ignores policies` : 'nobody enforces policy here'}`,
        evidence: [denied.sentence, 'a probe got an answer'],
        next: 'kubectl -n kube-system get pods -o wide',
      },
    ];
  }
  if (denied || observed === undefined || observed === 'allowed' || observed === 'unknown') return [];
  return [unexplained(context, observed)];
}

function unexplained(
  { question, source, flows }: DiagnosisContext,
  observed: 'blocked' | 'refused' | 'unresolved',
): Finding {
  const service = question.service;
  const object = service ? `Service ${service.namespace}/${service.name}` : `Pod ${source}`;
  const evidence = flows.map(({ to, flow, sentence }) => `${to} ${printTraffic(flow)}: ${sentence}`);
  const common = { object, direction: 'Egress', evidence } as const;
  if (observed === 'unresolved') {
    const summary = `policy lets ${source} ask DNS, and no address is known for ${question.asked}`;
    return { ...common, code: 'name-unknown', summary, next: `kubectl -n ${question.source.namespace} get services` };
  }
  if (observed === 'refused') {
    const summary =
      service?.endpoints === 0
        ? `${object} has no ready endpoint`
        : 'the packet arrived and was refused: nobody listens there';
    const next = service
      ? `kubectl -n ${service.namespace} get endpointslices -l kubernetes.io/service-name=${service.name}`
      : whyCommand(source, question.asked);
    return { ...common, code: 'nobody-listens', summary, next };
  }
  return {
    ...common,
    code: 'other-layer',
    summary: 'no policy of the cluster stops this flow: the silence comes from another layer',
    next: `kubectl debug node/NODE -it --image=busybox -- nc -zv -w 3 ${question.asked.replace(/:(\d+)\/\w+$/, ' $1')}`,
  };
}

function hostNetworkFinding({ source }: DiagnosisContext): Finding {
  const [namespace = '', name = ''] = source.split('/');
  return {
    code: 'host-network',
    object: `Pod ${source}`,
    direction: 'Egress',
    summary: `${source} uses its node's network: no policy selects it, and rules see the node's address`,
    evidence: ['spec.hostNetwork is true'],
    next: `kubectl -n ${namespace} get pod ${name} -o jsonpath={.spec.hostNetwork}`,
  };
}
