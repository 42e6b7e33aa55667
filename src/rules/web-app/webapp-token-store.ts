import { compliant, defineRule, violation } from '../../domain/rules/rule.ts';
import { judgeWhereverHosted } from '../checks/app-service/hosting.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { judgeTokenStore, siteAuthSource, tokenStoreSwitchedOn } from '../checks/identity/easy-auth.ts';
import { Block } from '../declare/printers.ts';

export const rule = defineRule({
  id: 'webapp-token-store',
  title: 'The Easy Auth token store is on where authentication is on',
  why: 'The token store encrypts, keeps and renews the tokens of each session, so that the app does not store them itself.',
  fix: 'Writes the authentication settings unchanged, except for `login.tokenStore.enabled`, which becomes true.',
  risk: 'The app restarts, and its tokens are then stored in its own file storage.',
  differs:
    'The schema of the settings and azurerm have off as the default. Here a store without a setting passes: App Service has one as soon as authentication is on.',
  severity: 'info',
  profile: 'strict',
  documents: ['resource', 'config/authsettingsV2'],
  writes: ['config/authsettingsV2'],
  references: { guide: ['Secure your Azure App Service deployment'] },
  check: (snapshot) =>
    judgeWhereverHosted(snapshot, () =>
      checkProperties(snapshot, 'config/authsettingsV2', (properties) =>
        judgeTokenStore(properties, (enabled) => {
          if (enabled === true) return compliant('The token store is on.');
          if (enabled === null) return compliant('Nothing is said of the token store, which is on by default.');
          return violation('Authentication is on, and the token store is off.', [
            tokenStoreSwitchedOn('config/authsettingsV2', enabled),
          ]);
        }),
      ),
    ),
  source: () =>
    siteAuthSource(
      { login: { tokenStore: { enabled: true } } },
      { auth_enabled: true, login: new Block({ token_store_enabled: true }) },
    ),
});
