import { defineRule } from '../../domain/rules/rule.ts';
import { asksForMoreTls, judgeTlsVersion, tlsParameters } from '../checks/app-service/tls-version.ts';
import { WEB_CONFIG_DOCUMENTS } from '../checks/app-service/web-config.ts';
import { type Setting, settingsOf, siteConfigSource, valueSet } from '../declare/declarations.ts';

const MINIMUM: Setting = { document: 'config/web', path: '/properties/minTlsVersion', to: '1.2' };

export const rule = defineRule({
  id: 'webapp-min-tls',
  title: 'Minimum inbound TLS version is 1.2 or higher',
  why: 'An attacker on the network can break TLS 1.0 and 1.1.',
  fix: 'Sets `minTlsVersion` of the configuration to the minimum, never below the current value.',
  risk: 'Clients that speak only TLS 1.0 or 1.1 (old Java 7, .NET before 4.6, Windows 7 as shipped) can no longer connect.',
  differs:
    "The newest Azure Policy writes 1.3. Plumbline writes 1.2, the platform's default, because that breaks no app that works with the default; with the parameter `minimum` set to 1.3 the fix needs an approval.",
  harm: 'invisible',
  severity: 'high',
  tier: 'safe',
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: tlsParameters,
  isStricter: asksForMoreTls,
  references: {
    'Azure Policy': ['f0e6e85b-9b9f-4a4b-b67b-f730d42f1b0b'],
    'Azure Policy (slots)': ['4ee5b817-627a-435a-8932-116193268172'],
    'Azure Policy (fix)': ['ae44c1d1-0df2-4ca9-98fa-a3d3ae5b409d'],
    'Azure Policy (fix, slots)': ['014664e7-e348-41a3-aeb9-566e4ff6a9df'],
    MCSB: ['DP-3', 'NS-8'],
    'CIS Foundations 1.3, 1.4, 2.0, 2.1': ['9.3'],
    'CIS Foundations 3.0': ['9.4'],
    PSRule: ['Azure.AppService.MinTLS (AZR-000073)'],
    Prowler: ['app_minimum_tls_version_12'],
    Checkov: ['CKV_AZURE_15', 'CKV_AZURE_145', 'CKV_AZURE_154'],
    AzTS: ['Azure_AppService_DP_Use_Secure_TLS_Version'],
  },
  check: (snapshot, parameters) => judgeTlsVersion(snapshot, 'minTlsVersion', parameters),
  source: (changes) =>
    siteConfigSource(settingsOf(changes, MINIMUM), { minimum_tls_version: valueSet(changes, MINIMUM) }),
});
