/**
 * The verdicts of every rule on an ordinary web app of each kind, and on an ordinary plan of each tier. A violation
 * must be something to act on, so a feature that a kind or a plan does not have is no violation. One column for each:
 * c is compliant, V a violation, - not applicable and ? unknown.
 */
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../src/domain/rules/rule.ts';
import { ORDINARY } from '../fixtures/ordinary-web-apps.ts';
import { PLAN_ID, plan, sku } from '../fixtures/plan.ts';
import { evaluationsOf, verdictsOf } from './verdicts.ts';

const KINDS: readonly (keyof typeof ORDINARY)[] = [
  'web app on Windows',
  'web app on Linux',
  'web app on Linux in a container',
  'web app on Windows in a container',
  'web app on a free plan',
  'slot',
  'function app on Consumption',
  'function app on Consumption, on Linux',
  'function app on Flex Consumption',
  'function app on Premium',
  'function app on a dedicated plan',
  'function app hosted on Container Apps',
  'logic app',
  'web app on Azure Arc',
];

const OF_APPS = `
webapp-access-restrict          V  V  V  V  V  V  V  V  V  V  V  -  V  -
webapp-alerts                   V  V  V  V  V  V  V  V  V  V  V  V  V  V
webapp-always-on                c  c  c  c  -  c  -  -  -  -  -  -  -  -
webapp-app-insights             ?  ?  ?  ?  ?  ?  ?  ?  ?  ?  ?  ?  ?  ?
webapp-arr-affinity             V  V  V  V  V  V  c  c  c  c  c  -  c  -
webapp-auth                     V  V  V  V  V  V  V  V  V  V  V  V  V  -
webapp-auto-heal                V  V  V  V  -  V  -  -  -  V  V  -  V  -
webapp-backup                   ?  ?  ?  ?  -  ?  -  -  -  -  ?  -  -  -
webapp-backup-health            -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-certificate-expiry       -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-client-cert              V  V  V  V  -  V  -  -  -  V  V  -  V  -
webapp-cors-wildcard            c  c  c  c  c  c  c  c  c  c  c  -  c  -
webapp-custom-domain-tls        -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-deployment-slot          V  V  V  V  -  -  V  V  -  V  V  -  V  -
webapp-detailed-error-logs      V  -  -  -  V  -  -  -  -  -  -  -  -  -
webapp-diagnostics              V  V  V  V  V  V  V  V  V  V  V  -  V  -
webapp-direct-role-assignments  c  c  c  c  c  c  c  c  c  c  c  c  c  c
webapp-end-to-end-tls           V  V  V  V  -  V  -  -  -  -  V  -  -  -
webapp-failed-request-tracing   V  -  -  -  V  -  -  -  -  -  -  -  -  -
webapp-ftp-basic-auth           c  c  c  c  c  c  c  c  c  c  c  -  c  -
webapp-ftps-only                c  c  c  c  c  c  c  c  c  c  c  -  c  -
webapp-health-check             V  V  V  V  V  V  -  -  -  V  V  -  V  -
webapp-http2                    V  V  V  V  V  V  V  V  V  V  V  -  V  -
webapp-https-only               c  c  c  c  c  c  c  c  c  c  c  -  c  -
webapp-isolated-plan            -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-key-vault-references     -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-managed-identity         V  V  V  V  V  V  V  V  V  V  V  V  V  -
webapp-min-tls                  c  c  c  c  c  c  c  c  c  c  c  -  c  -
webapp-private-endpoint         V  V  V  V  -  V  -  -  V  V  V  -  V  -
webapp-public-network           -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-registry-identity        -  -  V  V  -  -  -  -  -  -  -  -  -  -
webapp-remote-debugging         c  c  c  c  c  c  c  c  c  c  c  -  c  -
webapp-required-tags            -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-runtime                  c  c  -  -  ?  c  ?  c  c  ?  c  -  ?  -
webapp-scm-access-restrict      V  V  V  V  V  V  V  V  V  V  V  -  V  -
webapp-scm-basic-auth           c  c  c  c  c  c  c  c  c  c  c  -  c  -
webapp-scm-min-tls              c  c  c  c  c  c  c  c  c  c  c  -  c  -
webapp-ssh                      -  V  V  ?  -  V  -  -  -  -  V  -  -  -
webapp-tls-cipher               c  c  c  c  -  c  c  c  c  c  c  -  c  -
webapp-token-store              -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-vnet-config-routing      -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-vnet-integration         V  V  V  V  -  V  -  -  V  V  V  -  V  -
webapp-vnet-route-all           -  -  -  -  -  -  -  -  -  -  -  -  -  -
webapp-waf                      V  V  V  V  V  V  V  V  V  V  V  -  V  -
webapp-websockets               c  -  -  c  c  -  c  -  -  c  -  -  c  -
`;

const TIERS = [
  ['F1', 'Free'],
  ['D1', 'Shared'],
  ['B1', 'Basic'],
  ['S1', 'Standard'],
  ['P1v2', 'PremiumV2'],
  ['P1v3', 'PremiumV3'],
  ['P1v4', 'PremiumV4'],
  ['I1v2', 'IsolatedV2'],
  ['Y1', 'Dynamic'],
  ['FC1', 'FlexConsumption'],
  ['EP1', 'ElasticPremium'],
  ['WS1', 'WorkflowStandard'],
] as const;

/** With one instance each, in a region with zones. */
const OF_PLANS = `
plan-instances                  V  V  V  V  V  V  V  V  -  -  -  -
plan-production-tier            V  V  V  c  c  c  c  c  -  -  -  -
plan-zone-redundant             -  -  -  -  V  V  V  V  -  V  V  V
`;

const VERDICTS: Readonly<Record<string, Verdict>> = {
  c: 'compliant',
  V: 'violation',
  '-': 'not-applicable',
  '?': 'unknown',
};

/** The verdicts of one column by rule. */
function column(table: string, index: number): Record<string, Verdict | undefined> {
  const rows = table
    .trim()
    .split('\n')
    .map((row) => row.split(/\s+/));
  return Object.fromEntries(rows.map(([rule = '', ...letters]) => [rule, VERDICTS[letters[index] ?? '']]));
}

describe('the verdicts of every rule on an ordinary', () => {
  test.each(KINDS.map((kind, index) => [kind, index] as const))('%s', (kind, index) => {
    expect(verdictsOf(ORDINARY[kind])).toEqual(column(OF_APPS, index));
  });

  test('app of each kind has a column', () => {
    expect([...KINDS].sort()).toEqual(Object.keys(ORDINARY).sort());
  });

  test.each(TIERS.map(([name, tier], index) => [tier, name, index] as const))(
    'plan of the tier %s',
    (tier, name, index) => {
      const documents = { resource: plan(sku(name, tier, 1)) };
      expect(verdictsOf({ id: PLAN_ID, documents })).toEqual(column(OF_PLANS, index));
    },
  );

  test.each(['function app hosted on Container Apps', 'web app on Azure Arc'] as const)(
    '%s has no offered change',
    (kind) => {
      expect(evaluationsOf(ORDINARY[kind]).flatMap(({ changes }) => changes)).toEqual([]);
    },
  );
});
