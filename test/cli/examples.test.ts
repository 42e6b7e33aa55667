/** Every example of the help and of docs/cli.md runs, at a terminal and without one, and ends with an exit code of its list. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodesOf } from '../../src/cli/framework/parser.ts';
import { PROGRAM } from '../../src/cli/program.ts';
import { flatten } from '../../tools/generate/cli-page.ts';
import { approval, DIGEST, GROUP } from '../api/samples.ts';
import { apiDeps } from '../fakes/api-deps.ts';
import { deploymentOn, run } from './terminal.ts';

/** Those that read an estate in Azure have tests of their own, an editor is a process, and no scan of these stores ends. */
const ELSEWHERE = /^(scan|snapshot|diff|settings edit|evaluate (snapshot|estate)\.json)\b|--wait/;

const VALUES: readonly (readonly [RegExp, string])[] = [
  [/\bDIGEST\b/, DIGEST.replace('sha256:', '')],
  [/\bSCOPE\b/, GROUP],
  [/^(approvals \w+) ID/, '$1 approval-1'],
  [/webapp-https-only/, 'webapp-min-tls'],
  [/--folder evidence/, '--folder FOLDER'],
];

const examples = flatten(PROGRAM.commands, []).flatMap(({ words, command }) =>
  command.examples
    .filter((one) => !ELSEWHERE.test(one.command))
    .map((one) => ({ words, shown: one.command, codes: exitCodesOf(command.exitCodes ?? []) })),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['at a terminal', true],
  ['without a terminal', false],
])('%s', (_, terminal) => {
  it.each(examples)('plumbline $shown', async ({ shown, codes }) => {
    const deps = apiDeps(['estate.countResources', 'estate.listPart']);
    deps.stored.approvals.set('approval-1', { value: approval(), version: 1 });
    const command = VALUES.reduce((text, [pattern, value]) => text.replace(pattern, value), shown);
    const { fetch } = deploymentOn(deps);
    let input = 'y\n';
    for (const part of command.split(' | plumbline ')) {
      const words = wordsOf(part);
      const persona = /approvals (approve|reject|show)|rollback/.test(part) ? 'approver' : 'operator';
      const environment = { PLUMBLINE_AS: words.includes('--as') ? '' : persona };
      const asked = terminal && !words.includes('-');
      const ran = await run(words, { terminal: asked, input, fetch, environment });
      expect(codes, ran.stderr).toContain(ran.code);
      expect(ran.stderr).not.toMatch(/unknown (command|option)|missing required|too many arguments/);
      // What fails is explained; what does not is answered, or written to a file.
      if (ran.code !== 0 || !part.includes('--file')) expect(ran.stdout + ran.stderr).not.toBe('');
      input = ran.stdout;
    }
  });
});

/** The words of a command as a shell splits them; files are in a folder of the test. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word = '']) => {
    if (quoted !== undefined) return quoted;
    if (word === 'FOLDER') return path.join(folder, 'evidence');
    return /^(audit\.jsonl|findings\.csv|part-\d+\.zip)$/.test(word) ? path.join(folder, word) : word;
  });
}
