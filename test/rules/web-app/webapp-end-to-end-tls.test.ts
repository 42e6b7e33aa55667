import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-end-to-end-tls.ts';
import { plan, sku } from '../fixtures/plan.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (endToEndEncryptionEnabled: Json, name = 'P1v3', tier = 'PremiumV3') => ({
  resource: site({ endToEndEncryptionEnabled }),
  plan: plan(sku(name, tier)),
});
const change = { document: 'resource', path: '/properties/endToEndEncryptionEnabled', to: true } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'true', documents: documents(true) },
    { title: 'true, where the plan may not be read', documents: { resource: documents(true).resource } },
  ],
  violation: [
    { title: 'false', documents: documents(false), tier: 'risky', changes: [{ ...change, from: false }] },
    {
      title: 'null, on the smallest Premium there is',
      documents: documents(null, 'P0v3', 'Premium0V3'),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'absent',
      documents: { ...documents(null), resource: site() },
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'plan must be Standard (legacy)/Premium: Standard',
      documents: documents(false, 'S1', 'standard'),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: documents(false),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
  ],
  notApplicable: [
    { title: 'else not applicable: Basic', documents: documents(false, 'B1', 'Basic') },
    { title: 'else not applicable: Free', documents: documents(null, 'F1', 'Free') },
    { title: 'else not applicable: ElasticPremium', documents: documents(false, 'EP1', 'ElasticPremium') },
    { title: 'else not applicable: Isolated', documents: documents(false, 'I1v2', 'IsolatedV2') },
  ],
  unknown: [
    { title: 'not read', documents: { plan: plan(sku('P1v3', 'PremiumV3')) } },
    { title: 'off, and the plan was not read', documents: { resource: site() } },
    { title: 'off, on a plan of a tier that nobody knows', documents: documents(false, 'Z1', 'Zeppelin') },
    { title: 'neither true nor false', documents: documents(1) },
  ],
});
