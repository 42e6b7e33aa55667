import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Tests that start processes of their own: Azurite, a program, a bundler. */
const WITH_PROCESSES = [
  'test/{storage,tamper}/**/*.test.ts',
  'test/api/{over-storage,tampered-tables}.test.ts',
  'test/api/endpoints/metrics.test.ts',
  'test/api/endpoints/findings/benchmarks.test.ts',
  'test/app/log.test.ts',
  'test/azure/identity.test.ts',
  'test/cli/processes/*.test.ts',
  'test/dev/azurite/*.test.ts',
  'test/dev/functions-host/{event-grid,http,queues,timers}.test.ts',
  'test/dev/sign-in/sign-in.test.ts',
  'test/fakes/stores/*.test.ts',
  'test/infra/{hooks,package,templates}.test.ts',
  'test/property/rows.test.ts',
  'test/simulator/identity.test.ts',
  'test/tools/evaluate.test.ts',
  'test/tools/build/build.test.ts',
];
/** Tests of the whole development environment, or with a browser. */
const WHOLE = ['test/{e2e,browser,docs,faults}/**/*.test.ts'];
/** Tests that put something in the place of a module: nobody may have loaded it before. */
const WITH_MOCKS = [
  'test/api/framework/{request,openapi,refusals}.test.ts',
  'test/domain/estate/leaves.test.ts',
  'test/functions/{message-ids,invocation,api,queue-function,path-to-write}.test.ts',
];

const unit = { testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: '100%', setupFiles: ['test/no-process.ts'] };

/**
 * Tests of the whole wait as long as they work. So those with processes run beside them, and four files at a time are no more
 * than two cores take.
 */
const besideWhole = { maxWorkers: 4, testTimeout: 120_000, hookTimeout: 120_000, sequence: { groupOrder: 1 } };

/**
 * Files share the modules of their worker (`isolate: false`) wherever they can: loading them costs more than most tests do.
 * `npm run test:unit` runs the projects "unit" and "unit-mocks".
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins: [htmlAsText()],
        test: {
          ...unit,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...WITH_PROCESSES, ...WHOLE, ...WITH_MOCKS],
          isolate: false,
        },
      },
      {
        plugins: [htmlAsText()],
        test: { ...unit, name: 'unit-mocks', include: WITH_MOCKS },
      },
      {
        plugins: [htmlAsText()],
        test: {
          name: 'processes',
          include: WITH_PROCESSES,
          isolate: false,
          ...besideWhole,
        },
      },
      {
        plugins: [htmlAsText()],
        test: {
          name: 'whole',
          globalSetup: ['test/browser/chromium.ts', 'test/e2e/fixtures/host-program.ts'],
          include: WHOLE,
          isolate: false,
          ...besideWhole,
        },
      },
    ],
  },
});

/** A page is text, as in the bundle. */
function htmlAsText() {
  return {
    name: 'html-as-text',
    enforce: 'pre' as const,
    transform(code: string, id: string) {
      return /\.html$/.test(id) ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined;
    },
  };
}
