/** Whom an app should answer, its access restrictions can say before any code of it runs. */
import * as z from 'zod';
import { defineRule } from '../../domain/rule.ts';
import { closing } from '../access-restrictions.ts';
import { restrictionBlocks } from '../access-restrictions-source.ts';
import { allowedRanges } from '../address-ranges.ts';
import { judgeReach, reachOfSite, SITE_REACH_DOCUMENTS } from '../reach.ts';
import { referencesOf } from '../references.ts';
import { type Setting, siteConfigSource } from '../sources.ts';
import { judgeWebConfig } from '../web-config.ts';

const LIST = '/properties/ipSecurityRestrictions';

const RECOMMENDED: readonly Setting[] = [
  { document: 'config/web', path: `${LIST}DefaultAction`, to: 'Deny' },
  {
    document: 'config/web',
    path: LIST,
    to: [{ name: 'office', priority: 100, action: 'Allow', ipAddress: '203.0.113.0/24' }],
  },
];

export const rule = defineRule({
  id: 'webapp-access-restrict',
  version: 1,
  title: 'Inbound access restrictions are configured for the main site',
  why: 'Whom an app should answer, its access restrictions can say before any code of it runs.',
  fix: 'Sets the default action to `Deny` where rules already name who comes in; where none do, adds the configured `allowedRanges` to the list as well.',
  risk: 'Everybody whom no rule names loses the app.',
  severity: 'medium',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: SITE_REACH_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({
    allowedRanges: allowedRanges.describe(
      'Who may reach an app whose own rules name nobody, in CIDR notation; without any nothing is added.',
    ),
  }),
  // Then it closes apps that would only have been advice.
  stricter: (parameters) => parameters.allowedRanges.length > 0,
  references: referencesOf({
    MCSB: ['NS-2', 'NS-1', 'NS-6'],
    AzTS: ['Azure_AppService_AuthZ_Configure_IP_Restrictions'],
  }),
  check(snapshot, parameters) {
    return judgeWebConfig(snapshot, (properties) =>
      judgeReach(reachOfSite(snapshot), () => {
        const changes = closing(properties, parameters.allowedRanges);
        const advice = 'Say who may come in: take out rules for everyone, or set the parameter allowedRanges.';
        const reason = `Everyone reaches the app.${changes.length === 0 ? ` ${advice}` : ''}`;
        return { verdict: 'violation', reason, changes };
      }),
    );
  },
  source(changes) {
    const settings = changes.length > 0 ? changes : RECOMMENDED;
    const list = settings.find(({ path }) => path === LIST);
    const denies = settings.some(({ path }) => path !== LIST);
    return siteConfigSource(settings, {
      ...(denies ? { ip_restriction_default_action: 'Deny' } : {}),
      ...(list ? { ip_restriction: restrictionBlocks(list.to) } : {}),
    });
  },
});
