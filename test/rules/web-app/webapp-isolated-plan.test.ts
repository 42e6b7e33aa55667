import { rule } from '../../../src/rules/web-app/webapp-isolated-plan.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const parameters = { isolationTag: 'iSolation' };
const tagged = { tags: { team: 'shop', Isolation: 'required' } };
const ASE = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/net-rg/providers/Microsoft.Web';
const environment = { hostingEnvironmentProfile: { id: `${ASE}/hostingEnvironments/ase`, name: 'ase', type: null } };

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'present when the configured isolation tag is on the app',
      documents: { resource: site(environment, tagged) },
      parameters,
    },
  ],
  violation: [
    {
      title: 'tagged, and the hosting environment is null',
      documents: { resource: site({}, tagged) },
      parameters,
      tier: 'advice',
      changes: [],
    },
    {
      title: 'tagged with any value, and the hosting environment names none',
      documents: { resource: site({ hostingEnvironmentProfile: { id: null } }, { tags: { ISOLATION: '' } }) },
      parameters,
      tier: 'advice',
      changes: [],
    },
    {
      title: 'a tagged slot',
      id: SLOT_ID,
      documents: { resource: site({}, tagged) },
      parameters,
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [
    { title: 'tag not configured = not applicable', documents: { resource: site({}, tagged) } },
    { title: 'the app has no such tag', documents: { resource: site() }, parameters },
    { title: 'the app has no tags', documents: { resource: site({}, { tags: null }) }, parameters },
  ],
  unknown: [
    { title: 'not read', documents: {}, parameters },
    { title: 'not read, and tag not configured', documents: {} },
    {
      title: 'an id that is no text',
      documents: { resource: site({ hostingEnvironmentProfile: { id: 7 } }, tagged) },
      parameters,
    },
    { title: 'no object', documents: { resource: site({ hostingEnvironmentProfile: 'ase' }, tagged) }, parameters },
  ],
});
