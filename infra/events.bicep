// Delivers the events of every monitored subscription to the function resourceChanged. Deployed after the code, because
// Azure refuses an event subscription whose function does not exist. It can be deployed again.
targetScope = 'subscription'

param environmentName string
param location string

@description('ARM id of the function app.')
param functionAppId string

@description('ARM id of the action group that is notified when events could not be delivered.')
param actionGroupId string

@description('Ids of the monitored subscriptions, separated by commas.')
param monitoredSubscriptions string

@description('ARM ids of existing system topics, separated by commas. Azure allows one per subscription.')
param existingTopics string = ''

@description('ARM id of a storage account with the container plumbline-undelivered, for events that could not be delivered. It must allow shared keys. Empty: none.')
param deadLetterAccountId string = ''

var topics = empty(existingTopics) ? [] : split(replace(existingTopics, ' ', ''), ',')

module events 'subscription-events.bicep' = [
  for subscriptionId in split(monitoredSubscriptions, ','): {
    name: 'plumbline-events-${uniqueString(subscriptionId, environmentName)}'
    scope: subscription(subscriptionId)
    params: {
      environmentName: environmentName
      location: location
      functionAppId: functionAppId
      actionGroupId: actionGroupId
      existingTopics: topics
      deadLetterAccountId: deadLetterAccountId
    }
  }
]
