import { isObject, type Json } from '../../domain/resources/json.ts';
import { bodyOf, type Snapshot } from '../../domain/resources/snapshot.ts';
import { compliant, defineAdvice, unknown } from '../../domain/rules/rule.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { nameOf } from '../checks/documents/resource-lists.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { siteWith } from '../declare/declarations.ts';
import { Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'webapp-app-insights',
  title: 'Application Insights is connected',
  why: 'Requests, dependencies and failures that are not recorded cannot be examined after an incident.',
  risk: 'Connecting needs a component, ingestion costs money, and a new app setting restarts the app.',
  differs:
    'Others read the app settings, which are secrets. Here the hidden tag that Azure sets on a connected app counts, or a setting of Application Insights that refers to a vault. An app with neither may still be connected, so it is unknown, and not a violation.',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'config/configreferences/appsettings'],
  references: { MCSB: ['LT-3'] },
  check: (snapshot) =>
    checkProperties(snapshot, 'resource', (_, { tags = null }) => {
      if (isObject(tags) && Object.entries(tags).some(namesComponent)) {
        return compliant('A tag links the app to a component.');
      }
      const connected = referringSettings(snapshot).find((name) => SETTINGS.includes(name.toUpperCase()));
      return connected === undefined
        ? unknown('No tag links the app to a component; the setting that would is a secret, and is not read.')
        : compliant(`Its setting ${connected} refers to a vault.`);
    }),
  source: () =>
    siteWith(
      {
        tags: { [LINK]: new Expression('insights.id') },
        properties: {
          siteConfig: {
            appSettings: [{ name: CONNECTION, value: new Expression('insights.properties.ConnectionString') }],
          },
        },
      },
      {
        app_settings: { [CONNECTION]: new Expression('azurerm_application_insights.app.connection_string') },
        tags: { [LINK]: new Expression('azurerm_application_insights.app.id') },
      },
    ),
});

/** https://learn.microsoft.com/azure/azure-monitor/app/azure-web-apps */
const CONNECTION = 'APPLICATIONINSIGHTS_CONNECTION_STRING';
const SETTINGS = [CONNECTION, 'APPINSIGHTS_INSTRUMENTATIONKEY'];

/** The names of the app settings that refer to a vault; none when they were not read. */
function referringSettings(snapshot: Snapshot): string[] {
  const references = bodyOf(snapshot, 'config/configreferences/appsettings')?.value;
  return (objectsIn(references) ?? []).map(nameOf);
}

const LINK = 'hidden-link: /app-insights-resource-id';
const COMPONENT = '/providers/microsoft.insights/components/';

/** Azure writes the name of the tag with and without a blank after the colon; older links have the component's id in it. */
function namesComponent([name, value]: [string, Json]): boolean {
  const link = name.toLowerCase().replaceAll(/\s/g, '');
  if (!link.startsWith('hidden-link:') || typeof value !== 'string' || value.trim() === '') return false;
  return link.startsWith('hidden-link:/app-insights') || link.includes(COMPONENT);
}
