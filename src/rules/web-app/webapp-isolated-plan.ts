import * as z from 'zod';
import { isObject } from '../../domain/resources/json.ts';
import { tagOf } from '../../domain/resources/snapshot.ts';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { tagName } from '../checks/governance/tags.ts';
import { declared, Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'webapp-isolated-plan',
  title: 'Apps tagged as needing isolation run in an App Service Environment',
  why: 'In an App Service Environment an app shares no front end, no workers and no network with other customers.',
  risk: 'The app has to move to another plan, so it has to be created again there.',
  severity: 'info',
  parameters: z.object({
    isolationTag: tagName
      .nullable()
      .default(null)
      .describe(
        'The name of the tag, whatever its value, that says that an app needs isolation; null turns the check off.',
      ),
  }),
  references: {
    guide: ['Secure your Azure App Service deployment', 'Azure App Service Security & Best Practices'],
  },
  check: (snapshot, { isolationTag }) =>
    checkProperties(snapshot, 'resource', ({ hostingEnvironmentProfile: place }) => {
      if (isolationTag === null) return notApplicable('No tag is configured that asks for isolation.');
      if (tagOf(snapshot, isolationTag.toLowerCase()) === null) {
        return notApplicable(`The app has no tag '${isolationTag}'.`);
      }
      const environment = place ?? {};
      const id = isObject(environment) ? (environment.id ?? '') : null;
      if (typeof id !== 'string') return unknown('The hosting environment has a form that Plumbline does not know.');
      if (id !== '') return compliant('The app is in an App Service Environment.');
      return violation(`The app has the tag '${isolationTag}' and is in no App Service Environment.`);
    }),
  source: () =>
    declared({
      type: 'Microsoft.Web/serverfarms@2025-03-01',
      name: 'plan',
      body: {
        sku: { name: 'I1v2', tier: 'IsolatedV2' },
        properties: { hostingEnvironmentProfile: { id: new Expression('environment.id') } },
      },
      azurerm: {
        resource: 'azurerm_service_plan',
        body: {
          app_service_environment_id: new Expression('azurerm_app_service_environment_v3.environment.id'),
          sku_name: 'I1v2',
        },
      },
    }),
});
