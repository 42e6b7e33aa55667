/** Scopes in words, and what people type for one. */
import { describe, expect, test } from 'vitest';
import {
  isWithin,
  readScope,
  resourceGroupOf,
  scopeOption,
  scopesAround,
  scopeText,
} from '../../../../src/console/ui/scope/scope.ts';

const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000001';
const GROUP = `${SUBSCRIPTION}/resourceGroups/shop`;
const SITE = `${GROUP}/providers/Microsoft.Web/sites/portal`;
const SLOT = `${SITE}/slots/staging`;
const JOB = `${GROUP}/providers/Microsoft.App/containerApps/checkout`;

test.each([
  [SUBSCRIPTION, 'Subscription 00000000-0000-4000-8000-000000000001'],
  [GROUP, 'Resource group shop'],
  [SITE, 'Web app portal'],
  [SLOT, 'Slot portal/staging'],
  [JOB, 'Container app checkout'],
  [`${GROUP}/providers/Microsoft.Other/things/one`, 'things one'],
])('%s is %s', (id, text) => expect(scopeText(id)).toBe(text));

test('the scopes around a slot are itself, its app, its group and its subscription', () => {
  expect(scopesAround(SLOT).map(({ id }) => id)).toEqual([SLOT, SITE, GROUP, SUBSCRIPTION]);
  expect(scopesAround(SITE).map(({ id }) => id)).toEqual([SITE, GROUP, SUBSCRIPTION]);
  expect(scopesAround(SUBSCRIPTION).map(({ id }) => id)).toEqual([SUBSCRIPTION]);
});

test('the group of an id', () => {
  expect([SITE, GROUP, SUBSCRIPTION].map(resourceGroupOf)).toEqual(['shop', 'shop', null]);
});

test('within is by whole segments and without case', () => {
  expect(isWithin(SITE.toUpperCase(), GROUP)).toBe(true);
  expect(isWithin(`${GROUP}-2`, GROUP)).toBe(false);
});

describe('what people type', () => {
  const known = [SUBSCRIPTION, GROUP, `${SUBSCRIPTION}/resourceGroups/portal`, SITE].map(scopeOption);

  test.each([
    ['an id', ` ${GROUP} `, GROUP],
    ['an id with a slash at its end', `${GROUP}/`, GROUP],
    ['a name without case', 'SHOP', GROUP],
    ['an option of the list', 'portal (web app)', SITE],
    ['a page of the portal', `https://portal.azure.com/#@contoso.example/resource${SITE}/appServices`, SITE],
    ['a page with a query', `https://portal.azure.com/#resource${GROUP}?x=1`, GROUP],
  ])('%s', (_, text, id) => expect(readScope(text, known)).toEqual({ id }));

  test.each([
    ['nothing', '', 'Choose a scope, or enter its ARM ID.'],
    ['an unknown name', 'nowhere', 'No scope has this name. Enter its ARM ID, such as /subscriptions/….'],
    ['a name of two', 'portal', '2 scopes have this name. Choose one of the list, or enter its ARM ID.'],
    ['a path trick', `${GROUP}/../prod/x`, 'This is not the ARM ID of a subscription, a resource group or a resource.'],
    [
      'half of an id',
      `${SUBSCRIPTION}/resourceGroups`,
      'This is not the ARM ID of a subscription, a resource group or a resource.',
    ],
    [
      'markup',
      `${SUBSCRIPTION}/resourceGroups/<b>`,
      'This is not the ARM ID of a subscription, a resource group or a resource.',
    ],
  ])('%s is a problem', (_, text, problem) => expect(readScope(text, known)).toEqual({ problem }));
});
