// All resources of Plumbline except its event subscriptions: events.bicep deploys those after the code, because an event
// subscription names a function that must exist. docs/deploy.md explains each parameter.
targetScope = 'subscription'

@description('Name of the azd environment; it becomes part of names and the tag azd-env-name.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Azure region of all regional resources.')
param location string

@description('Mode until an operator stores settings. audit-only: as audit, and the identity gets no write permission.')
@allowed(['audit-only', 'audit', 'approve', 'autofix'])
param mode string = 'audit-only'

@description('Profile whose fixes the identity may write, if it has write permission.')
@allowed(['baseline', 'strict'])
param profile string = 'baseline'

@description('Ids of the monitored subscriptions, separated by commas. Empty: the subscription of the deployment.')
param monitoredSubscriptions string = ''

@description('ARM ids of subnets, user-assigned identities, environments and workspaces on which Azure checks linked actions, separated by commas.')
param linkedResources string = ''

@description('ARM id of the Log Analytics workspace to which rules about logs send the logs of apps. Empty: these rules give advice only.')
param appLogsWorkspaceId string = ''

@description('Client id of the app registration for sign-in. The hook before provisioning creates it.')
@minLength(36)
@maxLength(36)
param authClientId string

@description('Settle delay between a change and its evaluation, in seconds.')
@minValue(0)
@maxValue(86400)
param settleSeconds int = 30

@description('Schedule of the sweep: six NCRONTAB fields. Empty: every six hours.')
param sweepSchedule string = ''

@description('Minimum level of log lines.')
@allowed(['trace', 'debug', 'info', 'warn', 'error'])
param logLevel string = 'info'

@description('Email addresses that receive alerts, separated by commas. Empty: no email, the alerts are in the portal only.')
param alertEmails string = ''

@description('Hours after which a pending approval raises an alert.')
@minValue(1)
@maxValue(720)
param oldestApprovalHours int = 24

@description('Time without any event after which an alert is raised.')
@allowed(['PT6H', 'P1D', 'P2D'])
param quietPeriod string = 'P1D'

@description('Retention of logs, in days.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Whether storage and vault are reached through private endpoints only, in a virtual network that is created for them.')
param privateEndpoints bool = false

@description('Address ranges that may reach the app, separated by commas. Event Grid always may. Empty: all addresses.')
param allowedRanges string = ''

@description('Redundancy of the storage. ZRS: several zones of the region. LRS: one data centre. Empty: ZRS where the region has zones.')
@allowed(['', 'LRS', 'ZRS'])
param storageRedundancy string = ''

@description('Retention of the anchors of the audit log, in days. In this time not even an owner can change or delete an anchor.')
@minValue(1)
@maxValue(146000)
param anchorRetentionDays int = 365

@description('Whether the retention of anchors is locked, which cannot be undone. The hook after provisioning locks it.')
param lockAnchors bool = true

@description('Maximum number of instances.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Memory of an instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var ownSubscription = subscription().subscriptionId
var monitored = empty(monitoredSubscriptions)
  ? [ownSubscription]
  : split(replace(toLower(monitoredSubscriptions), ' ', ''), ',')
var linked = union(
  empty(linkedResources) ? [] : split(replace(linkedResources, ' ', ''), ','),
  empty(appLogsWorkspaceId) ? [] : [appLogsWorkspaceId]
)
var ranges = empty(allowedRanges) ? [] : split(replace(allowedRanges, ' ', ''), ',')
var mayWrite = mode != 'audit-only'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-plumbline-${environmentName}'
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  name: 'plumbline-identity'
  scope: group
  params: {
    name: 'id-plumbline-${token}'
    location: location
    tags: tags
  }
}

module monitoring 'monitoring.bicep' = {
  name: 'plumbline-monitoring'
  scope: group
  params: {
    suffix: token
    location: location
    tags: tags
    retentionDays: logRetentionDays
    principalId: identity.outputs.principalId
  }
}

