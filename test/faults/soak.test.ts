import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';

const SEED = 4711;

describe('guarantees 1, 2, 4, 8 and 14 under load, faults and a SIGKILL', () => {
  test('a small soak has the expected counts', { timeout: 240_000 }, async () => {
    const { code, output } = await soak('--seed', String(SEED), '--apps', '20', '--events', '100');
    expect(code, output).toBe(0);
    expect(output).toContain('the host is killed between a write and its answer');
    for (const what of [
      'events raised by users +100 {2}\\(must be 100\\)',
      'events without an outcome +0',
      'outcomes that changed after they were given +0',
      'findings other than a fresh read requires +0',
      'documents written more often than they drifted +0',
      'faults in the chains of the log +0',
      'intents without an end +0',
      'dead letters +0',
    ])
      expect(output).toMatch(new RegExp(what));
  });

  test('an invalid flag is refused with the expected form', async () => {
    const { code, output } = await soak('--events', 'many');
    expect({ code, output }).toEqual({ code: 2, output: '--events must be a whole number from 10, not "many"\n' });
  });
});

async function soak(...flags: string[]): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, ['--import', './tools/typescript.mjs', 'tools/soak/soak.ts', ...flags], {
    env: { ...process.env, AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:00.5' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const [code] = await once(child, 'close');
  return { code, output };
}
