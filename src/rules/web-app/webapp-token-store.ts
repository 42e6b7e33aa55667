/** Without a token store an app that signs people in has to keep their tokens itself. */
import * as z from 'zod';
import { compliant, defineRule, judgeProperties } from '../../domain/rule.ts';
import { judgeTokenStore, tokenStoreSwitchedOn } from '../easy-auth.ts';
import { siteAuthSource } from '../easy-auth-source.ts';
import { judgeWhereverHosted } from '../hosting.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';

export const rule = defineRule({
  id: 'webapp-token-store',
  version: 1,
  title: 'The Easy Auth token store is on where authentication is on',
  why: 'The token store keeps the tokens of each session encrypted and renews them, so that the app does not keep them itself.',
  fix: 'Puts the authentication settings as they are, with `login.tokenStore.enabled` true.',
  risk: 'The app restarts, and from then on its tokens are kept in its own file storage.',
  differs:
    'The schema of the settings and azurerm give off as the default. Here a store of which nothing is said passes: App Service has one as soon as authentication is on.',
  severity: 'info',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: ['resource', 'config/authsettingsV2'],
  writes: ['config/authsettingsV2'],
  parameters: z.object({}),
  references: referencesOf({ guide: ['Secure your Azure App Service deployment'] }),
  check(snapshot) {
    return judgeWhereverHosted(snapshot, () =>
      judgeProperties(snapshot, 'config/authsettingsV2', (properties) =>
        judgeTokenStore(properties, (enabled) => {
          if (enabled === true) return compliant('The token store is on.');
          if (enabled === null) return compliant('Nothing is said of the token store, which is on by default.');
          return {
            verdict: 'violation',
            reason: 'Authentication is on, and the token store is off.',
            changes: [tokenStoreSwitchedOn('config/authsettingsV2', enabled)],
          };
        }),
      ),
    );
  },
  source: () =>
    siteAuthSource(
      { login: { tokenStore: { enabled: true } } },
      { auth_enabled: true, login: new Block({ token_store_enabled: true }) },
    ),
});
