/** The access restrictions that App Service adds itself: they follow its default action, and nobody configured them. */
import { describe, expect, test } from 'vitest';
import { isAllow, isImplicitRule, isSyntheticRule } from '../../../src/domain/resources/access-rules.ts';
import type { Json } from '../../../src/domain/resources/json.ts';

const LAST = 2147483647;

describe('the rule for all other addresses', () => {
  test.each<[string, Json, boolean, boolean]>([
    ['at the end, allowing', { ipAddress: 'Any', action: 'Allow', priority: LAST }, true, true],
    ['at the end, denying, in another casing', { ipAddress: 'any', action: 'deny', priority: LAST }, true, true],
    ['first, allowing, as older versions sent it', { ipAddress: 'ANY', action: 'allow', priority: 1 }, false, true],
    ['first, denying: configured', { ipAddress: 'Any', action: 'Deny', priority: 1 }, false, false],
    ['in between: configured', { ipAddress: 'Any', action: 'Allow', priority: 100 }, false, false],
    ['at the end, for some addresses', { ipAddress: '203.0.113.0/24', action: 'Allow', priority: LAST }, false, false],
    ['without an address', { action: 'Allow', priority: LAST }, false, false],
    ['an address of another type', { ipAddress: 1, action: 'Allow', priority: LAST }, false, false],
    ['no rule at all', 'Any', false, false],
    ['nothing', null, false, false],
  ])('%s', (_, rule, implicit, synthetic) => {
    expect([isImplicitRule(rule), isSyntheticRule(rule)]).toEqual([implicit, synthetic]);
  });

  test('only the action Allow allows, in any casing', () => {
    expect(['Allow', 'allow', 'ALLOW'].map(isAllow)).toEqual([true, true, true]);
    expect(['Deny', '', null, undefined, true, {}].map(isAllow)).toEqual([false, false, false, false, false, false]);
  });
});
