/**
 * The tests that Stryker runs against each mutant: the fast ones of domain and workflows and those directly above.
 * Tests with every crash point or random days take seconds, and those of Azurite and the page test other folders.
 */
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The first failed test ends the run of a mutant, so those that are next to the code, and quick, begin. */
const FOLDERS = ['domain', 'rules', 'workflows', 'api'];

/** A file that found the last mutant often finds the next one, too, so it comes before its folder's turn. */
class LikeliestFirst extends BaseSequencer {
  /** The longest time of each file so far, in milliseconds: most runs are of a few of its tests. */
  static readonly #longest = new Map<string, number>();

  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = new Map(files.map((file) => [file, this.#place(file)]));
    return [...files].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  }

  #place({ moduleId, project }: TestSpecification): number {
    const file = path.relative(this.ctx.config.root, moduleId);
    const last = this.ctx.cache.getFileTestResults(`${project.name}:${file}`) ?? { failed: false, duration: 0 };
    const longest = Math.min(99_999, Math.max(last.duration, LikeliestFirst.#longest.get(file) ?? 0));
    LikeliestFirst.#longest.set(file, longest);
    // A file that was not loaded any more counts as failed, in no time.
    if (last.failed && last.duration > 0) return longest - 100_000;
    return FOLDERS.indexOf(file.split(path.sep)[1] ?? '') * 100_000 + longest;
  }
}

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
    setupFiles: ['test/mutation-stop.ts'],
    testTimeout: 10_000,
    sequence: { sequencer: LikeliestFirst },
  },
});
