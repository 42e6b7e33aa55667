/** Without a token store an app that signs people in has to keep their tokens itself. */
import { valueAt } from '../../domain/change.ts';
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, judgeProperties, notApplicable } from '../../domain/rule.ts';
import { stateOf } from '../../domain/snapshot.ts';
import { judgeTokenStore } from '../easy-auth.ts';
import { containerAuthSource } from '../easy-auth-source.ts';
import { referencesOf } from '../references.ts';

export const rule = defineAdvice({
  id: 'containerapp-token-store',
  version: 1,
  title: 'The token store is on where authentication is on',
  why: 'The token store keeps the tokens of each session and renews them, so that the app does not keep them itself.',
  risk: 'Switching it on needs a storage account with a container of its own, and access of the app to it.',
  severity: 'info',
  profile: 'strict',
  kind: 'container-app',
  documents: ['authConfigs/current'],
  references: referencesOf({
    guide: ['Secure your Azure Container Apps deployment', 'Security overview in Azure Container Apps'],
  }),
  check(snapshot) {
    if (stateOf(snapshot, 'authConfigs/current').status === 'missing') {
      return notApplicable('Authentication has never been configured.');
    }
    return judgeProperties(snapshot, 'authConfigs/current', (properties) =>
      judgeTokenStore(properties, (enabled) => {
        if (enabled === true && hasContainer(properties)) return compliant('The token store is on.');
        const why = enabled === true ? 'has no blob container' : 'is off';
        return { verdict: 'violation', reason: `Authentication is on, and the token store ${why}.`, changes: [] };
      }),
    );
  },
  source: () =>
    containerAuthSource(
      { login: { tokenStore: { enabled: true, azureBlobStorage: { sasUrlSettingName: 'token-store-sas' } } } },
      true,
    ),
});

/** By the name of the app's secret with its address, or by address for an identity of the app. */
function hasContainer(properties: JsonObject): boolean {
  return ['sasUrlSettingName', 'blobContainerUri'].some((name) => {
    const value = valueAt(properties, `/login/tokenStore/azureBlobStorage/${name}`);
    return typeof value === 'string' && value !== '';
  });
}
