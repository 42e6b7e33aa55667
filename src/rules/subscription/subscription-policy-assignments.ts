/** Azure Policy holds every app to its definitions, also those that nobody has made yet, where one is assigned. */
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { judgeList, propertiesOf } from '../listed.ts';
import { coversApps } from '../policy-definitions.ts';
import { referencesOf } from '../references.ts';
import { declared, Expression } from '../source-lines.ts';

const BENCHMARK = '/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8';

export const rule = defineAdvice({
  id: 'subscription-policy-assignments',
  version: 1,
  title: 'A built-in policy or initiative for Container Apps and App Service is assigned',
  why: 'Azure Policy holds every app to what is assigned, also those that nobody has made yet, and shows in Azure itself which ones are not as they should be.',
  risk: 'A definition that denies refuses deployments, so what is assigned, and where, is for those who govern the subscription to decide.',
  differs:
    'An assignment of another initiative does not count, even if it contains such definitions: what is in an initiative is not in the list of assignments.',
  severity: 'low',
  profile: 'strict',
  kind: 'subscription',
  documents: ['subscription/policyAssignments'],
  references: referencesOf({ MCSB: ['GS'] }),
  check(snapshot) {
    return judgeList(snapshot, 'subscription/policyAssignments', (assignments) => {
      const covering = assignments.filter(isCovering);
      if (covering.some((one) => !onlyLooks(one))) return compliant('A policy about apps is assigned.');
      if (covering.length > 0) {
        return compliant('A policy about apps is assigned in audit only (enforcementMode DoNotEnforce or Enroll).');
      }
      if (!assignments.every(saysOfWhat)) return unknown('A policy assignment does not say of what.');
      return {
        verdict: 'violation',
        reason:
          'Neither the Microsoft cloud security benchmark nor a built-in policy of the categories App Service or Container Apps is assigned.',
        changes: [],
      };
    });
  },
  source: () =>
    declared({
      type: 'Microsoft.Authorization/policyAssignments@2026-07-01',
      name: 'mcsb',
      body: { name: 'mcsb', properties: { policyDefinitionId: BENCHMARK } },
      azurerm: {
        resource: 'azurerm_subscription_policy_assignment',
        body: {
          name: 'mcsb',
          subscription_id: new Expression('data.azurerm_subscription.current.id'),
          policy_definition_id: BENCHMARK,
        },
      },
    }),
});

function isCovering(assignment: JsonObject): boolean {
  const { policyDefinitionId } = propertiesOf(assignment);
  return typeof policyDefinitionId === 'string' && coversApps(policyDefinitionId);
}

function saysOfWhat(assignment: JsonObject): boolean {
  return typeof propertiesOf(assignment).policyDefinitionId === 'string';
}

/**
 * Then it denies and changes nothing, and still shows what is wrong. With Enroll it does so only where somebody enrolls, which
 * the list of assignments does not tell: https://learn.microsoft.com/azure/governance/policy/concepts/enrollment-structure.
 */
function onlyLooks(assignment: JsonObject): boolean {
  const { enforcementMode } = propertiesOf(assignment);
  return typeof enforcementMode === 'string' && ['donotenforce', 'enroll'].includes(enforcementMode.toLowerCase());
}
