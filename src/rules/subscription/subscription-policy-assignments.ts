import type { JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeList, propertiesOf } from '../checks/documents/resource-lists.ts';
import { coversApps } from '../checks/governance/policy-definitions.ts';
import { declared, Expression } from '../declare/printers.ts';

const BENCHMARK = '/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8';

export const rule = defineAdvice({
  id: 'subscription-policy-assignments',
  title: 'A built-in policy or initiative for Container Apps and App Service is assigned',
  why: 'Azure Policy applies an assignment to every app, also to future ones, and shows in Azure which apps are not compliant.',
  risk: 'A definition with the effect deny refuses deployments, so the owners of the subscription have to decide what is assigned, and where.',
  differs:
    'An assignment of another initiative does not count, even if it contains such definitions: the list of assignments does not show the definitions of an initiative.',
  severity: 'low',
  profile: 'strict',
  documents: ['subscription/policyAssignments'],
  references: { MCSB: ['GS'] },
  check: (snapshot) =>
    judgeList(snapshot, 'subscription/policyAssignments', (assignments) => {
      const covering = assignments.filter(isCovering);
      if (covering.some((one) => !auditsOnly(one))) return compliant('A policy about apps is assigned.');
      if (covering.length > 0) {
        return compliant('A policy about apps is assigned in audit only (enforcementMode DoNotEnforce or Enroll).');
      }
      if (!assignments.every(namesDefinition)) return unknown('A policy assignment does not say of what.');
      return violation(
        'Neither the Microsoft cloud security benchmark nor a built-in policy of the categories App Service or Container Apps is assigned.',
      );
    }),
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

function namesDefinition(assignment: JsonObject): boolean {
  return typeof propertiesOf(assignment).policyDefinitionId === 'string';
}

/**
 * Such an assignment denies and changes nothing, and only audits. With Enroll it takes effect only where somebody enrolls, which
 * is not in the list of assignments: https://learn.microsoft.com/azure/governance/policy/concepts/enrollment-structure.
 */
function auditsOnly(assignment: JsonObject): boolean {
  const { enforcementMode } = propertiesOf(assignment);
  return typeof enforcementMode === 'string' && ['donotenforce', 'enroll'].includes(enforcementMode.toLowerCase());
}
