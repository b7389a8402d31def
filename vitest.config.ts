import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants the counts. */
const report = process.env['VITEST_JSON'];

export default defineConfig({
  test: {
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
