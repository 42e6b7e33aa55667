// Builders of a subscription and its groups. Options that are absent have compliant values: the activity log is
// exported, the plans of Defender are bought, and the cloud security benchmark is assigned from above.

import { subscriptionId, tenantId } from '../identity/directory.ts';
import type { JsonObject } from '../json/json.ts';
import type { ResourceSeed } from './resource-seed.ts';
import { createSeed, type ResourceOptions, workspaceId } from './resource-seed.ts';

export interface SubscriptionOptions extends Omit<ResourceOptions, 'name'> {
  /** Plans of Defender; default `Standard`. */
  pricings?: Partial<Record<'AppServices' | 'Containers' | 'CloudPosture', 'Free' | 'Standard'>>;
}

export function subscription(options: SubscriptionOptions = {}): ResourceSeed {
  const number = options.subscription ?? subscriptionId;
  const id = `/subscriptions/${number}`;
  const pricings = { AppServices: 'Standard', Containers: 'Standard', CloudPosture: 'Standard', ...options.pricings };
  const plans = Object.entries(pricings).map(([plan, tier]) => [`pricings/${plan}`, rawPricing(id, plan, tier)]);
  const more = {
    diagnostics: { 'activity-log': activityLogTo(workspaceId) },
    access: [
      { role: 'Owner' as const, to: { type: 'group' as const, objectId: '00000000-0000-4000-8000-000000000401' } },
    ],
  };
  return createSeed(
    id,
    { name: number, ...more, ...options },
    {
      resource: {
        id,
        authorizationSource: 'RoleBased',
        managedByTenants: [],
        ...(options.tags && { tags: options.tags }),
        subscriptionId: number,
        tenantId,
        displayName: 'Shop',
        state: 'Enabled',
        subscriptionPolicies: {
          locationPlacementId: 'Internal_2014-09-01',
          quotaId: 'EnterpriseAgreement_2014-09-01',
          spendingLimit: 'Off',
        },
      },
      policyAssignments: { value: [inheritedBenchmark()] },
      ...Object.fromEntries(plans),
    },
  );
}

export function resourceGroup(options: ResourceOptions): ResourceSeed {
  const id = `/subscriptions/${options.subscription ?? subscriptionId}/resourceGroups/${options.name}`;
  return createSeed(id, options, {
    resource: {
      id,
      name: options.name,
      type: 'Microsoft.Resources/resourceGroups',
      location: 'westeurope',
      tags: options.tags ?? {},
      properties: { provisioningState: 'Succeeded' },
    },
  });
}

/** What sends the activity log to a workspace, in all of its categories but those that are left out. */
export function activityLogTo(workspace: string, leftOut: readonly string[] = []): JsonObject {
  const all = [
    'Administrative',
    'Security',
    'ServiceHealth',
    'Alert',
    'Recommendation',
    'Policy',
    'Autoscale',
    'ResourceHealth',
  ];
  return { workspaceId: workspace, logs: all.map((category) => ({ category, enabled: !leftOut.includes(category) })) };
}

function rawPricing(id: string, plan: string, pricingTier: string): JsonObject {
  return {
    id: `${id}/providers/Microsoft.Security/pricings/${plan}`,
    name: plan,
    type: 'Microsoft.Security/pricings',
    properties: {
      ...(pricingTier === 'Standard' && { enablementTime: '2026-01-12T09:30:00.4166667Z' }),
      pricingTier,
      freeTrialRemainingTime: pricingTier === 'Standard' ? 'PT0S' : 'P30D',
    },
  };
}

/** The initiative of the Microsoft cloud security benchmark, assigned to a management group above. */
function inheritedBenchmark(): JsonObject {
  const scope = '/providers/Microsoft.Management/managementGroups/contoso';
  return {
    sku: { name: 'A0', tier: 'Free' },
    properties: {
      displayName: 'Microsoft cloud security benchmark',
      policyDefinitionId:
        '/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8',
      scope,
      notScopes: [],
      parameters: {},
      enforcementMode: 'Default',
      nonComplianceMessages: [],
    },
    id: `${scope}/providers/Microsoft.Authorization/policyAssignments/security-benchmark`,
    type: 'Microsoft.Authorization/policyAssignments',
    name: 'security-benchmark',
  };
}
