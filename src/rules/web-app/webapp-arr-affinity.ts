import { SITE } from '../checks/app-service/hosting.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(SITE, {
  id: 'webapp-arr-affinity',
  title: 'Client affinity cookie is off',
  why: 'The cookie ties a visitor to one instance, also when it is busy. So the load is uneven, and visitors notice when an instance is replaced.',
  fix: 'Sets `clientAffinityEnabled` of the site to false.',
  risk: 'An app that keeps sessions in the memory of an instance loses them.',
  harm: '4xx',
  severity: 'info',
  profile: 'strict',
  references: {
    PSRule: ['Azure.AppService.ARRAffinity (AZR-000083)'],
    azqr: ['app-015'],
  },
  leaf: 'clientAffinityEnabled',
  value: false,
  whenUnset: true,
  right: 'Any instance may answer any visitor',
  wrong: 'A cookie ties visitors to an instance',
  azurerm: { client_affinity_enabled: false },
});
