/** The pages of the scenario that `netpol-lab new scenario` writes: one of each kind, with what an author has to fill in. */

const fence = '```';

/** Path → text, in order. */
export function skeletonPages(slug: string): readonly PageFile[] {
  return [...findingOut(slug), ...mending];
}

type PageFile = readonly [path: string, text: string];

function findingOut(slug: string): readonly PageFile[] {
  return [
    [
      'steps/01-story.md',
      `# The story

Who is called, at what hour, and what does the ticket say? Name the wrong guess that everybody makes first.
`,
    ],
    [
      'steps/02-symptom.md',
      `# See it fail

Say what the learner is about to see, and what it means.

${command(`kubectl -n ${slug} exec client -- wget -qO- -T 3 http://server/hostname`, 'shows="wget: download timed out" exit=1')}
`,
    ],
    [
      'steps/03-narrow-down.md',
      `# Narrow it down, from the outside in

Another pod, the other end, the Service, then the policy.

${command(`kubectl -n ${slug} get endpointslices -l kubernetes.io/service-name=server`, 'shows="8080"')}
`,
    ],
    [
      'steps/04-cause.md',
      `# Name the cause

${command(`kubectl -n ${slug} describe networkpolicy default-deny`, 'shows="<none> (Selected pods are isolated for ingress connectivity)"')}

${fence}question
What keeps the client out?
- [ ] The wrong guess.
- [x] NetworkPolicy ${slug}/default-deny isolates the server for ingress, and no rule allows the client.
${fence}
`,
    ],
  ];
}

function command(text: string, expectation: string): string {
  return `${fence}sh ${expectation}\n${text}\n${fence}`;
}

const mending: readonly PageFile[] = [
  [
    'steps/05-fix.md',
    `# Fix it

Say what has to stay closed, and let the learner write the rule.

${command('kubectl apply -f solutions/add-a-policy.yaml', 'shows="networkpolicy.networking.k8s.io/allow-client created"')}
`,
  ],
  [
    'steps/06-verify.md',
    `# Verify by what traffic does

${command('netpol-lab verify', 'shows="PASS client-works" shows="PASS lockdown-kept" lacks="FAIL"')}
`,
  ],
  [
    'steps/07-debrief.md',
    `# Debrief

**Why it happened.**

**What the tempting fixes break.**

**Folklore, disproved.**

**The same bug elsewhere.**
`,
  ],
];
