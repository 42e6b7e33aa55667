import { isObject, type JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, violation } from '../../domain/rules/rule.ts';
import { judgeWebConfig } from '../checks/app-service/web-config.ts';
import { allowing, restrictionsIn } from '../checks/network/access-restrictions.ts';
import { judgeReach, reachOfSite, SITE_REACH_DOCUMENTS } from '../checks/network/reach.ts';
import { siteWith } from '../declare/declarations.ts';
import { Block, Expression } from '../declare/printers.ts';

const FRONT_DOOR = 'AzureFrontDoor.Backend';
const PROFILE = 'x-azure-fdid';

export const rule = defineAdvice({
  id: 'webapp-waf',
  title: 'Public apps accept traffic only from Front Door or an Application Gateway with a firewall',
  why: 'A firewall in front of an app helps only when it cannot be bypassed, and the address of an app is not secret.',
  risk: 'It needs a Front Door or a gateway first; callers that use the address of the app directly can no longer connect.',
  differs:
    'MCSB requires a firewall and does not say how an app shows that it has one. Here only a pinned Front Door counts: the rules of the app do not show whether a gateway in a subnet has a firewall, so such an app is reported, too.',
  severity: 'medium',
  profile: 'strict',
  documents: SITE_REACH_DOCUMENTS,
  references: { MCSB: ['NS-6'] },
  check: (snapshot) =>
    judgeWebConfig(snapshot, (properties) => {
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
    }),
  source: () => {
    const pinned = new Expression('azurerm_cdn_frontdoor_profile.edge.resource_guid');
    const door = { name: 'front-door', priority: 100, action: 'Allow' };
    const headers = { [PROFILE]: [new Expression('frontDoorId')] };
    const siteConfig = {
      ipSecurityRestrictionsDefaultAction: 'Deny',
      ipSecurityRestrictions: [{ ...door, tag: 'ServiceTag', ipAddress: FRONT_DOOR, headers }],
    };
    const restriction = { ...door, service_tag: FRONT_DOOR, headers: new Block({ x_azure_fdid: [pinned] }) };
    return siteWith(
      { properties: { siteConfig } },
      {
        site_config: new Block({
          ip_restriction_default_action: 'Deny',
          ip_restriction: new Block(restriction),
        }),
      },
    );
  },
});

/** The name is always a service tag, whether or not `tag` is set. */
function isFrontDoor({ ipAddress }: JsonObject): boolean {
  const addresses = typeof ipAddress === 'string' ? ipAddress.split(',') : [];
  return addresses.some((one) => one.trim().toLowerCase() === FRONT_DOOR.toLowerCase());
}

/** All Front Doors send from the same addresses; only the header identifies the profile. */
function isPinned({ headers }: JsonObject): boolean {
  const [, ids] =
    Object.entries(isObject(headers) ? headers : {}).find(([name]) => name.toLowerCase() === PROFILE) ?? [];
  const listed = Array.isArray(ids) ? ids : [ids];
  return listed.length > 0 && listed.every((id) => typeof id === 'string' && id !== '');
}
