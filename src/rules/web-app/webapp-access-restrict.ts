import * as z from 'zod';
import { defineRule, violation } from '../../domain/rules/rule.ts';
import { judgeWebConfig } from '../checks/app-service/web-config.ts';
import { closing, restrictionBlocks } from '../checks/network/access-restrictions.ts';
import { allowedRanges } from '../checks/network/address-ranges.ts';
import { judgeReach, reachOfSite, SITE_REACH_DOCUMENTS } from '../checks/network/reach.ts';
import { type Setting, siteConfigSource } from '../declare/declarations.ts';

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
  title: 'Inbound access restrictions are configured for the main site',
  why: 'Access restrictions refuse unwanted callers before any code of the app runs.',
  fix: 'Sets the default action to `Deny` when rules already name the allowed callers. Otherwise it also adds the configured `allowedRanges` to the list.',
  risk: 'Callers that no rule names can no longer connect.',
  harm: '4xx',
  severity: 'medium',
  profile: 'strict',
  documents: SITE_REACH_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({
    allowedRanges: allowedRanges.describe(
      'The addresses that may reach an app whose own rules name none, in CIDR notation; without a value nothing is added.',
    ),
  }),
  // With ranges, violations that are advice otherwise have changes.
  isStricter: (parameters) => parameters.allowedRanges.length > 0,
  references: {
    MCSB: ['NS-2', 'NS-1', 'NS-6'],
    AzTS: ['Azure_AppService_AuthZ_Configure_IP_Restrictions'],
  },
  check: (snapshot, parameters) =>
    judgeWebConfig(snapshot, (properties) =>
      judgeReach(reachOfSite(snapshot), () => {
        const changes = closing(properties, parameters.allowedRanges);
        const advice = 'Say who may come in: take out rules for everyone, or set the parameter allowedRanges.';
        return violation(`Everyone reaches the app.${changes.length === 0 ? ` ${advice}` : ''}`, changes);
      }),
    ),
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
