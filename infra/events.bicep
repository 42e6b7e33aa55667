// The events of every monitored subscription, brought to the function resourceChanged. Deployed after the code, because
// Azure refuses a subscription to events whose function is not there; again without harm.
targetScope = 'subscription'

param environmentName string
param location string

@description('ARM id of the function app.')
param functionAppId string

@description('ARM id of the action group that is told of events which could not be delivered.')
param actionGroupId string

@description('Ids of the monitored subscriptions, with commas between them.')
param monitoredSubscriptions string

@description('ARM ids of system topics that are there already, with commas between them: Azure has one per subscription.')
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
