/**
 * azapi updates a resource by reading and putting the whole body: a version that does not know all properties drops
 * some.
 */
import { expect, test } from 'vitest';
import { APP } from '../../src/domain/resources/api-versions.ts';
import { rules } from '../../src/rules/index.ts';

test('source lines have the version of Container Apps that documents are read with', () => {
  const printed = rules.flatMap((rule) => {
    const { bicep, terraform } = rule.source([]);
    return [...`${bicep}\n${terraform}`.matchAll(/Microsoft\.App\/\w+(?:\/\w+)*@([\w-]+)/g)].map(
      ([, version]) => version,
    );
  });
  expect(printed.length).toBeGreaterThan(20);
  expect(new Set(printed)).toEqual(new Set([APP]));
});
