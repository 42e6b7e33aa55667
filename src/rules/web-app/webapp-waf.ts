/** A firewall before an app helps only when nobody can walk around it. */
import { isObject, type JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, type Judgement } from '../../domain/rule.ts';
import { allowing, restrictionsIn } from '../access-restrictions.ts';
import { judgeReach, reachOfSite, SITE_REACH_DOCUMENTS } from '../reach.ts';
import { referencesOf } from '../references.ts';
import { Block, declared, Expression } from '../source-lines.ts';
import { siteDeclaration } from '../sources.ts';
import { judgeWebConfig } from '../web-config.ts';

const FRONT_DOOR = 'AzureFrontDoor.Backend';
const PROFILE = 'x-azure-fdid';

export const rule = defineAdvice({
  id: 'webapp-waf',
  version: 1,
  title: 'Public apps accept traffic only from Front Door or an Application Gateway with a firewall',
  why: 'A firewall before an app helps only when nobody can walk around it, and the address of an app is no secret.',
  risk: 'It needs a Front Door or a gateway first; callers that know only the address of the app lose it.',
  differs:
    'MCSB asks for a firewall and does not say by what an app shows that it has one. Here only a Front Door that is pinned counts: whether a gateway that stands in a subnet has a firewall, the rules of the app do not show, so such an app is reported, too.',
  severity: 'medium',
  profile: 'strict',
  kind: 'web-app',
  documents: SITE_REACH_DOCUMENTS,
  references: referencesOf({ MCSB: ['NS-6'] }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) => {
      const reach = reachOfSite(snapshot);
      const restrictions = reach.who === 'named' ? restrictionsIn(properties, 'main') : null;
      if (!restrictions) return judgeReach(reach, () => violation('Everyone reaches the app, past any firewall.'));
      const doors = allowing(restrictions).filter(isFrontDoor);
      if (doors.length === 0) {
        return violation(
          'No rule lets a Front Door in; whether a gateway with a firewall stands before the app, its rules do not show.',
        );
      }
      return doors.every(isPinned)
        ? compliant('Of all Front Doors only its own comes in.')
        : violation("Anyone's Front Door gets in: a rule lets all of them in and asks for no x-azure-fdid.");
    });
  },
  source: () => {
    const pinned = new Expression('azurerm_cdn_frontdoor_profile.edge.resource_guid');
    const door = { name: 'front-door', priority: 100, action: 'Allow' };
    return declared({
      ...siteDeclaration([], {
        site_config: new Block({
          ip_restriction_default_action: 'Deny',
          ip_restriction: new Block({
            ...door,
            service_tag: FRONT_DOOR,
            headers: new Block({ x_azure_fdid: [pinned] }),
          }),
        }),
      }),
      body: {
        properties: {
          siteConfig: {
            ipSecurityRestrictionsDefaultAction: 'Deny',
            ipSecurityRestrictions: [
              {
                ...door,
                tag: 'ServiceTag',
                ipAddress: FRONT_DOOR,
                headers: { [PROFILE]: [new Expression('frontDoorId')] },
              },
            ],
          },
        },
      },
    });
  },
});

function violation(reason: string): Judgement {
  return { verdict: 'violation', reason, changes: [] };
}

/** The name can be nothing but a service tag, whether or not `tag` says that it is one. */
function isFrontDoor({ ipAddress }: JsonObject): boolean {
  const addresses = typeof ipAddress === 'string' ? ipAddress.split(',') : [];
  return addresses.some((one) => one.trim().toLowerCase() === FRONT_DOOR.toLowerCase());
}

/** Every Front Door of everyone sends from the same addresses; only the header says whose it is. */
function isPinned({ headers }: JsonObject): boolean {
  const [, ids] =
    Object.entries(isObject(headers) ? headers : {}).find(([name]) => name.toLowerCase() === PROFILE) ?? [];
  const listed = Array.isArray(ids) ? ids : [ids];
  return listed.length > 0 && listed.every((id) => typeof id === 'string' && id !== '');
}
