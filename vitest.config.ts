import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where `.ci/run` wants the counts. */
const report = process.env['VITEST_JSON'];

/** The recordings take as long as a third of the rest: begun last, they would leave the other processors idle. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.endsWith('/fidelity/corpus.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/build-program.ts'],
    pool: 'forks',
    // Vitest would leave one processor to itself.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxConcurrency: 4,
    // Real processes on a busy runner: a test that passes alone gets a second chance there, and vitest reports it as retried.
    retry: report ? 1 : 0,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
