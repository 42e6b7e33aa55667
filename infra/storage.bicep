// The storage account that the functions host and Plumbline share: identities instead of keys, and everything that
// Plumbline keeps in it. The names are those of src/storage/names.ts; a test holds the two together.

@description('Where the account is made.')
param location string = resourceGroup().location

@description('Name of the account: 3 to 24 lower-case letters and digits, unique in Azure.')
@minLength(3)
@maxLength(24)
param accountName string

@description('Object id of the managed identity that the function app runs as.')
param principalId string

@description('How long nobody, not even an owner, may change or delete an anchor of the audit log, in days.')
@minValue(1)
@maxValue(146000)
param anchorRetentionDays int = 365

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
  'PlumblineDeadLetters'
  'PlumblineAlarms'
  'PlumblineScans'
  'PlumblineGuards'
]

// The host adds a poison queue to each when it needs one.
var queueNames = [
  'plumbline-reconcile'
  'plumbline-sweep'
]

// What the host itself needs (locks, timers, the package) and what Plumbline does: its blobs, queues and tables.
var roleDefinitionIds = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: accountName
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
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

resource leases 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobService
  name: 'plumbline-leases'
}

resource anchors 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobService
  name: 'plumbline-anchors'
}

// Unlocked on purpose: locking cannot be undone, so a person does it when the deployment is what it should be.
resource anchorRetention 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2023-05-01' = {
  parent: anchors
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: anchorRetentionDays
    allowProtectedAppendWrites: false
  }
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

@description('Value of the app setting AzureWebJobsStorage__accountName.')
output storageAccountName string = account.name
