// The alerts, as queries over the log lines of Plumbline; docs/operate.md explains each of them and what to do. A test
// compares every message and field with the code. Dropped events are a metric of Event Grid: dropped-events.bicep.
param suffix string
param location string
param tags object
param workspaceId string

@description('Email addresses that receive alerts, separated by commas. Empty: no email, the alerts are in the portal only.')
param emailAddresses string

@description('Hours after which a pending approval raises an alert.')
param oldestApprovalHours int

@description('Time without any event after which an alert is raised, as Azure Monitor writes it; two days at most.')
param quietPeriod string

var addresses = empty(emailAddresses) ? [] : split(replace(emailAddresses, ' ', ''), ',')
var lines = 'AppTraces | extend line = parse_json(Message)'
var standing = '${lines} | where line.message == "measured" | summarize arg_max(TimeGenerated, line)'

var rules = [
  {
    name: 'not-running'
    title: 'Plumbline does not run'
    severity: 1
    query: '${lines} | where line.message == "measured"'
    window: 'PT30M'
    every: 'PT15M'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'audit-log-not-whole'
    title: 'The audit log of Plumbline is not whole'
    severity: 0
    query: '${lines} | where tostring(line.message) in ("audit log verification failed", "a row of the audit log is not as it was signed", "an entry of the audit log is not where its pointer says", "a chain of the audit log is not continued", "settings or exemptions are not what the audit log says", "outbox record has an invalid seal", "an open approval is of another resource", "write refused: not authorized by the audit log")'
    window: 'PT2H'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'stopped'
    title: 'Plumbline is stopped'
    severity: 2
    query: '${standing} | where tobool(line.stopped) or toint(line.stoppedScopes) > 0'
    window: 'PT15M'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'dead-letters'
    title: 'Plumbline gave up messages'
    severity: 1
    query: '${standing} | where toint(line.deadLetters) > 0'
    window: 'PT15M'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'backlog'
    title: 'Messages of Plumbline wait for more than half an hour'
    severity: 2
    query: '${standing} | where todouble(line.oldestMessageSeconds) > 1800'
    window: 'PT15M'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'failing-fixes'
    title: 'Fixes of Plumbline fail'
    severity: 2
    query: '${lines} | where tostring(line.kind) in ("fix.failed", "rollback.failed") or (line.message == "decided" and line.reasons has "failing")'
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'worse-app'
    title: 'An app was worse after a fix of Plumbline'
    severity: 1
    query: '${lines} | where line.message == "health gate ended" and line.status == "worse"'
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'rollout-stopped'
    title: 'A roll-out of Plumbline waits for an operator'
    severity: 3
    query: '${standing} | where toint(line.rolloutsStopped) > 0'
    window: 'PT15M'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'oldest-approval'
    title: 'An approval of Plumbline waits for too long'
    severity: 3
    query: '${standing} | where todouble(line.oldestApprovalSeconds) > ${oldestApprovalHours * 3600}'
    window: 'PT15M'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'no-events'
    title: 'No events reach Plumbline'
    severity: 2
    query: '${lines} | where tostring(line.message) in ("event received", "event ignored")'
    window: quietPeriod
    every: 'PT1H'
    operator: 'LessThan'
    threshold: 1
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-plumbline-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'plumbline'
    enabled: true
    emailReceivers: [
      for (address, index) in addresses: {
        name: 'mail-${index}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

// The tables exist before the first line, but its fields do not: Azure must not validate the queries first.
resource alerts 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [
  for rule in rules: {
    name: 'plumbline-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: 'docs/operate.md, alert ${rule.name}'
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: rule.every
      windowSize: rule.window
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [people.id]
      }
    }
  }
]

output actionGroupId string = people.id
