/**
 * Mutation tests of domain/ and workflows/: each guard is taken out, and a test must go red. `npm run mutation` takes
 * hours the first time, and only what changed afterwards; `-- --mutate PATTERN` takes a part. CI does not run it.
 * Report: .stryker/report.html.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: ['src/domain/**/*.ts', 'src/workflows/**/*.ts'],
  testRunner: 'vitest',
  // Vitest does not find the tests of single rules when it looks for related ones.
  vitest: { configFile: 'test/mutation.vitest.ts', related: false },
  // Nothing in ours needs rewriting for the sandbox, and TypeScript 7 has no API that could: none is looked for.
  tsconfigFile: 'none',
  coverageAnalysis: 'perTest',
  // What runs once, while a file loads, cannot be switched on and off in a running process.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  ignorePatterns: ['dist', 'infra', '.plumbline'],
  tempDirName: '.stryker/sandbox',
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: '.stryker/report.html' },
  jsonReporter: { fileName: '.stryker/report.json' },
  concurrency: 2,
  // The hits of each test on each mutant are kept in memory.
  testRunnerNodeArgs: ['--max-old-space-size=8192'],
  thresholds: { high: 90, low: 80, break: 80 },
};
