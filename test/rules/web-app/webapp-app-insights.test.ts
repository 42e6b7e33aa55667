import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-app-insights.ts';
import { SITE_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (tags: Json) => ({ resource: site({}, { tags }) });
const COMPONENT =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/shop-rg/providers/microsoft.insights/components/shop';
const REFERENCES = 'config/configreferences/appsettings';
const referring = (name: string) => ({ value: [{ name, properties: { status: 'Resolved' } }] });

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'a setting that refers to a vault, which is read for its name',
      documents: { ...documents({}), [REFERENCES]: referring('ApplicationInsights_Connection_String') },
    },
    {
      title: 'a setting that refers to a vault, by its older name',
      documents: { ...documents(null), [REFERENCES]: referring('APPINSIGHTS_INSTRUMENTATIONKEY') },
    },
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
  violation: [],
  unknown: [
    { title: 'no hidden-link tag: the setting may be there, and is a secret', documents: documents({ team: 'shop' }) },
    { title: 'no tags', documents: documents(null) },
    {
      title: 'a component whose hidden-link names the app is not read: only the tags of the app are',
      documents: documents({}),
    },
    {
      title: 'a hidden-link tag without a value',
      documents: documents({ 'hidden-link: /app-insights-resource-id': '' }),
    },
    {
      title: 'a hidden-link tag to something else',
      documents: documents({ [`hidden-link:${SITE_ID}`]: 'Resource' }),
    },
    {
      title: 'read no app settings for this: their names prove nothing',
      documents: {
        resource: site({
          siteConfig: { appSettings: [{ name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: 'x' }] },
        }),
      },
    },
    {
      title: 'other settings that refer to a vault',
      documents: { ...documents({}), [REFERENCES]: referring('DATABASE') },
    },
    { title: 'references in a form that nobody knows', documents: { ...documents({}), [REFERENCES]: { value: [1] } } },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'tags that are none', documents: documents(['hidden-link: /app-insights-resource-id']) },
  ],
});
