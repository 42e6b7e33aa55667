/** HTTP/2 sends many requests over one connection, with smaller headers. */
import * as z from 'zod';
import { siteOf } from '../../domain/hosting.ts';
import { defineRule, notApplicable, notRead } from '../../domain/rule.ts';
import { renegotiates } from '../client-certificates.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { judgeSwitch, truthOf } from '../switch.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS } from '../web-config.ts';

const ON: Setting = { document: 'config/web', path: '/properties/http20Enabled', to: true };

export const rule = defineRule({
  id: 'webapp-http2',
  version: 1,
  title: 'HTTP/2 is enabled',
  why: 'HTTP/2 sends many requests over one connection, with smaller headers, and its clients speak modern TLS only.',
  fix: 'Sets `http20Enabled` of the configuration to true.',
  risk: 'Clients that know only HTTP/1.1 keep it, but apps that ask for a certificate in the middle of a connection break, and so do some proxies for gRPC and WebSockets.',
  differs:
    'Others ask for HTTP/2 on every app. Where a certificate is asked for in the middle of a connection (`OptionalInteractiveUser`, or paths without one), HTTP/2 cannot do it, so such an app is left alone.',
  severity: 'low',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['8c122334-9d20-4eb8-89ea-ac9a705b74ae'],
    'Azure Policy (slots)': ['4dcfb8b5-05cd-4090-a931-2ec29057e1fc'],
    'CIS Foundations 1.3, 1.4, 2.0': ['9.9'],
    'CIS Foundations 2.1': ['9.8'],
    'CIS Foundations 3.0': ['9.10'],
    PSRule: ['Azure.AppService.HTTP2 (AZR-000078)'],
    Prowler: ['app_ensure_using_http20'],
    Checkov: ['CKV_AZURE_18', 'CKV_AZURE_67'],
  }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) => {
      const site = siteOf(snapshot);
      if (site && renegotiates(site)) {
        return notApplicable('The app asks for certificates in the middle of a connection, which HTTP/2 cannot.');
      }
      const judgement = judgeSwitch(properties, {
        document: 'config/web',
        name: 'http20Enabled',
        wanted: true,
        otherwise: false,
        right: 'HTTP/2 is on',
        wrong: 'HTTP/2 is off',
      });
      if (judgement.verdict !== 'violation') return judgement;
      if (!site) return notRead(snapshot, 'resource');
      // Where nobody asks for certificates, nothing can ask for one at the wrong moment.
      return truthOf(site.clientCertEnabled) === false ? { ...judgement, tier: 'safe' } : judgement;
    });
  },
  source: (changes) => siteConfigSource(settingsOf(changes, ON), { http2_enabled: true }),
});
