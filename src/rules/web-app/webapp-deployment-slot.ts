import { compliant, defineAdvice, notApplicable, violation } from '../../domain/rules/rule.ts';
import { hostedElsewhere } from '../checks/app-service/hosting.ts';
import { judgeWithPlan } from '../checks/app-service/plan-features.ts';
import { judgeList } from '../checks/documents/resource-lists.ts';
import { Block, declared, Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'webapp-deployment-slot',
  title: 'Production apps have a staging slot',
  why: 'Without a staging slot every deployment goes live untested, and the way back is another deployment.',
  risk: 'A slot changes the deployment of an app, and runs on the same machines as the app.',
  severity: 'info',
  profile: 'strict',
  documents: ['resource', 'slots', 'plan'],
  references: {
    guide: ['Secure your Azure App Service deployment', 'Azure App Service Security & Best Practices'],
  },
  check(snapshot) {
    if (snapshot.resource.type === 'Microsoft.Web/sites/slots') return notApplicable('It is a slot itself.');
    const judge = () =>
      judgeList(snapshot, 'slots', (slots) =>
        slots.length > 0
          ? compliant(`The app has ${slots.length} slot${slots.length === 1 ? '' : 's'}.`)
          : violation('The app has no slot beside it.'),
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
