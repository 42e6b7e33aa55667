/** An app without built-in authentication leaves it to its own code to know who is asking. */
import * as z from 'zod';
import { defineRule, judgeProperties } from '../../domain/rule.ts';
import { judgeAuthentication } from '../easy-auth.ts';
import { siteAuthSource } from '../easy-auth-source.ts';
import { judgeWhereverHosted } from '../hosting.ts';
import { referencesOf } from '../references.ts';
import { Block, type Body, Expression } from '../source-lines.ts';

/** Where no provider is registered, switching it on is not enough. */
const PROVIDER: Body = {
  globalValidation: { requireAuthentication: true, unauthenticatedClientAction: 'RedirectToLoginPage' },
  identityProviders: {
    azureActiveDirectory: {
      enabled: true,
      registration: { clientId: new Expression('clientId'), openIdIssuer: new Expression('issuer') },
    },
  },
};
const PROVIDER_OF_AZURERM: Body = {
  require_authentication: true,
  unauthenticated_action: 'RedirectToLoginPage',
  active_directory_v2: new Block({
    client_id: new Expression('var.client_id'),
    tenant_auth_endpoint: new Expression('var.issuer'),
  }),
};

export const rule = defineRule({
  id: 'webapp-auth',
  version: 1,
  title: 'App Service authentication (Easy Auth) is enabled and enforced',
  why: 'Authentication in front of the app turns strangers away before they reach its code, whatever that forgets to check.',
  fix: 'Puts the authentication settings as they are, with `platform.enabled` true.',
  risk: 'Who calls the app without signing in is sent to the provider or refused; without a provider that would be everybody.',
  differs:
    'Azure Policy and Prowler pass as soon as authentication is on. Here a provider must be registered as well, for nobody can sign in without one. Where anonymous requests are let through to the app, the reason says so.',
  severity: 'medium',
  tier: 'risky',
  profile: 'baseline',
  kind: 'web-app',
  reversible: true,
  documents: ['resource', 'config/authsettingsV2'],
  writes: ['config/authsettingsV2'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['95bccee9-a7f8-4bec-9ee9-62c3473701fc'],
    MCSB: ['IM-1'],
    'CIS Foundations 1.3, 1.4, 2.0, 2.1': ['9.1'],
    'CIS Foundations 3.0': ['9.2'],
    Prowler: ['app_ensure_auth_is_set_up'],
    Checkov: ['CKV_AZURE_13', 'CKV_AZURE_56'],
  }),
  check(snapshot) {
    return judgeWhereverHosted(snapshot, () =>
      judgeProperties(snapshot, 'config/authsettingsV2', (properties) =>
        judgeAuthentication('config/authsettingsV2', properties),
      ),
    );
  },
  source: (changes) =>
    siteAuthSource(
      { platform: { enabled: true }, ...(changes.length > 0 ? {} : PROVIDER) },
      { auth_enabled: true, ...(changes.length > 0 ? {} : PROVIDER_OF_AZURERM), login: new Block({}) },
    ),
});
