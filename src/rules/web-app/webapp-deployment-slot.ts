/** Without a slot beside it, every deployment goes live untried, and going back is another deployment. */
import { compliant, defineAdvice, notApplicable } from '../../domain/rule.ts';
import { hostedElsewhere } from '../hosting.ts';
import { judgeList } from '../listed.ts';
import { judgeWithPlan } from '../plan-features.ts';
import { referencesOf } from '../references.ts';
import { Block, declared, Expression } from '../source-lines.ts';

export const rule = defineAdvice({
  id: 'webapp-deployment-slot',
  version: 1,
  title: 'Production apps have a staging slot',
  why: 'Without a slot beside it, every deployment goes live untried, and going back is another deployment.',
  risk: 'A slot changes how an app is deployed, and runs on the same machines as the app.',
  severity: 'info',
  profile: 'strict',
  kind: 'web-app',
  documents: ['resource', 'slots', 'plan'],
  references: referencesOf({
    guide: ['Secure your Azure App Service deployment', 'Azure App Service Security & Best Practices'],
  }),
  check(snapshot) {
    if (snapshot.resource.type === 'Microsoft.Web/sites/slots') return notApplicable('It is a slot itself.');
    const judge = () =>
      judgeList(snapshot, 'slots', (slots) =>
        slots.length > 0
          ? compliant(`The app has ${slots.length} slot${slots.length === 1 ? '' : 's'}.`)
          : { verdict: 'violation', reason: 'The app has no slot beside it.', changes: [] },
      );
    return hostedElsewhere(snapshot) ?? judgeWithPlan(snapshot, 'slots', judge);
  },
  source: () =>
    declared({
      type: 'Microsoft.Web/sites/slots@2025-03-01',
      name: 'staging',
      body: {
        parent: new Expression('app'),
        name: 'staging',
        location: new Expression('location'),
        properties: { serverFarmId: new Expression('plan.id') },
      },
      azurerm: {
        resource: 'azurerm_linux_web_app_slot',
        also: 'azurerm_windows_web_app_slot',
        body: {
          name: 'staging',
          app_service_id: new Expression('azurerm_linux_web_app.app.id'),
          site_config: new Block({}),
        },
      },
    }),
});
