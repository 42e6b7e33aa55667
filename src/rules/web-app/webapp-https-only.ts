/** A web app that answers plain HTTP sends whatever its visitors send in clear text. */
import * as z from 'zod';
import { compliant, defineRule, unknown } from '../../domain/rule.ts';
import { judgeSite } from '../hosting.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteSource } from '../sources.ts';
import { truthOf } from '../switch.ts';

const HTTPS_ONLY: Setting = { document: 'resource', path: '/properties/httpsOnly', to: true };

export const rule = defineRule({
  id: 'webapp-https-only',
  version: 1,
  title: 'Web app accepts HTTPS only',
  why: 'An app that answers plain HTTP shows cookies and content to whoever is on the line, and lets them be changed.',
  fix: 'Sets `httpsOnly` of the site to true.',
  risk: 'Clients, probes and origins that speak HTTP only get a redirect, and a POST body is lost on the way.',
  severity: 'high',
  tier: 'safe',
  profile: 'baseline',
  kind: 'web-app',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
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
  }),
  check(snapshot) {
    return judgeSite(snapshot, ({ httpsOnly }) => {
      const only = truthOf(httpsOnly ?? false);
      if (only === null) return unknown('httpsOnly is neither true nor false.');
      if (only) return compliant('The app redirects HTTP to HTTPS.');
      return {
        verdict: 'violation',
        reason: 'The app answers plain HTTP (httpsOnly is not true).',
        changes: [{ document: 'resource', path: '/properties/httpsOnly', from: httpsOnly ?? null, to: true }],
      };
    });
  },
  source: (changes) => siteSource(settingsOf(changes, HTTPS_ONLY), { https_only: true }),
});
