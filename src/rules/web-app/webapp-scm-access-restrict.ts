/** Who reaches the SCM site can read the app's files and settings, and with a credential replace them. */
import * as z from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineRule, type Judgement, unknown } from '../../domain/rule.ts';
import { isRestricted, restrictionsIn } from '../access-restrictions.ts';
import { isOffPublicNetwork } from '../public-network.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS, webConfigChange } from '../web-config.ts';

const USE_MAIN = 'scmIpSecurityRestrictionsUseMain';
const USES_MAIN: Setting = { document: 'config/web', path: `/properties/${USE_MAIN}`, to: true };

export const rule = defineRule({
  id: 'webapp-scm-access-restrict',
  version: 1,
  title: 'Inbound access restrictions are configured for the SCM site',
  why: 'The SCM site shows files, settings and a console of the app; whoever has a credential can use it from anywhere.',
  fix: 'Sets `scmIpSecurityRestrictionsUseMain` to true, where the restrictions of the main site are in order.',
  risk: 'Hosted build agents, and others that deploy from outside the addresses of the main site, are cut off.',
  severity: 'medium',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({}),
  references: referencesOf({
    MCSB: ['NS-2'],
    AzTS: ['Azure_AppService_AuthZ_Configure_IP_Restrictions'],
  }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) =>
      isOffPublicNetwork(snapshot) ? compliant('The public network does not reach the SCM site.') : judge(properties),
    );
  },
  source: (changes) => siteConfigSource(settingsOf(changes, USES_MAIN), { scm_use_main_ip_restriction: true }),
});

function judge(properties: JsonObject): Judgement {
  const usesMain = properties[USE_MAIN] ?? false;
  if (typeof usesMain !== 'boolean')
    return unknown('Whether the SCM site uses the rules of the main site is not known.');
  const main = restrictionsIn(properties, 'main');
  const restrictions = usesMain ? main : restrictionsIn(properties, 'scm');
  if (!restrictions) return unknown('The access restrictions have a form that Plumbline does not know.');
  if (isRestricted(restrictions)) return compliant('Only those reach the SCM site whom a rule names.');
  if (usesMain) return open('It uses the rules of the main site, which let everyone in.', []);
  return main && isRestricted(main)
    ? open('The rules of the main site are in order.', [webConfigChange(properties, USE_MAIN, true)])
    : open('Nor do the rules of the main site say who may come in.', []);
}

function open(also: string, changes: Extract<Judgement, { verdict: 'violation' }>['changes']): Judgement {
  return { verdict: 'violation', reason: `Everyone reaches the SCM site. ${also}`, changes };
}
