/** Who reaches the SCM site can read the app's files and settings, and with a credential replace them. */
import * as z from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { defineRule, type Judgement, unknown } from '../../domain/rule.ts';
import { admittedBy, namesCallers, restrictionsIn } from '../access-restrictions.ts';
import { judgeReach, reachOfSite, SITE_REACH_DOCUMENTS } from '../reach.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { judgeWebConfig, webConfigChange } from '../web-config.ts';

const USE_MAIN = 'scmIpSecurityRestrictionsUseMain';
const USES_MAIN: Setting = { document: 'config/web', path: `/properties/${USE_MAIN}`, to: true };

export const rule = defineRule({
  id: 'webapp-scm-access-restrict',
  version: 1,
  title: 'Inbound access restrictions are configured for the SCM site',
  why: 'The SCM site shows files, settings and a console of the app; whoever has a credential can use it from anywhere.',
  fix: 'Sets `scmIpSecurityRestrictionsUseMain` to true, where the restrictions of the main site are in order and its own name nobody.',
  risk: 'Hosted build agents, and others that deploy from outside the addresses of the main site, are cut off.',
  severity: 'medium',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: SITE_REACH_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({}),
  references: referencesOf({
    MCSB: ['NS-2'],
    AzTS: ['Azure_AppService_AuthZ_Configure_IP_Restrictions'],
  }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) => {
      const usesMain = properties[USE_MAIN] ?? false;
      const reach = reachOfSite(snapshot, usesMain === true ? 'main' : 'scm');
      if (typeof usesMain !== 'boolean' && reach.who !== 'private') {
        return unknown('Whether the SCM site uses the rules of the main site is not known.');
      }
      return judgeReach(reach, () => judgeOpen(properties, usesMain === true));
    });
  },
  source: (changes) => siteConfigSource(settingsOf(changes, USES_MAIN), { scm_use_main_ip_restriction: true }),
});

function judgeOpen(properties: JsonObject, usesMain: boolean): Judgement {
  if (usesMain) return open('It uses the rules of the main site, which let everyone in.', []);
  const main = restrictionsIn(properties, 'main');
  if (!main || admittedBy(main) === 'everyone') {
    return open('Nor do the rules of the main site say who may come in.', []);
  }
  const own = restrictionsIn(properties, 'scm');
  if (own && namesCallers(own)) {
    return open('Its own rules name who may come in: set its default action to Deny.', []);
  }
  return open('The rules of the main site are in order.', [webConfigChange(properties, USE_MAIN, true)]);
}

function open(also: string, changes: Extract<Judgement, { verdict: 'violation' }>['changes']): Judgement {
  return { verdict: 'violation', reason: `Everyone reaches the SCM site. ${also}`, changes };
}
