/** Without a slot beside it, every deployment goes live untried, and going back is another deployment. */
import { compliant, defineAdvice, notApplicable, unknown } from '../../domain/rule.ts';
import { kindsOf } from '../../domain/snapshot.ts';
import { judgeList } from '../listed.ts';
import { type PlanTier, tierOfApp } from '../plan-tier.ts';
import { referencesOf } from '../references.ts';
import { Block, declared, Expression } from '../source-lines.ts';

const WITHOUT_SLOTS: readonly PlanTier[] = ['Free', 'Shared', 'Basic', 'FlexConsumption'];

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
    if (kindsOf(snapshot).includes('azurecontainerapps')) {
      return notApplicable('The app is hosted on Container Apps, which has no slots.');
    }
    const plan = tierOfApp(snapshot);
    if ('tier' in plan && WITHOUT_SLOTS.includes(plan.tier)) {
      return notApplicable(`The app runs in a plan of the tier ${plan.tier}, which has no slots.`);
    }
    return judgeList(snapshot, 'slots', (slots) => {
      if (slots.length > 0) return compliant(`The app has ${slots.length} slot${slots.length === 1 ? '' : 's'}.`);
      if ('unknown' in plan) return unknown(plan.unknown);
      return { verdict: 'violation', reason: 'The app has no slot beside it.', changes: [] };
    });
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
