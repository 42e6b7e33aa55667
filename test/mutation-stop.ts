/**
 * Loaded before each test file of a mutant. After the first failed test the other tests are skipped, but their files
 * would still be loaded, which takes most of the time: the error keeps them from that.
 */
import { afterEach } from 'vitest';

// A worker begins with its own copy of the environment for each mutant, and all test files share it.
if (process.env.MUTANT_FOUND) throw new Error('Another test file has found this mutant.');

afterEach(({ task }) => {
  if (task.result?.state === 'fail') process.env.MUTANT_FOUND = 'yes';
});
