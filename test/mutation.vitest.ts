/**
 * The tests that Stryker runs against each mutant: the fast ones of domain and workflows and what stands right on them.
 * Those that walk every crash point or random days take seconds, and those of Azurite and the page prove other rooms.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The page is no concern of these tests: its address stands for it.
  assetsInclude: ['**/*.html'],
  test: {
    include: ['test/{domain,workflows,rules,api}/**/*.test.ts'],
    exclude: [
      'test/workflows/{crash,turmoil,model,fault,failure,broken}*.test.ts',
      'test/api/{console,openapi,over-storage}.test.ts',
      'test/api/{health,principal,refusals}.test.ts',
    ],
    // A process of its own for each file would cost more than its tests; they share nothing that stays.
    isolate: false,
    testTimeout: 10_000,
  },
});
