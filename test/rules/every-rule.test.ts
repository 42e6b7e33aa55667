/** The invariants of the list of rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { documentOf } from '../../src/domain/resources/documents.ts';
import { rules } from '../../src/rules/index.ts';
import { checkSource } from './source-checks.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const source = fileURLToPath(new URL('../../src/rules', import.meta.url));
const files = readdirSync(source, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['checks', 'declare'].includes(entry.name))
  .flatMap((entry) => readdirSync(path.join(source, entry.name)).map((file) => `${entry.name}/${file}`));

describe('every rule', () => {
  test('is in the list, under the name of its file', () => {
    expect(rules.map(({ id }) => id)).toEqual(files.map((file) => path.basename(file, '.ts')).sort());
  });

  test.each(files)('%s has its own table for the rule tester', (file) => {
    const table = path.join(here, file.replace(/\.ts$/, '.test.ts'));
    expect(existsSync(table), `${table} is not there`).toBe(true);
    expect(readFileSync(table, 'utf8')).toContain('testRule(rule, {');
  });

  test.each(rules.map((rule) => [rule.id, rule] as const))('%s reads documents that its kind has', (_, rule) => {
    for (const name of rule.documents) expect(documentOf(rule.kind, name), name).not.toBeNull();
  });

  test.each(rules.map((rule) => [rule.id, rule] as const))(
    '%s has a text for its reason, its fix and its risk',
    (_, rule) => {
      for (const sentence of [rule.why, rule.risk, rule.fix ?? 'None.', rule.differs ?? 'None.']) {
        expect(sentence).toMatch(/^[A-Z`].*\.$/s);
      }
      expect(rule.fix === null).toBe(rule.writes.length === 0);
      expect(rule.references.length).toBeGreaterThan(0);
    },
  );

  test.each(rules.map((rule) => [rule.id, rule] as const))('%s has source lines for its recommendation', (_, rule) => {
    checkSource(rule.source([]));
  });
});
