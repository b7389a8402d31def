/**
 * The scenario that `netpol-lab new scenario` writes: small, and whole. It passes the gate as it is, so an author changes one
 * thing at a time and sees at once what the gate thinks of it.
 */
import { skeletonPages } from './skeleton-pages.ts';

/** Path inside the folder → text. `slug` names the folder, and the namespace that the scenario plays in. */
export function skeletonFiles(slug: string): ReadonlyMap<string, string> {
  return new Map([
    ['scenario.yaml', scenarioFile(slug)],
    ['manifests/10-namespace.yaml', namespaceAndService(slug)],
    [
      'manifests/20-pods.yaml',
      ['client', 'stranger'].map((name) => clientPod(slug, name)).join('---\n') + serverPod(slug),
    ],
    ['fault/default-deny.yaml', policy(slug, 'default-deny', '{}')],
    ['solutions/add-a-policy.yaml', policy(slug, 'allow-client', '\n    matchLabels:\n      app: server', allowClient)],
    ['solutions/amend-the-policy.yaml', policy(slug, 'default-deny', '{}', allowClient)],
    ['traps/everybody.yaml', policy(slug, 'allow-client', '{}', rule('podSelector: {}', 8080))],
    ['traps/service-port.yaml', policy(slug, 'allow-client', '{}', rule(labels('podSelector', 'app: client'), 80))],
    [
      'traps/misspelt-label.yaml',
      policy(slug, 'allow-client', '{}', rule(labels('podSelector', 'app: clients'), 8080)),
    ],
    [
      'traps/label-that-nobody-set.yaml',
      policy(slug, 'allow-client', '{}', rule(labels('namespaceSelector', `name: ${slug}`), 8080)),
    ],
    ...skeletonPages(slug),
  ]);
}

function labels(selector: string, label: string): string {
  return `${selector}:\n            matchLabels:\n              ${label}`;
}

function rule(peer: string, port: number): string {
  return `  ingress:
    - from:
        - ${peer}
      ports:
        - { protocol: TCP, port: ${port} }
`;
}

const allowClient = rule(labels('podSelector', 'app: client'), 8080);

function policy(slug: string, name: string, podSelector: string, rules = ''): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${slug}
spec:
  podSelector:${podSelector.startsWith('\n') ? '' : ' '}${podSelector}
  policyTypes:
    - Ingress
${rules}`;
}

function namespaceAndService(slug: string): string {
  return `apiVersion: v1
kind: Namespace
metadata:
  name: ${slug}
---
apiVersion: v1
kind: Service
metadata:
  name: server
  namespace: ${slug}
spec:
  selector:
    app: server
  ports:
    - port: 80
      targetPort: 8080
`;
}

function clientPod(slug: string, name: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${slug}
  labels:
    app: ${name}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: ${name}
      image: busybox:1.36
      command: ["sleep", "36000"]
`;
}

function serverPod(slug: string): string {
  return `---
apiVersion: v1
kind: Pod
metadata:
  name: server
  namespace: ${slug}
  labels:
    app: server
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: server
      image: busybox:1.36
      command: ["sh", "-c", "mkdir -p /www && hostname > /www/hostname && exec httpd -f -p 8080 -h /www"]
      ports:
        - containerPort: 8080
`;
}

function scenarioFile(slug: string): string {
  return `apiVersion: netpol-lab/v1
kind: Scenario
id: ${slug}
title: The symptom in the learner's words
level: beginner
minutes: 15
tags: [ingress]
needs: [enforces-policy, dns]

probes:
  - id: client-by-name
    says: client calls the server by its Service
    from: ${slug}/client
    to: server:80/tcp
    expect: { healthy: allowed, broken: blocked, fixed: allowed }
  - id: stranger-to-server
    says: stranger must not reach the server
    from: ${slug}/stranger
    to: pod/${slug}/server:8080/tcp
    expect: { healthy: allowed, broken: blocked, fixed: blocked }

checks:
  - id: client-works
    says: client reaches the server by its Service.
    probes: [client-by-name]
  - id: lockdown-kept
    says: Nobody else is let in.
    probes: [stranger-to-server]

cause:
  object: NetworkPolicy ${slug}/default-deny
  direction: Ingress
  finding: ingress-isolated
  probe: client-by-name
${hints}${changes(slug)}`;
}

const hints = `
hints:
  - Observe first. Is it a refusal or silence?
  - Where does the packet end? Ask at both ends.
  - What would have to be said, and in whose namespace?
  - |-
    Add one policy beside the deny that lets the client in:

        kubectl apply -f solutions/add-a-policy.yaml
`;

function changes(slug: string): string {
  return `
solutions:
  - id: add-a-policy
    says: Keep the deny and add a policy beside it.
    apply: solutions/add-a-policy.yaml
  - id: amend-the-policy
    says: Write the rule into the deny itself.
    apply: solutions/amend-the-policy.yaml
  - id: patch-the-policy
    says: The same rule as a JSON patch.
    run:
      - >-
        kubectl -n ${slug} patch networkpolicy default-deny --type=json
        -p='[{"op":"add","path":"/spec/ingress","value":[
        {"from":[{"podSelector":{"matchLabels":{"app":"client"}}}],"ports":[{"protocol":"TCP","port":8080}]}]}]'

traps:
  - id: delete-the-policy
    says: Delete the policy.
    run: ["kubectl -n ${slug} delete networkpolicy default-deny"]
    caughtBy: [lockdown-kept]
  - id: everybody
    says: Let everybody of the namespace in.
    apply: traps/everybody.yaml
    caughtBy: [lockdown-kept]
  - id: service-port
    says: Name the Service's port instead of the pod's.
    apply: traps/service-port.yaml
    caughtBy: [client-works]
  - id: misspelt-label
    says: Misspell the client's label.
    apply: traps/misspelt-label.yaml
    caughtBy: [client-works]
  - id: label-that-nobody-set
    says: Select the namespace by a label that nobody set.
    apply: traps/label-that-nobody-set.yaml
    caughtBy: [client-works]
`;
}
