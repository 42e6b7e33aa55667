import { rule } from '../../../src/rules/web-app/webapp-vnet-integration.ts';
import { SITE_ID, SLOT_ID, SUBNET_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [{ title: 'non-empty', documents: { resource: site({ virtualNetworkSubnetId: SUBNET_ID }) } }],
  violation: [
    { title: 'null = fail', documents: { resource: site({ virtualNetworkSubnetId: null }) }, ...advice },
    { title: 'absent = fail', documents: { resource: { ...site(), properties: {} } }, ...advice },
    { title: '"" = fail', documents: { resource: site({ virtualNetworkSubnetId: '' }) }, ...advice },
    { title: 'null = fail for a slot', id: SLOT_ID, documents: { resource: site() }, ...advice },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'no id', documents: { resource: site({ virtualNetworkSubnetId: { id: SUBNET_ID } }) } },
  ],
});
