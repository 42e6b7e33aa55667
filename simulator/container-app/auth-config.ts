// Built-in authentication of a container app.
import type { JsonObject } from '../json/json.ts';
import { type EasyAuth, registration } from '../web-app/site-documents.ts';

/** The document authConfigs/current; undefined where nothing is configured. */
export function authConfig(app: string, auth: EasyAuth): JsonObject | undefined {
  if (auth === 'none') return undefined;
  return {
    id: `${app}/authConfigs/current`,
    name: 'current',
    type: 'Microsoft.App/containerapps/authconfigs',
    properties: {
      platform: { enabled: auth === 'on' },
      globalValidation: {
        unauthenticatedClientAction: 'RedirectToLoginPage',
        redirectToProvider: 'azureactivedirectory',
      },
      identityProviders: {
        azureActiveDirectory: {
          enabled: true,
          registration: registration('microsoft-provider-authentication-secret'),
          validation: { allowedAudiences: [] },
        },
      },
      login: { preserveUrlFragmentsForLogins: false },
    },
  };
}
