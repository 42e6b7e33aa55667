import type { JsonObject } from '../../domain/resources/json.ts';
import { type CheckResult, defineRule, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeWebConfig, webConfigChange } from '../checks/app-service/web-config.ts';
import { admittedBy, namesCallers, restrictionsIn } from '../checks/network/access-restrictions.ts';
import { judgeReach, reachOfSite, SITE_REACH_DOCUMENTS } from '../checks/network/reach.ts';
import { type Setting, settingsOf, siteConfigSource } from '../declare/declarations.ts';

const USE_MAIN = 'scmIpSecurityRestrictionsUseMain';
const USES_MAIN: Setting = { document: 'config/web', path: `/properties/${USE_MAIN}`, to: true };

export const rule = defineRule({
  id: 'webapp-scm-access-restrict',
  title: 'Inbound access restrictions are configured for the SCM site',
  why: 'The SCM site shows files, settings and a console of the app. Everyone with a credential can use it from anywhere.',
  fix: 'Sets `scmIpSecurityRestrictionsUseMain` to true, when the restrictions of the main site are compliant and those of the SCM site name no caller.',
  risk: 'Hosted build agents and other deployments from addresses that the main site does not allow can no longer connect.',
  harm: 'invisible',
  severity: 'medium',
  profile: 'strict',
  documents: SITE_REACH_DOCUMENTS,
  writes: ['config/web'],
  references: {
    MCSB: ['NS-2'],
    AzTS: ['Azure_AppService_AuthZ_Configure_IP_Restrictions'],
  },
  check: (snapshot) =>
    judgeWebConfig(snapshot, (properties) => {
      const usesMain = properties[USE_MAIN] ?? false;
      const reach = reachOfSite(snapshot, usesMain === true ? 'main' : 'scm');
      if (typeof usesMain !== 'boolean' && reach.who !== 'private') {
        return unknown('Whether the SCM site uses the rules of the main site is not known.');
      }
      return judgeReach(reach, () => judgeOpen(properties, usesMain === true));
    }),
  source: (changes) => siteConfigSource(settingsOf(changes, USES_MAIN), { scm_use_main_ip_restriction: true }),
});

function judgeOpen(properties: JsonObject, usesMain: boolean): CheckResult {
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

function open(also: string, changes: Extract<CheckResult, { verdict: 'violation' }>['changes']): CheckResult {
  return violation(`Everyone reaches the SCM site. ${also}`, changes);
}
