/**
 * What may stand in scenario.yaml and in a lab's file, as zod schemas. They are strict (an unknown key is a problem) and are
 * the source of the JSON Schemas that editors use, so every field carries its description.
 */
import * as z from 'zod';

export const apiVersion = 'netpol-lab/v1';

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens');
const text = z.string().trim().min(1, 'expected some text');
const observation = z.enum(['allowed', 'blocked', 'refused', 'unresolved']);
const protocol = z.enum(['TCP', 'UDP']);
const port = z.int().min(1).max(65535);
const relativeFile = z
  .string()
  .regex(/^[\w-]+(\/[\w.-]+)*\.ya?ml$/, 'expected a YAML file inside the scenario, like solutions/allow-dns.yaml');

const capability = z.enum([
  'enforces-policy',
  'dns',
  'outside-world',
  'host-network',
  'calico-policy',
  'cilium-policy',
  'ignores-policy',
  'virtual-time',
]);

const outsideHost = z
  .strictObject({
    name: text.describe('The name that DNS answers for, for everybody in the cluster.'),
    addresses: z
      .array(z.ipv4())
      .min(1)
      .optional()
      .describe('IPv4 addresses; several make a pool. Left out: the provider chooses.'),
    listens: z
      .array(
        z.strictObject({
          port,
          protocol,
          http: z
            .strictObject({ body: z.string(), status: z.int().min(100).max(599).optional() })
            .optional()
            .describe('Answers every HTTP request with this.'),
        }),
      )
      .describe('Open ports; every other port of the host refuses.'),
    allowsFrom: z.array(z.ipv4()).optional().describe("The host's own firewall: only these sources get an answer."),
  })
  .describe('A host beyond the cluster: part of the lab, never the real internet.');

const probe = z.strictObject({
  id: slug,
  says: text.optional().describe('The flow in words, for learners.'),
  from: text.describe('namespace/pod, namespace/deploy/name, or namespace/key=value,… (a label selector).'),
  to: text.describe(
    'What is attempted: name:port/tcp, 10.0.0.1:port/udp, pod/namespace/name:port/tcp, svc/namespace/name:port/tcp, outside/name:port/tcp.',
  ),
  expect: z
    .strictObject({ healthy: observation, broken: observation, fixed: observation })
    .describe('What the probe must see in each phase.'),
});

const check = z.strictObject({
  id: slug,
  says: text.describe('The condition in a sentence; learners see it beside PASS or FAIL.'),
  probes: z.array(slug).min(1).describe('All of these must see what they expect in the fixed phase.'),
});

const change = {
  id: slug,
  says: text,
  apply: relativeFile.optional().describe('Manifests to apply.'),
  run: z.array(text).min(1).optional().describe('kubectl commands, run in order after `apply`.'),
};

const solution = z.strictObject(change).describe('A fix that must pass every check.');
const trap = z
  .strictObject({ ...change, caughtBy: z.array(slug).min(1).describe('Every one of these checks must fail.') })
  .describe('A tempting fix that must not pass.');

export const scenarioSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Scenario'),
  id: slug.describe('The name of the folder; names the fault, for authors.'),
  title: text.describe('Names the symptom, for learners.'),
  level: z.enum(['beginner', 'intermediate', 'advanced']),
  minutes: z.int().min(1).max(240).describe('How long a learner needs.'),
  tags: z.array(slug).default([]),
  needs: z
    .array(capability)
    .default(['enforces-policy'])
    .describe('A provider without one of these skips the scenario and says why.'),
  outside: z.array(outsideHost).default([]),
  fault: z
    .strictObject({
      restarts: z
        .array(text)
        .default([])
        .describe(
          'Pods (namespace/name) of the manifests that start again once the fault is in place, so that they meet it at their start.',
        ),
    })
    .default({ restarts: [] }),
  probes: z.array(probe).min(1),
  checks: z.array(check).min(1),
  cause: z
    .strictObject({
      object: text.describe('Kind and name, as in: NetworkPolicy shop/restrict-egress.'),
      direction: z.enum(['Ingress', 'Egress']),
      finding: slug.describe('The code under which `diagnose` must report it.'),
      probe: slug
        .optional()
        .describe('The probe that shows the symptom; default: the first that changes from healthy to broken.'),
    })
    .describe('What a learner must name, and `diagnose` must find.'),
  hints: z
    .array(text)
    .min(2)
    .describe('From observe over where and what to the solution; only the last may hold a manifest.'),
  solutions: z.array(solution).min(1),
  traps: z.array(trap).min(1),
});

export type ScenarioFile = z.output<typeof scenarioSchema>;

export const labSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Lab'),
  id: slug,
  title: text,
  mode: z.enum(['path', 'interview', 'game-day']),
  says: text.optional(),
  minutes: z.int().min(1).max(1440).optional().describe('Time for the whole lab.'),
  scenarios: z.array(slug).min(1).describe('Slugs, in order.'),
  rules: z
    .strictObject({
      hints: z.boolean().default(true),
      reset: z.boolean().default(true),
      minutesEach: z.int().min(1).optional(),
    })
    .prefault({}),
});
