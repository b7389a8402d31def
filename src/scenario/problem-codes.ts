/**
 * What can be wrong with a scenario, as codes that an author's tools can rely on. The list is closed: a code is never renamed;
 * what each means, and how to mend it, is in docs/authoring.md.
 */

export const problemMeanings = {
  schema: 'a file cannot be read as what it should be, or a reference leads nowhere',
  'manifest-invalid': 'the API server refuses a manifest',
  'image-unpinned': 'an image without a tag, or with the tag latest, is another one tomorrow',
  'hint-leaks-solution': 'a hint before the last holds something that a learner could apply',
  'command-without-expectation': "a page's command does not say what it shows",
  'page-unreachable': 'a file among the steps is never shown',
  'probe-unused': 'a probe is in no check',
  'change-unused': 'a file in solutions/ or traps/ is applied by no solution and no trap',
  'too-few-solutions': 'fewer than three solutions, although other shapes of a fix are possible',
  'too-few-traps': 'fewer than five traps',
  'no-fault': 'the fault changes nothing that a probe sees',
  'healthy-differs': 'before the fault a probe does not see what is declared',
  'broken-differs': 'with the fault a probe does not see what is declared',
  'tool-missing': 'a program is not in the container that is asked to run it',
  'solved-at-start': 'every check passes although nothing was fixed',
  'cause-wrong': 'a diagnosis does not find the declared cause',
  'page-differs': "a page's command does not show what the page says",
  'pages-unsolved': 'whoever follows the pages does not end with a solved scenario',
  'solution-fails': 'a solution does not pass every check, or cannot be applied',
  'trap-passes': 'a trap is not caught by a check that it names, or cannot be applied',
  'reset-differs': 'reset leads to another state than before',
  'mutant-survives': 'a damaged solution changes what flows, and no check fails',
  'mutant-killed': 'a change of a solution that makes no difference to traffic fails a check',
} as const;

export type ProblemCode = keyof typeof problemMeanings;
