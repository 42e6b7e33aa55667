// The storage account that the functions host and Plumbline share, with identities instead of keys, and its tables,
// queues and containers. The names are those of src/storage/names.ts; a test compares them.

@description('Azure region of the account.')
param location string = resourceGroup().location

@description('Name of the account: 3 to 24 lower-case letters and digits, unique in Azure.')
@minLength(3)
@maxLength(24)
param accountName string

@description('Object id of the managed identity of the function app.')
param principalId string

param tags object = {}

@description('Whether the account is reached from all networks, or through private endpoints only.')
param publicNetworkAccess bool = true

@description('Redundancy. ZRS: several zones of the region. LRS: one data centre. Empty: ZRS where the region has zones.')
@allowed(['', 'LRS', 'ZRS'])
param redundancy string = ''

// Uses the zones of virtual machines: Azure lists zones only for resources with a chosen zone, which storage has not.
var hasZones = !empty(pickZones('Microsoft.Compute', 'virtualMachines', location))
var chosenRedundancy = !empty(redundancy) ? redundancy : hasZones ? 'ZRS' : 'LRS'

var tableNames = [
  'PlumblineEvents'
  'PlumblineEventIds'
  'PlumblineResources'
  'PlumblineFindings'
  'PlumblineApprovals'
  'PlumblineAudit'
  'PlumblineAuditIndex'
  'PlumblineSettings'
  'PlumblineExemptions'
  'PlumblineRollouts'
  'PlumblineDeadLetters'
  'PlumblineWakeups'
  'PlumblineScans'
  'PlumblinePreviews'
  'PlumblineSweeps'
  'PlumblineGuards'
  'PlumblineHistory'
  'PlumblineHealthGates'
]

// The host adds a poison queue to each when it needs one.
var queueNames = [
  'plumbline-reconcile'
  'plumbline-sweep'
]

// The roles that the host needs (locks, timers, the package) and those that Plumbline needs: blobs, queues and tables.
var roleDefinitionIds = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_${chosenRedundancy}'
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetworkAccess ? 'Enabled' : 'Disabled'
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2023-05-01' = [
  for tableName in tableNames: {
    parent: tableService
    name: tableName
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' = [
  for queueName in queueNames: {
    parent: queueService
    name: queueName
  }
]

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
}

// hooks/after-provision.mjs creates and locks its retention policy: Azure refuses a template with a locked policy.
resource anchors 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobService
  name: 'plumbline-anchors'
}

resource roleAssignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roleDefinitionIds): {
    scope: account
    name: guid(account.id, principalId, role.value)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

output accountName string = account.name
output accountId string = account.id
output anchorContainerId string = anchors.id
