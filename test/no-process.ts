/** Unit tests start no process: a test that does belongs to another project of vitest.config.ts. */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const) {
  Object.defineProperty(childProcess, name, {
    value: () => {
      throw new Error(`This test starts a process (${name}), so it is none of the project "unit".`);
    },
  });
}
syncBuiltinESMExports();
