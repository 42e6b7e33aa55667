import { expect, test } from 'vitest';
import { documentationById, documentationOf } from '../../../src/domain/rules/documentation.ts';
import { ruleLike } from '../examples.ts';

test('a rule has a section on the page of its kind, and a rule that does not exist any more the table of all rules', () => {
  const rules = [ruleLike({ id: 'plan-other', kind: 'plan' }), ruleLike()];
  expect(rules.map(documentationOf)).toEqual(['docs/rules/plan.md#plan-other', 'docs/rules/web-app.md#webapp-example']);
  expect(documentationById('webapp-example', rules)).toBe('docs/rules/web-app.md#webapp-example');
  expect(documentationById('webapp-gone', rules)).toBe('docs/rules/README.md');
});
