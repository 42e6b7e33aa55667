import { SITE } from '../checks/app-service/hosting.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(SITE, {
  id: 'webapp-https-only',
  title: 'Web app accepts HTTPS only',
  why: 'With plain HTTP an attacker on the network can read and change cookies and content.',
  fix: 'Sets `httpsOnly` of the site to true.',
  risk: 'Clients, probes and origins that use only HTTP get a redirect, and the body of a POST is lost.',
  harm: 'lost-traffic',
  severity: 'high',
  tier: 'safe',
  references: {
    'Azure Policy': ['a4af4a39-4135-47fb-b175-47fbdf85311d'],
    'Azure Policy (slots)': ['ae1b9a8c-dfce-4605-bd91-69213b4a26fc'],
    'Azure Policy (fix)': ['0f98368e-36bc-4716-8ac2-8f8067203b63'],
    'Azure Policy (fix, slots)': ['a18c77f2-3d6d-497a-9f61-849a7e8a3b79'],
    MCSB: ['DP-3'],
    'CIS Foundations 1.3, 1.4, 2.0, 2.1': ['9.2'],
    'CIS Foundations 3.0': ['9.1'],
    PSRule: ['Azure.AppService.UseHTTPS (AZR-000084)'],
    Prowler: ['app_ensure_http_is_redirected_to_https', 'app_function_ensure_http_is_redirected_to_https'],
    Checkov: ['CKV_AZURE_14', 'CKV_AZURE_70', 'CKV_AZURE_153'],
    AzTS: ['Azure_AppService_DP_Dont_Allow_HTTP_Access'],
    azqr: ['app-007', 'func-007', 'logics-007'],
  },
  leaf: 'httpsOnly',
  value: true,
  whenUnset: false,
  right: 'The app redirects HTTP to HTTPS',
  wrong: () => 'The app answers plain HTTP (httpsOnly is not true).',
  azurerm: { https_only: true },
});