module alerts 'alerts.bicep' = {
  name: 'plumbline-alerts'
  scope: group
  params: {
    suffix: token
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    emailAddresses: alertEmails
    oldestApprovalHours: oldestApprovalHours
    quietPeriod: quietPeriod
  }
}

module workbook 'workbook.bicep' = {
  name: 'plumbline-workbook'
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storage 'storage.bicep' = {
  name: 'plumbline-storage'
  scope: group
  params: {
    accountName: 'stplumbline${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    publicNetworkAccess: !privateEndpoints
    redundancy: storageRedundancy
  }
}

module package 'package.bicep' = {
  name: 'plumbline-package'
  scope: group
  params: {
    accountName: 'stplumbpkg${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    publicNetworkAccess: !privateEndpoints
  }
}

module vault 'vault.bicep' = {
  name: 'plumbline-vault'
  scope: group
  params: {
    name: 'kv-plumb-${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    publicNetworkAccess: !privateEndpoints
  }
}

module topic 'topic.bicep' = {
  name: 'plumbline-topic'
  scope: group
  params: {
    name: 'evgt-plumbline-${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module network 'network.bicep' = if (privateEndpoints) {
  name: 'plumbline-network'
  scope: group
  params: {
    suffix: token
    location: location
    tags: tags
    storageAccountId: storage.outputs.accountId
    packageAccountId: package.outputs.accountId
    vaultId: vault.outputs.vaultId
  }
}

module functionApp 'function-app.bicep' = {
  name: 'plumbline-function-app'
  scope: group
  params: {
    name: 'func-plumbline-${token}'
    planName: 'plan-plumbline-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.identityId
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.accountName
    packageContainerUri: package.outputs.containerUri
    auditKeyUri: vault.outputs.auditKeyUri
    insightsName: monitoring.outputs.insightsName
    workspaceId: monitoring.outputs.workspaceId
    topicEndpoint: topic.outputs.endpoint
    subnetId: privateEndpoints ? network!.outputs.appSubnetId : ''
    allowedRanges: ranges
    authClientId: authClientId
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
    mode: mayWrite ? mode : 'audit'
    monitoredSubscriptions: monitored
    appLogsWorkspaceId: appLogsWorkspaceId
    settleSeconds: settleSeconds
    sweepSchedule: sweepSchedule
    logLevel: logLevel
  }
}

module roles 'monitored-subscription.bicep' = [
  for subscriptionId in monitored: {
    name: 'plumbline-roles-${uniqueString(subscriptionId, environmentName)}'
    scope: subscription(subscriptionId)
    params: {
      environmentName: environmentName
      principalId: identity.outputs.principalId
      mayWrite: mayWrite
      profile: profile
    }
  }
]

module linkedRoles 'linked-role.bicep' = [
  for linkedId in linked: if (mayWrite) {
    name: 'plumbline-linked-${uniqueString(linkedId, environmentName)}'
    scope: subscription(split(linkedId, '/')[2])
    params: {
      environmentName: environmentName
      principalId: identity.outputs.principalId
      linkedResourceId: linkedId
    }
  }
]

output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output PLUMBLINE_FUNCTION_APP_ID string = functionApp.outputs.id
output PLUMBLINE_HOST string = functionApp.outputs.host
output PLUMBLINE_ACTION_GROUP_ID string = alerts.outputs.actionGroupId
output PLUMBLINE_PRINCIPAL_ID string = identity.outputs.principalId
output PLUMBLINE_MAY_WRITE bool = mayWrite
output PLUMBLINE_VAULT_ID string = vault.outputs.vaultId
output PLUMBLINE_ANCHOR_CONTAINER_ID string = storage.outputs.anchorContainerId
output PLUMBLINE_ANCHOR_RETENTION_DAYS int = anchorRetentionDays
output PLUMBLINE_LOCK_ANCHORS bool = lockAnchors
output PLUMBLINE_MONITORED_SUBSCRIPTIONS string = join(monitored, ',')
