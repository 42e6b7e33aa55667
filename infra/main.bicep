// Everything of Plumbline but its events: events.bicep brings those after the code, because a subscription to events
// names a function that must be there. docs/deploy.md explains each parameter.
targetScope = 'subscription'

@description('Name of the azd environment; it becomes part of names and the tag azd-env-name.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Azure region of everything that has one.')
param location string

@description('What Plumbline may do until an operator stores settings. audit-only: as audit, and the identity gets no write permission at all.')
@allowed(['audit-only', 'audit', 'approve', 'autofix'])
param mode string = 'audit-only'

@description('Which fixes the identity may write, when it may write.')
@allowed(['baseline', 'strict'])
param profile string = 'baseline'

@description('Ids of the subscriptions that Plumbline looks after, with commas between them. Empty: the one it is deployed to.')
param monitoredSubscriptions string = ''

@description('ARM ids of subnets, user-assigned identities, environments and workspaces on which Azure checks linked actions, with commas between them.')
param linkedResources string = ''

@description('ARM id of the Log Analytics workspace that rules about logs send the logs of apps to. Empty: these rules only advise.')
param appLogsWorkspaceId string = ''

@description('Client id of the app registration that people sign in with. The hook before provisioning makes it.')
@minLength(36)
@maxLength(36)
param authClientId string

@description('How long to wait after a change before looking, in seconds.')
@minValue(0)
@maxValue(86400)
param settleSeconds int = 30

@description('When the sweep begins: six NCRONTAB fields. Empty: every six hours.')
param sweepSchedule string = ''

@description('What the service logs.')
@allowed(['trace', 'debug', 'info', 'warn', 'error'])
param logLevel string = 'info'

@description('Who is told when something is wrong: addresses of mail, with commas between them. Empty: nobody, the alerts are seen in the portal only.')
param alertEmails string = ''

@description('Hours after which an approval has waited too long.')
@minValue(1)
@maxValue(720)
param oldestApprovalHours int = 24

@description('How long no event at all may come before that is an alert.')
@allowed(['PT6H', 'P1D', 'P2D'])
param quietPeriod string = 'P1D'

@description('How long logs are kept, in days.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Whether storage and vault are reached through private endpoints only, with a virtual network made for that.')
param privateEndpoints bool = false

@description('Address ranges from which people and pipelines reach the app, with commas between them; Event Grid always does. Empty: from everywhere.')
param allowedRanges string = ''

@description('Copies of what Plumbline keeps. ZRS: in several zones of the region. LRS: in one place. Empty: ZRS where the region has zones.')
@allowed(['', 'LRS', 'ZRS'])
param storageRedundancy string = ''

@description('How long nobody, not even an owner, may change or delete an anchor of the audit log, in days.')
@minValue(1)
@maxValue(146000)
param anchorRetentionDays int = 365

@description('Whether that is locked, which cannot be undone. The hook after provisioning does it.')
param lockAnchors bool = true

@description('The most instances that Azure starts at once.')
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
