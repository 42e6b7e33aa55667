import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/subscription/subscription-regions.ts';
import { listedApp, SUBSCRIPTION_ID } from '../fixtures/subscription.ts';
import { testRule } from '../rule-tester.ts';

const apps = (...value: JsonObject[]) => ({ 'subscription/apps': { value } });
const parameters = { applicationTag: 'application' };
const critical = { ...parameters, criticalTag: 'criticality', criticalValue: 'High' };
const shop = { application: 'shop' };
const rank = (application: string, criticality: string) => ({ application, criticality });

testRule(rule, {
  id: SUBSCRIPTION_ID,
  compliant: [
    {
      title: 'two or more locations',
      documents: apps(listedApp('a', 'westeurope', shop), listedApp('b', 'northeurope', shop)),
      parameters,
    },
    {
      title: 'two or more locations, in the form of Resource Graph',
      documents: {
        'subscription/apps': {
          totalRecords: 2,
          count: 2,
          data: [listedApp('a', 'westeurope', shop), listedApp('b', 'uksouth', shop)],
          facets: [],
          resultTruncated: 'false',
        },
      },
      parameters,
    },
    {
      title: 'names of tags and applications compare without case',
      documents: apps(listedApp('a', 'westeurope', shop), listedApp('b', 'uksouth', { Application: 'Shop ' })),
      parameters,
    },
    {
      title: 'an application in one location that is not tagged as critical',
      documents: apps(
        listedApp('a', 'westeurope', rank('shop', 'high')),
        listedApp('b', 'uksouth', rank('shop', 'HIGH')),
        listedApp('c', 'westeurope', rank('wiki', 'low')),
        listedApp('d', 'westeurope', { application: 'blog' }),
      ),
      parameters: critical,
    },
  ],
  violation: [
    {
      title: 'one location',
      documents: apps(listedApp('a', 'westeurope', shop), listedApp('b', 'westeurope', shop)),
      parameters,
      tier: 'advice',
      changes: [],
      reason: /^In one region only: shop \(westeurope\)\.$/,
    },
    {
      title: 'locations compare without case and blanks',
      documents: apps(listedApp('a', 'West Europe', shop), listedApp('b', 'westeurope', shop)),
      parameters,
      tier: 'advice',
      changes: [],
    },
    {
      title: 'two locations of two applications are one of each',
      documents: apps(listedApp('a', 'westeurope', shop), listedApp('b', 'uksouth', { application: 'wiki' })),
      parameters,
      tier: 'advice',
      changes: [],
      reason: /shop \(westeurope\), wiki \(uksouth\)/,
    },
    {
      title: 'only what is tagged as critical counts, when a tag for that is configured',
      documents: apps(
        listedApp('a', 'westeurope', rank('shop', 'high')),
        listedApp('b', 'uksouth', rank('shop', 'low')),
      ),
      parameters: critical,
      tier: 'advice',
      changes: [],
    },
    {
      title: 'an application without regions hides no other one',
      documents: apps(listedApp('a', null, { application: 'wiki' }), listedApp('b', 'uksouth', shop)),
      parameters,
      tier: 'advice',
      changes: [],
      reason: /^In one region only: shop \(uksouth\)\.$/,
    },
  ],
  notApplicable: [
    { title: 'tag not configured = not applicable', documents: apps(listedApp('a', 'westeurope', shop)) },
    { title: 'tag not configured = not applicable: nothing has to be read', documents: {} },
    {
      title: 'no app has the tag',
      documents: apps(listedApp('a', 'westeurope'), listedApp('b', 'uksouth', {})),
      parameters,
    },
    {
      title: 'no app is tagged as critical',
      documents: apps(listedApp('a', 'westeurope', rank('shop', 'low'))),
      parameters: critical,
    },
    { title: 'tags that are no texts', documents: apps(listedApp('a', 'westeurope', { application: 7 })), parameters },
  ],
  unknown: [
    { title: 'sweep only: not read on an event', documents: {}, parameters },
    { title: 'not found', documents: { 'subscription/apps': null }, parameters },
    { title: 'no list', documents: { 'subscription/apps': { value: 3 } }, parameters },
    {
      title: 'an app that does not say where it is',
      documents: apps(listedApp('a', 'westeurope', shop), listedApp('b', null, shop)),
      parameters,
    },
  ],
});

describe('the parameters of subscription-regions', () => {
  test.each([{ applicationTag: '' }, { applicationTag: 'a/b' }, { criticalTag: '<x>' }, { criticalValue: ' ' }])(
    'are refused: %j',
    (stored) => {
      expect(rule.parameters.safeParse(stored).success).toBe(false);
    },
  );
});
