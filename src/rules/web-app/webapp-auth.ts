import { defineRule } from '../../domain/rules/rule.ts';
import { judgeWhereverHosted } from '../checks/app-service/hosting.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { judgeAuthentication, siteAuthSource } from '../checks/identity/easy-auth.ts';
import { Block, type Body, Expression } from '../declare/printers.ts';

/** Recommended where no provider is registered. */
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
  title: 'App Service authentication (Easy Auth) is enabled and enforced',
  why: 'Authentication in front of the app refuses unknown callers before they reach its code, also when the code has no check.',
  fix: 'Writes the authentication settings unchanged, except for `platform.enabled`, which becomes true.',
  risk: 'Callers who are not signed in are redirected to the provider or refused; without a provider that would be every caller.',
  differs:
    'Azure Policy and Prowler pass as soon as authentication is on. Here a provider must also be registered, because nobody can sign in without one. When anonymous requests reach the app, the reason says so.',
  severity: 'medium',
  documents: ['resource', 'config/authsettingsV2'],
  writes: ['config/authsettingsV2'],
  references: {
    'Azure Policy': ['95bccee9-a7f8-4bec-9ee9-62c3473701fc'],
    MCSB: ['IM-1'],
    'CIS Foundations 1.3, 1.4, 2.0, 2.1': ['9.1'],
    'CIS Foundations 3.0': ['9.2'],
    Prowler: ['app_ensure_auth_is_set_up'],
    Checkov: ['CKV_AZURE_13', 'CKV_AZURE_56'],
  },
  check: (snapshot) =>
    judgeWhereverHosted(snapshot, () =>
      checkProperties(snapshot, 'config/authsettingsV2', (properties) =>
        judgeAuthentication('config/authsettingsV2', properties),
      ),
    ),
  source: (changes) =>
    siteAuthSource(
      { platform: { enabled: true }, ...(changes.length > 0 ? {} : PROVIDER) },
      { auth_enabled: true, ...(changes.length > 0 ? {} : PROVIDER_OF_AZURERM), login: new Block({}) },
    ),
});
