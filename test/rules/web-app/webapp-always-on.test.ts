import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-always-on.ts';
import { plan, sku } from '../fixtures/plan.ts';
import { SITE_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (alwaysOn: Json, kind: string | null = 'app,linux') => ({
  resource: site({}, { kind }),
  'config/web': webConfig({ alwaysOn }),
  plan: plan(sku('P1v3', 'PremiumV3')),
});
const on = (name: string, tier: string) => ({ ...documents(false), plan: plan(sku(name, tier)) });
const { plan: _plan, ...withoutPlan } = documents(false);
const { resource: _resource, ...withoutSite } = documents(false);
const change = { document: 'config/web', path: '/properties/alwaysOn', to: true } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'true', documents: documents(true) },
    {
      title: 'true, where the plan was not read',
      documents: { ...withoutPlan, 'config/web': webConfig({ alwaysOn: true }) },
    },
  ],
  violation: [
    {
      title: 'false',
      documents: documents(false),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'null in config/web = fail',
      documents: documents(null),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'Basic has it, and an app without a kind is a web app',
      documents: { ...documents(false, null), plan: plan({ name: 'B1', tier: 'BASIC' }) },
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
  ],
  notApplicable: [
    { title: 'not applicable: function/logic kinds: function app', documents: documents(false, 'functionapp,linux') },
    {
      title: 'not applicable: function/logic kinds: logic app',
      documents: documents(false, 'functionapp,workflowapp'),
    },
    { title: 'plan tier Free', documents: on('F1', 'Free') },
    { title: 'plan tier Shared', documents: on('D1', 'Shared') },
    { title: 'plan tier Dynamic', documents: on('Y1', 'Dynamic') },
    { title: 'plan tier ElasticPremium, in another casing', documents: on('EP1', 'elasticpremium') },
    {
      title: 'plan tier FlexConsumption, by the size alone',
      documents: { ...documents(false), plan: plan({ name: 'FC1' }) },
    },
    { title: 'hosted on Container Apps', documents: documents(false, 'app,linux,azurecontainerapps') },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site(), plan: plan(sku('P1v3', 'PremiumV3')) } },
    { title: 'off, and the plan was not read: it may refuse it', documents: withoutPlan },
    { title: 'off, and the plan is gone', documents: { ...withoutPlan, plan: null } },
    { title: 'off, on a plan of a tier that nobody knows', documents: on('Z1', 'Zeppelin') },
    { title: 'off, and the site was not read: it may be a function app', documents: withoutSite },
    { title: 'neither true nor false', documents: documents({}) },
  ],
});
