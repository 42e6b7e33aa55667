// Assigns a role on one subnet, identity, environment or workspace. Bicep needs the type of a resource to assign a role
// on it, so each type has its own assignment.
param principalId string
param linkedResourceId string
param resourceType string
param roleDefinitionId string

var parts = split(linkedResourceId, '/')
var assignmentName = guid(toLower(linkedResourceId), principalId, roleDefinitionId)
var assignmentProperties = {
  principalId: principalId
  principalType: 'ServicePrincipal'
  roleDefinitionId: roleDefinitionId
}

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2024-01-01' existing = {
  name: '${parts[8]}/${last(parts)}'
}

resource onSubnet 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (resourceType == 'microsoft.network/virtualnetworks/subnets') {
  scope: subnet
  name: assignmentName
  properties: assignmentProperties
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: last(parts)
}

resource onIdentity 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (resourceType == 'microsoft.managedidentity/userassignedidentities') {
  scope: identity
  name: assignmentName
  properties: assignmentProperties
}

resource containerEnvironment 'Microsoft.App/managedEnvironments@2024-03-01' existing = {
  name: last(parts)
}

resource onEnvironment 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (resourceType == 'microsoft.app/managedenvironments') {
  scope: containerEnvironment
  name: assignmentName
  properties: assignmentProperties
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: last(parts)
}

resource onWorkspace 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (resourceType == 'microsoft.operationalinsights/workspaces') {
  scope: workspace
  name: assignmentName
  properties: assignmentProperties
}
