import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-scm-access-restrict.ts';
import { ALLOW_ALL, accessRule, DENY_ALL } from '../fixtures/access-restrictions.ts';
import { connections } from '../fixtures/private-endpoints.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const config = (properties: JsonObject) => ({
  resource: site(),
  privateEndpointConnections: connections(SITE_ID),
  'config/web': webConfig({ scmIpSecurityRestrictions: [ALLOW_ALL], ...properties }),
});
const office = accessRule({});
const closedMain = { ipSecurityRestrictions: [office, DENY_ALL], ipSecurityRestrictionsDefaultAction: 'Deny' };
const useMain = (from: Json) =>
  ({ document: 'config/web', path: '/properties/scmIpSecurityRestrictionsUseMain', from, to: true }) as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'an approved private endpoint closes it where nothing else is said',
      documents: { ...config({}), privateEndpointConnections: connections(SITE_ID, 'Approved') },
    },
    {
      title: 'an approved private endpoint closes it, whichever rules it uses',
      documents: {
        ...config({ scmIpSecurityRestrictionsUseMain: 'x' }),
        privateEndpointConnections: connections(SITE_ID, 'Approved'),
      },
    },
    {
      title: 'first match: a rule for everyone that is never reached opens nothing',
      documents: config({
        scmIpSecurityRestrictions: [office, accessRule({ ipAddress: 'Any', action: 'Deny', priority: 200 }), ALLOW_ALL],
        scmIpSecurityRestrictionsDefaultAction: 'Allow',
      }),
    },
    {
      title: 'as above: publicNetworkAccess=Disabled',
      documents: config({ publicNetworkAccess: 'Disabled', scmIpSecurityRestrictionsUseMain: true }),
    },
    {
      title: 'as above: defaultAction=Deny with no allow-any rule',
      documents: config({
        scmIpSecurityRestrictions: [office, DENY_ALL],
        scmIpSecurityRestrictionsDefaultAction: 'Deny',
      }),
    },
    {
      title: 'as above: >=1 specific rule, no allow-any and defaultAction null',
      documents: config({ scmIpSecurityRestrictions: [office], scmIpSecurityRestrictionsDefaultAction: null }),
    },
    {
      title: 'or UseMain=true and the main site passes',
      documents: config({ ...closedMain, scmIpSecurityRestrictionsUseMain: true }),
    },
  ],
  violation: [
    {
      title: 'its own rules name callers whom those of the main site may leave out: advice',
      documents: config({
        ...closedMain,
        scmIpSecurityRestrictions: [accessRule({ name: 'agents', ipAddress: '198.51.100.0/24' }), ALLOW_ALL],
        scmIpSecurityRestrictionsDefaultAction: 'Allow',
      }),
      tier: 'advice',
      changes: [],
      reason: /set its default action to Deny/,
    },
    {
      title: 'several ranges that together are everyone',
      documents: config({
        ...closedMain,
        scmIpSecurityRestrictions: [accessRule({ ipAddress: '0.0.0.0/1,128.0.0.0/1' })],
        scmIpSecurityRestrictionsDefaultAction: 'Deny',
      }),
      tier: 'risky',
      changes: [useMain(false)],
    },
    {
      title: 'only when the main site passes',
      documents: config(closedMain),
      tier: 'risky',
      changes: [useMain(false)],
    },
    {
      title: 'only when the main site passes; null is off',
      documents: config({
        ...closedMain,
        scmIpSecurityRestrictionsUseMain: null,
        scmIpSecurityRestrictionsDefaultAction: 'Allow',
      }),
      tier: 'risky',
      changes: [useMain(null)],
      undo: false,
    },
    { title: 'else advice', documents: config({}), tier: 'advice', changes: [] },
    {
      title: 'else advice: the rules of the main site have a form that nobody knows',
      documents: config({ ipSecurityRestrictions: 'none' }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'UseMain=true: judge the main rules, not its own',
      documents: config({
        scmIpSecurityRestrictions: [office, DENY_ALL],
        scmIpSecurityRestrictionsDefaultAction: 'Deny',
        scmIpSecurityRestrictionsUseMain: true,
      }),
      tier: 'advice',
      changes: [],
      reason: /uses the rules of the main site/,
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: config(closedMain),
      tier: 'risky',
      changes: [useMain(false)],
    },
  ],
  notApplicable: [
    {
      title: 'hosted on Container Apps',
      documents: { ...config({}), resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'endpoints not read', documents: { resource: site(), 'config/web': webConfig({}) } },
    { title: 'not read', documents: { resource: site() } },
    { title: 'no list', documents: config({ ...closedMain, scmIpSecurityRestrictions: {} }) },
    {
      title: 'neither its own rules nor those of the main site',
      documents: config({ scmIpSecurityRestrictionsUseMain: 'x' }),
    },
  ],
});
