/**
 * The tests that Stryker runs against each mutant: the fast ones of domain and workflows and those directly above.
 * Tests with every crash point or random days take seconds, and those of Azurite and the page test other folders.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // These tests do not need the page: its path replaces it.
  assetsInclude: ['**/*.html'],
  test: {
    include: ['test/{domain,workflows,rules,api}/**/*.test.ts'],
    exclude: [
      'test/workflows/scenarios/{and-then,crashes,failures,broken-ports}.test.ts',
      'test/api/endpoints/{console,health,metrics}.test.ts',
      'test/api/endpoints/findings/benchmarks.test.ts',
      'test/api/framework/{openapi,principal,refusals}.test.ts',
      'test/api/{over-storage,tampered-tables}.test.ts',
    ],
    // A separate process for each file would cost more than its tests, and they share no lasting state.
    isolate: false,
    testTimeout: 10_000,
  },
});
