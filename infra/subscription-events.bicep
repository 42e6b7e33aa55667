// The system topic of one subscription, a new or an existing one, and its event subscriptions.
targetScope = 'subscription'

param environmentName string
param location string
param functionAppId string
param actionGroupId string
param existingTopics array
param deadLetterAccountId string

var given = filter(existingTopics, id => startsWith(toLower(id), toLower('${subscription().id}/')))
var groupName = empty(given) ? 'rg-plumbline-${environmentName}-events' : split(given[0], '/')[4]
var topicName = empty(given) ? 'evgst-plumbline-${uniqueString(subscription().id, environmentName)}' : last(split(given[0], '/'))

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = if (empty(given)) {
  name: groupName
  location: location
  // Without the tag of azd: azd would take this group for the group of the app.
  tags: { plumbline: environmentName }
}

module topic 'system-topic.bicep' = if (empty(given)) {
  name: 'plumbline-topic-${uniqueString(topicName)}'
  scope: resourceGroup(groupName)
  params: {
    name: topicName
    tags: { 'azd-env-name': environmentName }
  }
  dependsOn: [group]
}

module subscriptions 'event-subscriptions.bicep' = {
  name: 'plumbline-subscriptions-${uniqueString(topicName, environmentName)}'
  scope: resourceGroup(groupName)
  params: {
    topicName: topicName
    subscriptionPrefix: 'plumbline-${uniqueString(functionAppId)}'
    functionAppId: functionAppId
    deadLetterAccountId: deadLetterAccountId
  }
  dependsOn: [topic]
}

module dropped 'dropped-events.bicep' = {
  name: 'plumbline-dropped-${uniqueString(topicName, environmentName)}'
  scope: resourceGroup(groupName)
  params: {
    topicName: topicName
    actionGroupId: actionGroupId
    tags: { 'azd-env-name': environmentName }
  }
  dependsOn: [topic]
}
