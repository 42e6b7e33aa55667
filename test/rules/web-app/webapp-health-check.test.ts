import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-health-check.ts';
import { plan, sku } from '../fixtures/plan.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (healthCheckPath: Json) => ({ resource: site(), 'config/web': webConfig({ healthCheckPath }) });
const functions = { ...documents(null), resource: site({}, { kind: 'functionapp,linux' }) };

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'non-empty', documents: documents('/api/health') },
    { title: 'PSRule WebProbePath: longer than "/"; the start page is a path here', documents: documents('/') },
  ],
  violation: [
    { title: 'null = fail', documents: documents(null), tier: 'advice', changes: [] },
    {
      title: 'a function app on Premium',
      documents: { ...functions, plan: plan(sku('EP1', 'ElasticPremium')) },
      tier: 'advice',
      changes: [],
    },
    { title: 'empty = fail', documents: documents(''), tier: 'advice', changes: [] },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: { resource: site(), 'config/web': webConfig() },
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [
    {
      title: 'function apps on Consumption have no health check: by the plan',
      documents: { ...functions, plan: plan(sku('Y1', 'Dynamic')) },
    },
    {
      title: 'function apps on Flex Consumption have no health check: by what the site says of the plan',
      documents: { ...functions, resource: site({ sku: 'FlexConsumption' }, { kind: 'functionapp,linux' }) },
    },
    {
      title: 'hosted on Container Apps',
      documents: { ...documents(null), resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'a function app whose plan is not known', documents: functions },
    { title: 'not read', documents: { resource: site() } },
    { title: 'no path', documents: documents(['/healthz']) },
  ],
});
