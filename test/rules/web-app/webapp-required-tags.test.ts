import { expect, test } from 'vitest';
import { parseSettings } from '../../../src/domain/rules/settings.ts';
import { rule } from '../../../src/rules/web-app/webapp-required-tags.ts';
import { requiredTagsTables } from '../checks/governance/required-tags-tables.ts';
import { SITE_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

testRule(rule, { id: SITE_ID, ...requiredTagsTables((tags) => site({}, { tags })) });

const stored = (tags: unknown) => parseSettings({ rules: { [rule.id]: { parameters: { tags } } } }, [rule]);

test.each([
  ['a character that no tag may have', ['cost/center'], '/tags/0'],
  ['a blank at the end', ['owner '], '/tags/0'],
  ['no name', [''], '/tags/0'],
  ['one tag twice', ['owner', 'Owner'], '/tags'],
  ['more than an app can have', Array.from({ length: 51 }, (_, at) => `tag${at}`), '/tags'],
  ['no list', 'owner', '/tags'],
])('a setting with %s is refused', (_, tags, pointer) => {
  expect(stored(tags)).toMatchObject({
    problems: [{ pointer: `/rules/webapp-required-tags/parameters${pointer}` }],
  });
});

test('only required tags cost the read of the group, and they need a person', () => {
  const parameters = { tags: ['owner'] };
  expect([rule.requiredDocuments?.({ tags: [] }), rule.isStricter?.({ tags: [] })]).toEqual([[], false]);
  expect([rule.requiredDocuments?.(parameters), rule.isStricter?.(parameters)]).toEqual([
    ['resource', 'resourceGroup'],
    true,
  ]);
});
