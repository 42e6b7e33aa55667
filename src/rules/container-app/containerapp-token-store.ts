import { valueAt } from '../../domain/changes/change.ts';
import type { JsonObject } from '../../domain/resources/json.ts';
import { stateOf } from '../../domain/resources/snapshot.ts';
import { compliant, defineAdvice, notApplicable, violation } from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { containerAuthSource, judgeTokenStore } from '../checks/identity/easy-auth.ts';

export const rule = defineAdvice({
  id: 'containerapp-token-store',
  title: 'The token store is on where authentication is on',
  why: 'The token store keeps and renews the tokens of each session, so that the app does not store them itself.',
  risk: 'Switching it on needs a storage account with a container of its own, and access of the app to it.',
  severity: 'info',
  profile: 'strict',
  documents: ['authConfigs/current'],
  references: {
    guide: ['Secure your Azure Container Apps deployment', 'Security overview in Azure Container Apps'],
  },
  check(snapshot) {
    if (stateOf(snapshot, 'authConfigs/current').status === 'missing') {
      return notApplicable('Authentication has never been configured.');
    }
    return checkProperties(snapshot, 'authConfigs/current', (properties) =>
      judgeTokenStore(properties, (enabled) => {
        if (enabled === true && hasContainer(properties)) return compliant('The token store is on.');
        const why = enabled === true ? 'has no blob container' : 'is off';
        return violation(`Authentication is on, and the token store ${why}.`);
      }),
    );
  },
  source: () =>
    containerAuthSource(
      { login: { tokenStore: { enabled: true, azureBlobStorage: { sasUrlSettingName: 'token-store-sas' } } } },
      true,
    ),
});

/** The container is named by a secret with its SAS URL, or by its URL for an identity of the app. */
function hasContainer(properties: JsonObject): boolean {
  return ['sasUrlSettingName', 'blobContainerUri'].some((name) => {
    const value = valueAt(properties, `/login/tokenStore/azureBlobStorage/${name}`);
    return typeof value === 'string' && value !== '';
  });
}
