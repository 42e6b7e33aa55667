// The roles of Plumbline in one subscription, with the generated actions (npm run generate), assignable there only.
targetScope = 'subscription'

param environmentName string
param principalId string
param mayWrite bool
@allowed(['baseline', 'strict'])
param profile string

var ownScope = subscription().id
var actions = loadJsonContent('roles.json')

resource reader 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, environmentName, 'plumbline-reader')
  properties: {
    roleName: 'Plumbline reader (${environmentName}, ${subscription().subscriptionId})'
    description: 'Reads the resources that the rules of Plumbline evaluate, and changes nothing.'
    type: 'CustomRole'
    assignableScopes: [ownScope]
    permissions: [
      {
        actions: actions.reader
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource writer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (mayWrite) {
  name: guid(subscription().id, environmentName, 'plumbline-writer')
  properties: {
    roleName: 'Plumbline writer (${environmentName}, ${subscription().subscriptionId})'
    description: 'Writes the properties that the fixes of Plumbline change.'
    type: 'CustomRole'
    assignableScopes: [ownScope]
    permissions: [
      {
        actions: profile == 'strict' ? actions.writer.strict : actions.writer.baseline
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource mayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, reader.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: reader.id
  }
}

resource mayWriteToo 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (mayWrite) {
  name: guid(subscription().id, principalId, writer.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: writer.id
  }
}
