// The alert for events that Event Grid could not deliver: only the sweep finds the changes that they reported.
param topicName string
param actionGroupId string
param tags object

resource topic 'Microsoft.EventGrid/systemTopics@2022-06-15' existing = {
  name: topicName
}

// Metrics of a system topic: events that were dropped, and events that were stored as dead letters.
var metricNames = [
  'DroppedEventCount'
  'DeadLetteredCount'
]

resource alerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for metricName in metricNames: {
    name: 'plumbline-${metricName}-${uniqueString(topic.id, actionGroupId)}'
    location: 'global'
    tags: tags
    properties: {
      description: 'docs/operate.md, alert dropped-events'
      severity: 1
      enabled: true
      scopes: [topic.id]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT1H'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'any'
            metricNamespace: 'Microsoft.EventGrid/systemTopics'
            metricName: metricName
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 0
          }
        ]
      }
      actions: [
        {
          actionGroupId: actionGroupId
        }
      ]
    }
  }
]
