import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/domain/resources/json.ts';
import { parseSnapshot } from '../../../../src/domain/resources/snapshot.ts';
import { planTierOf, tierOfApp } from '../../../../src/rules/checks/app-service/plan-tier.ts';
import { plan, sku } from '../../fixtures/plan.ts';
import { SITE_ID, site } from '../../fixtures/web-app.ts';

describe('the tier of a plan', () => {
  test.each<[string, Json, string | null]>([
    ['as Azure spells it', { name: 'P1v3', tier: 'PremiumV3', size: 'P1v3', family: 'Pv3', capacity: 1 }, 'PremiumV3'],
    ['in another casing', { name: 'y1', tier: 'DYNAMIC' }, 'Dynamic'],
    ['of the smallest size of a generation', { name: 'P0v3', tier: 'Premium0V3' }, 'PremiumV3'],
    ['of the smallest size, by its tier alone', { name: null, tier: 'Premium0V3' }, 'PremiumV3'],
    ['of sizes with more memory, by their tier alone', { tier: 'PremiumMV3' }, 'PremiumV3'],
    ['of sizes with more memory, by their name alone', { name: 'P1mv3' }, 'PremiumV3'],
    ['of isolated sizes with more memory', { name: 'I1mv2', tier: 'IsolatedMV2' }, 'IsolatedV2'],
    ['by its name alone', { name: 'EP1', tier: null }, 'ElasticPremium'],
    ['by the name, in other casings', { name: 'p2V2' }, 'PremiumV2'],
    ['of shared plans by name', { name: 'D1' }, 'Shared'],
    ['by the name, when the tier is unknown', { name: 'FC1', tier: 'Flexible' }, 'FlexConsumption'],
    ['of an unknown plan', { name: 'Z9', tier: 'Zeppelin' }, null],
    ['of another form', { name: 1, tier: ['Basic'] }, null],
    ['that is missing', null, null],
  ])('%s', (_, sku, tier) => {
    expect(planTierOf({ sku })).toBe(tier);
  });
});

describe('the tier of the plan of an app', () => {
  const free = plan(sku('F1', 'Free'));
  const flex = site({ functionAppConfig: { runtime: {} } });
  test.each([
    ['is that of the plan, with another one on the site', { resource: site({ sku: 'Standard' }), plan: free }, 'Free'],
    ['is that of the site, when the plan was not read', { resource: site({ sku: 'Dynamic' }) }, 'Dynamic'],
    ['is recognised by a property that only Flex Consumption has', { resource: flex }, 'FlexConsumption'],
    ['is that of the site, when the plan has none', { resource: flex, plan: plan({}) }, 'FlexConsumption'],
  ])('%s', (_, documents, tier) => {
    expect(tierOfApp(parseSnapshot({ id: SITE_ID, documents }))).toEqual({ tier });
  });

  test('is unknown when neither has it', () => {
    const documents = { resource: site({ sku: 'Zeppelin', functionAppConfig: null }) };
    expect(tierOfApp(parseSnapshot({ id: SITE_ID, documents }))).toEqual({ unknown: 'plan was not read' });
  });
});
