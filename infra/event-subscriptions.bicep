// The filters of events. They select by the resource of an event and not by the name of its operation, as the code does,
// because not every name is documented. A test compares the filters with src/domain/resources/event.ts.
param topicName string
param subscriptionPrefix string
param functionAppId string
param deadLetterAccountId string

// A batch is delivered again as a whole, so each event is delivered alone.
var destination = {
  endpointType: 'AzureFunction'
  properties: {
    resourceId: '${functionAppId}/functions/resourceChanged'
    maxEventsPerBatch: 1
    preferredBatchSizeInKilobytes: 64
  }
}
// One day, the maximum of Event Grid. The sweep finds the changes whose events are dropped after that.
var retryPolicy = {
  maxDeliveryAttempts: 30
  eventTimeToLiveInMinutes: 1440
}
var deadLetterDestination = empty(deadLetterAccountId)
  ? null
  : {
      endpointType: 'StorageBlob'
      properties: {
        resourceId: deadLetterAccountId
        blobContainerName: 'plumbline-undelivered'
      }
    }

resource topic 'Microsoft.EventGrid/systemTopics@2022-06-15' existing = {
  name: topicName
}

resource changes 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15' = {
  parent: topic
  name: '${subscriptionPrefix}-changes'
  properties: {
    destination: destination
    eventDeliverySchema: 'EventGridSchema'
    retryPolicy: retryPolicy
    deadLetterDestination: deadLetterDestination
    filter: {
      includedEventTypes: [
        'Microsoft.Resources.ResourceWriteSuccess'
        'Microsoft.Resources.ResourceDeleteSuccess'
      ]
      advancedFilters: [
        {
          operatorType: 'StringContains'
          key: 'subject'
          values: [
            '/providers/Microsoft.Web/sites/'
            '/providers/Microsoft.App/containerApps/'
            '/providers/Microsoft.App/managedEnvironments/'
            // Some clients write an empty segment behind the provider.
            '/providers/Microsoft.Web//sites/'
            '/providers/Microsoft.App//containerApps/'
            '/providers/Microsoft.App//managedEnvironments/'
          ]
        }
      ]
    }
  }
}

// Actions that move configuration (swaps and their preview, copies, restores) change apps without a write event on them.
// All other actions (such as restarts and listings) change nothing and are filtered out.
resource swaps 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15' = {
  parent: topic
  name: '${subscriptionPrefix}-swaps'
  properties: {
    destination: destination
    eventDeliverySchema: 'EventGridSchema'
    retryPolicy: retryPolicy
    deadLetterDestination: deadLetterDestination
    filter: {
      includedEventTypes: [
        'Microsoft.Resources.ResourceActionSuccess'
      ]
      advancedFilters: [
        {
          operatorType: 'StringContains'
          key: 'subject'
          values: [
            '/providers/Microsoft.Web/sites/'
            '/providers/Microsoft.Web//sites/'
          ]
        }
        {
          operatorType: 'StringEndsWith'
          key: 'data.operationName'
          values: [
            '/slotsswap/action'
            '/applySlotConfig/action'
            '/resetSlotConfig/action'
            '/slotcopy/action'
            '/recover/action'
            '/restore/action'
            '/restoresnapshot/action'
            '/restorefromdeletedapp/action'
            '/restorefrombackupblob/action'
          ]
        }
      ]
    }
  }
}
