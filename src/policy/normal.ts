/**
 * One form for every kind of policy: what the evaluators work on. Kubernetes' NetworkPolicy becomes Allow rules in tier
 * "default"; Calico's rules keep their action. Both evaluators read this form, so they cannot differ in how they read YAML.
 */
import type { Labels } from '../kube/objects.ts';
import type { CompiledSelector } from './label-selector.ts';
import type { Decision, Direction, PolicyObject, PolicyRef } from './model.ts';
import type { Net } from './net.ts';

/** What selectors select: pods, and Calico's network sets. */
export interface Endpoint {
  readonly kind: 'pod' | 'set';
  /** undefined: a GlobalNetworkSet. */
  readonly namespace: string | undefined;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly serviceAccount: string | undefined;
  readonly serviceAccountLabels?: Labels;
}

export interface EndpointSelector {
  /** Selectors with equal keys select equally. */
  readonly key: string;
  /** Where `matches` is no more than "a pod, of a namespace that `matchesNamespace`, with these labels": the labels' part. */
  readonly pods?: CompiledSelector;
  /** Set where only this namespace's endpoints can match. */
  readonly namespace: string | undefined;
  /** A label (key, value) that every namespace in reach must carry, where there is one. */
  readonly namespaceLabel?: readonly [key: string, value: string] | undefined;
  /** The part that looks at the namespace only; undefined name: not in a namespace. `matches` includes it. */
  matchesNamespace(name: string | undefined, labels: Labels): boolean;
  matches(endpoint: Endpoint): boolean;
}

/** All given parts must hold. */
export interface EntityMatch {
  readonly nets?: readonly Net[];
  readonly notNets?: readonly Net[];
  readonly selector?: EndpointSelector;
  readonly notSelector?: EndpointSelector;
}

export interface PortSet {
  /** Inclusive. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  /** Resolved against the destination pod's containerPorts of the flow's protocol. */
  readonly names: readonly string[];
  /** Names count only on pods that this selects; undefined: on all. */
  readonly owner?: EndpointSelector | undefined;
}

/** All given parts must hold. Protocols as TrafficProtocol. */
export interface TrafficMatch {
  readonly protocol?: string;
  readonly notProtocol?: string;
  readonly ports?: PortSet;
  readonly notPorts?: PortSet;
  readonly family?: 4 | 6;
  /** False for rules that can match no packet we know, such as an ICMP type other than echo request. */
  readonly possible?: boolean;
}

export type Action = 'Allow' | 'Deny' | 'Pass' | 'Log';

export interface NormalRule {
  /** In spec.ingress or spec.egress. */
  readonly index: number;
  readonly action: Action;
  /** OR; undefined: anything. */
  readonly traffic: readonly TrafficMatch[] | undefined;
  readonly source: readonly EntityMatch[] | undefined;
  readonly destination: readonly EntityMatch[] | undefined;
  /** What to answer when this rule decides. */
  readonly decision: Extract<Decision, { by: 'rule' }>;
}

export interface NormalPolicy {
  /** Identity: equal keys are the same object. */
  readonly key: string;
  readonly ref: PolicyRef;
  /** As it was written, for those who explain. */
  readonly object: PolicyObject;
  /** Position in its tier: order, then `tieBreak`. */
  readonly order: number;
  readonly tieBreak: string;
  readonly subject: EndpointSelector;
  /** A direction that is absent is not policed by this policy. */
  readonly rules: Readonly<Partial<Record<Direction, readonly NormalRule[]>>>;
}

export interface NormalTier {
  readonly name: string;
  readonly order: number;
  readonly defaultAction: 'Deny' | 'Pass';
}

export interface NormalSet {
  readonly key: string;
  readonly namespace: string | undefined;
  readonly labels: Labels;
  readonly nets: readonly Net[];
}

/** What a policy object turned out to be; `ignored` says why (staged policies are never enforced). */
export type Normalized =
  | { readonly kind: 'policy'; readonly policy: NormalPolicy }
  | { readonly kind: 'tier'; readonly tier: NormalTier }
  | { readonly kind: 'set'; readonly set: NormalSet }
  | { readonly kind: 'ignored'; readonly key: string; readonly why: string };

/** Flow protocols, with ICMP split by family as rules see it. Other protocols are their IP number. */
export function trafficProtocol(protocol: string, family: 4 | 6): string {
  return protocol === 'ICMP' && family === 6 ? 'ICMPv6' : protocol;
}
