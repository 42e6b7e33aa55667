/** Follows docs/add-a-rule.md in a copy of the repository: writes the files that it shows, and runs its commands. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRules } from '../../src/api/endpoints/rules.ts';
import type { AnyRule } from '../../src/domain/rules/rule.ts';
import { ask, serviceOf } from '../api/ask.ts';
import { fakeDeps } from '../fakes/deps.ts';
import { commandsIn, isShownIn, page, proseOf } from './pages.ts';
import { copyRepository, hasShell, run } from './trial.ts';

const ID = 'webapp-64-bit-worker';
const guide = page('docs/add-a-rule.md');

/** The files that the page shows, each under its name, in the folder that the text before it names. */
const FILES = [...guide.text.matchAll(/^`([\w.-]+)`\n\n```(?:ts|json)\n([\s\S]*?)^```$/gm)].map(
  ([, name = '', content = '']) => ({ name: path.posix.join(folderOf(name), name), content }),
);

let copy: string;

describe.skipIf(!hasShell)('docs/add-a-rule.md', () => {
  beforeAll(() => {
    copy = mkdtempSync(path.join(tmpdir(), 'plumbline-rule-'));
    copyRepository(copy, (name) => !/^(infra\/(?!roles)|docs\/examples)/.test(name));
    for (const { name, content } of FILES) {
      mkdirSync(path.dirname(path.join(copy, name)), { recursive: true });
      writeFileSync(path.join(copy, name), content);
    }
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true, maxRetries: 5 }));

  it('shows a rule, its tables and a snapshot, and names their folders', () => {
    expect(FILES.map(({ name }) => name)).toEqual([
      `src/rules/web-app/${ID}.ts`,
      `test/rules/web-app/${ID}.test.ts`,
      'worker.json',
    ]);
    for (const folder of ['src/rules/web-app/', 'test/rules/web-app/'])
      expect(proseOf(guide)).toContain(`\`${folder}\``);
    const blocks = [...guide.text.matchAll(/^```(ts|json)$/gm)];
    expect(FILES).toHaveLength(blocks.length);
  });

  it('has commands that run and print the shown output', { timeout: 120_000 }, async () => {
    for (const { commands, shows, line } of commandsIn(guide)) {
      const { output, code } = await run(commands, copy);
      expect(code, `the commands in line ${line} failed; they said:\n${output}`).toBe(0);
      const missing = shows.filter((shown) => !isShownIn(shown, output));
      expect(missing, `line ${line} shows lines that the commands did not print:\n${output}`).toEqual([]);
    }
  });

  it('the new rule is in GET /rules, and in the documentation of rules without a guide', async () => {
    const list: { rules: readonly AnyRule[] } = await import(pathToFileURL(path.join(copy, 'src/rules/index.ts')).href);
    const { body } = await ask(listRules, serviceOf({ ...fakeDeps(), rules: list.rules }), {
      query: '?benchmark=guide+A+guide+of+our+own',
    });
    expect(body.items).toEqual([
      expect.objectContaining({ id: ID, tier: 'risky', profile: 'strict', kind: 'web-app' }),
    ]);
    const read = (file: string) => readFileSync(path.join(copy, 'docs/rules', file), 'utf8');
    expect(read('web-app.md')).toContain(`\n## ${ID}\n`);
    expect(read('guides.md').split('\n## Beyond the guides\n')[1]).toContain(`[${ID}](web-app.md#${ID})`);
  });
});

function folderOf(name: string): string {
  if (name.endsWith('.json')) return '';
  return name.endsWith('.test.ts') ? 'test/rules/web-app' : 'src/rules/web-app';
}
