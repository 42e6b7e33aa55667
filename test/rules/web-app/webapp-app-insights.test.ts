import type { Json } from '../../../src/domain/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-app-insights.ts';
import { SITE_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (tags: Json) => ({ resource: site({}, { tags }) });
const COMPONENT =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/shop-rg/providers/microsoft.insights/components/shop';
const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'a hidden-link tag to a component',
      documents: documents({ team: 'shop', 'hidden-link: /app-insights-resource-id': COMPONENT }),
    },
    {
      title: 'a hidden-link tag to a component: without a blank, in other cases',
      documents: documents({ 'Hidden-Link:/App-Insights-Resource-Id': COMPONENT }),
    },
    {
      title: 'a hidden-link tag to a component: that has the id in its name',
      documents: documents({ [`hidden-link:${COMPONENT}`]: 'Resource' }),
    },
  ],
  violation: [
    { title: 'no hidden-link tag', documents: documents({ team: 'shop' }), ...advice },
    { title: 'no tags', documents: documents(null), ...advice },
    {
      title: 'a component whose hidden-link names the app is not read: only the tags of the app are',
      documents: documents({}),
      ...advice,
    },
    {
      title: 'a hidden-link tag without a value',
      documents: documents({ 'hidden-link: /app-insights-resource-id': '' }),
      ...advice,
    },
    {
      title: 'a hidden-link tag to something else',
      documents: documents({ [`hidden-link:${SITE_ID}`]: 'Resource' }),
      ...advice,
    },
    {
      title: 'read no app settings for this: their names prove nothing',
      documents: {
        resource: site({
          siteConfig: { appSettings: [{ name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: 'x' }] },
        }),
      },
      ...advice,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'tags that are none', documents: documents(['hidden-link: /app-insights-resource-id']) },
  ],
});
