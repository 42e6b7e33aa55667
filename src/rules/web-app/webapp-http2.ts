import { siteOf } from '../../domain/resources/hosting.ts';
import { notApplicable, unreadResult } from '../../domain/rules/rule.ts';
import { renegotiates } from '../checks/app-service/client-certificates.ts';
import { WEB_CONFIG } from '../checks/app-service/web-config.ts';
import { truthOf } from '../checks/documents/leaves.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(WEB_CONFIG, {
  id: 'webapp-http2',
  title: 'HTTP/2 is enabled',
  why: 'HTTP/2 sends many requests over one connection, with smaller headers, and its clients speak modern TLS only.',
  fix: 'Sets `http20Enabled` of the configuration to true.',
  risk: 'Clients that know only HTTP/1.1 keep it, but apps that request a certificate during a connection break, and so do some proxies for gRPC and WebSockets.',
  differs:
    'Others ask for HTTP/2 on every app. HTTP/2 cannot request a certificate during a connection (`OptionalInteractiveUser`, or paths without one), so such an app is excluded.',
  harm: 'lost-traffic',
  severity: 'low',
  profile: 'strict',
  references: {
    'Azure Policy': ['8c122334-9d20-4eb8-89ea-ac9a705b74ae'],
    'Azure Policy (slots)': ['4dcfb8b5-05cd-4090-a931-2ec29057e1fc'],
    'CIS Foundations 1.3, 1.4, 2.0': ['9.9'],
    'CIS Foundations 2.1': ['9.8'],
    'CIS Foundations 3.0': ['9.10'],
    PSRule: ['Azure.AppService.HTTP2 (AZR-000078)'],
    Prowler: ['app_ensure_using_http20'],
    Checkov: ['CKV_AZURE_18', 'CKV_AZURE_67'],
  },
  leaf: 'http20Enabled',
  value: true,
  whenUnset: false,
  right: 'HTTP/2 is on',
  wrong: 'HTTP/2 is off',
  azurerm: { http2_enabled: true },
  except(snapshot) {
    const site = siteOf(snapshot);
    return site && renegotiates(site)
      ? notApplicable('The app asks for certificates in the middle of a connection, which HTTP/2 cannot.')
      : null;
  },
  refine(found, snapshot) {
    const site = siteOf(snapshot);
    if (!site) return unreadResult(snapshot, 'resource');
    // Without client certificates, no certificate can be requested in the middle of a connection.
    return truthOf(site.clientCertEnabled) === false ? { ...found, tier: 'safe' } : found;
  },
});
