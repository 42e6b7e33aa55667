import { defineSwitch } from '../checks/documents/switch.ts';
import { HTTP_INGRESS, isExternal } from '../checks/network/ingress.ts';

export const rule = defineSwitch(HTTP_INGRESS, {
  id: 'containerapp-insecure-ingress',
  title: 'HTTP ingress does not accept clear-text HTTP',
  why: 'An ingress that allows insecure connections answers HTTP in clear text instead of redirecting it.',
  fix: 'Sets `allowInsecure` of the ingress to false.',
  risk: 'HTTP is redirected for all revisions at once, also when apps of the environment call each other over http://.',
  harm: 'lost-traffic',
  severity: 'high',
  tier: 'safe',
  references: {
    'Azure Policy': ['0e80e269-43a4-4ae9-b5bc-178126b8a5cb'],
    MCSB: ['NS-2', 'DP-3'],
    PSRule: ['Azure.ContainerApp.Insecure (AZR-000094)'],
    AzTS: ['Azure_ContainerApps_DP_Dont_Allow_HTTP_Access'],
    azqr: ['ca-008'],
  },
  leaf: 'allowInsecure',
  value: false,
  whenUnset: false,
  right: 'HTTP is redirected to HTTPS',
  wrong: () => 'The external ingress answers clear-text HTTP.',
  azurerm: { allow_insecure_connections: false },
  // Apps behind an internal ingress often call each other over http:// (.NET Aspire deploys them so).
  refine: (found, _, ingress) =>
    isExternal(ingress) ? found : { ...found, reason: 'The internal ingress answers clear-text HTTP.', tier: 'risky' },
});
