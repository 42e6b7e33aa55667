// A role with the one action that Azure checks on a resource of this type when Plumbline writes an app that uses it. The
// role is assignable in the resource's group and assigned on the resource only.
targetScope = 'subscription'

param environmentName string
param principalId string
param linkedResourceId string

var parts = split(linkedResourceId, '/')
var resourceType = join(concat([parts[6], parts[7]], length(parts) > 9 ? [parts[9]] : []), '/')
var allowed = filter(
  loadJsonContent('roles.json').linked,
  action => startsWith(toLower(action), toLower('${resourceType}/'))
)

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(toLower(linkedResourceId), environmentName)
  properties: {
    roleName: 'Plumbline linked action (${environmentName}, ${uniqueString(toLower(linkedResourceId))})'
    description: 'Lets Plumbline write apps that use ${last(parts)}.'
    type: 'CustomRole'
    assignableScopes: ['${subscription().id}/resourceGroups/${parts[4]}']
    permissions: [
      {
        actions: allowed
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

module assignment 'linked-assignment.bicep' = {
  name: 'plumbline-linked-${uniqueString(linkedResourceId, environmentName)}'
  scope: resourceGroup(parts[4])
  params: {
    principalId: principalId
    linkedResourceId: linkedResourceId
    resourceType: toLower(resourceType)
    roleDefinitionId: role.id
  }
}
