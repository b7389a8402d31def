/**
 * What the policy engine judges: data in, data out. A snapshot of namespaces, pods and policies; a flow; a verdict with the
 * rules that decided it. Knows no API, no packets and no time.
 */
import type { KubeObject, Labels, NetworkPolicy } from '../kube/objects.ts';
import type { NetworkPlugin } from './plugins.ts';

export type Direction = 'Ingress' | 'Egress';
export type Protocol = 'TCP' | 'UDP' | 'SCTP' | 'ICMP';

export interface PolicyNamespace {
  readonly name: string;
  readonly labels: Labels;
}

/** A pod that policy can select: it has an address of its own, so hostNetwork and finished pods are not among them. */
export interface PolicyPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly serviceAccount?: string;
  readonly serviceAccountLabels?: Labels;
  /** At most one IPv4 and one IPv6. */
  readonly ips: readonly string[];
  /** containerPorts of containers and initContainers; named ports resolve here. */
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol: Protocol }[];
}

/**
 * Any object that carries policy: networking.k8s.io/v1 NetworkPolicy, and Calico's NetworkPolicy, GlobalNetworkPolicy,
 * their staged forms, NetworkSet, GlobalNetworkSet, Tier (either of Calico's groups), and ClusterNetworkPolicy.
 */
export type PolicyObject = NetworkPolicy | KubeObject;

export interface PolicySnapshot {
  readonly namespaces: readonly PolicyNamespace[];
  readonly pods: readonly PolicyPod[];
  readonly policies: readonly PolicyObject[];
  /** Who enforces them; absent: judged as by Calico. */
  readonly plugin?: NetworkPlugin;
}

/** A packet's first: addresses as policy sees them, after DNAT and before SNAT. */
export interface Flow {
  readonly sourceIp: string;
  readonly destinationIp: string;
  readonly protocol: Protocol;
  /** Of the destination; 0 for ICMP. */
  readonly port: number;
  /**
   * The pod reached itself through a Service: both addresses are its own, yet the packet left the pod and is judged
   * (without it, a pod that talks to its own address is loopback).
   */
  readonly hairpin?: boolean;
}

/** The rule that ended the walk in one direction. */
export type Decision =
  /** No policy isolates the pod in this direction. */
  | { readonly by: 'default-allow' }
  /** The other end is no pod: this direction asks nobody. */
  | { readonly by: 'not-a-pod' }
  /** Pod to itself by its own address: never leaves the pod. */
  | { readonly by: 'loopback' }
  /** A Kubernetes rule allows it; `ruleIndex` is the index in spec.ingress or spec.egress. */
  | {
      readonly by: 'rule';
      readonly policy: PolicyRef;
      readonly ruleIndex: number;
      readonly action: 'Allow' | 'Deny' | 'Pass';
    }
  /** Isolated by these (sorted), and no rule allows it. Calico: the end of a tier. */
  | { readonly by: 'isolation'; readonly policies: readonly PolicyRef[]; readonly tier: string }
  /** A Calico profile. */
  | { readonly by: 'profile'; readonly profile: string; readonly action: 'Allow' | 'Deny' };

export interface PolicyRef {
  /** NetworkPolicy, GlobalNetworkPolicy, CalicoNetworkPolicy … as people name them. */
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly tier: string;
}

export interface DirectionVerdict {
  readonly allowed: boolean;
  readonly decision: Decision;
}

export interface Verdict {
  /** Egress of the source and ingress of the destination both allow. */
  readonly allowed: boolean;
  readonly egress: DirectionVerdict;
  readonly ingress: DirectionVerdict;
}

/** Keeps a snapshot current and answers questions about it. */
export interface PolicyEngine {
  setNamespace(namespace: PolicyNamespace): void;
  removeNamespace(name: string): void;
  setPod(pod: PolicyPod): void;
  removePod(namespace: string, name: string): void;
  setPolicy(policy: PolicyObject): void;
  removePolicy(policy: PolicyObject): void;
  judge(flow: Flow): Verdict;
}
