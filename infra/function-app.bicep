// The function app on Flex Consumption, and its settings: those that src/app/config.ts reads and those of the host. A test
// compares them with the code. Another test evaluates Plumbline's own rules on the app; docs/deploy.md lists the
// remaining findings.
param name string
param planName string
param location string
param tags object

param identityId string
param identityClientId string
param storageAccountName string
param packageContainerUri string
param auditKeyUri string
param insightsName string
param workspaceId string
param topicEndpoint string

@description('Id of the subnet from which the app reaches private endpoints. Empty: none.')
param subnetId string
param allowedRanges array
param authClientId string
param maximumInstances int
param instanceMemory int

param mode string
param monitoredSubscriptions array
param appLogsWorkspaceId string
param settleSeconds int
param sweepSchedule string
param logLevel string

// Event Grid delivers from addresses of its service tag. The site that takes deployments needs none of them.
var operatorRules = [
  for (addresses, index) in allowedRanges: {
    name: 'operators ${index}'
    priority: 200 + index
    action: 'Allow'
    ipAddress: addresses
  }
]
var eventGridRule = {
  name: 'Event Grid'
  priority: 100
  action: 'Allow'
  tag: 'ServiceTag'
  ipAddress: 'AzureEventGrid'
}
var restricted = !empty(allowedRanges)

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageAccountName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': 'plumbline'
    // The portal finds the traces of an app by this tag.
    'hidden-link: /app-insights-resource-id': insights.id
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '22'
      }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstances
        instanceMemoryMB: instanceMemory
      }
    }
    // Without ftpsState: Flex Consumption has no FTP, and refuses a site with this property.
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      remoteDebuggingEnabled: false
      http20Enabled: true
      healthCheckPath: '/api/health'
      ipSecurityRestrictionsDefaultAction: restricted ? 'Deny' : 'Allow'
      ipSecurityRestrictions: restricted ? concat([eventGridRule], operatorRules) : []
      scmIpSecurityRestrictionsUseMain: false
      scmIpSecurityRestrictionsDefaultAction: restricted ? 'Deny' : 'Allow'
      scmIpSecurityRestrictions: restricted ? operatorRules : []
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: site
  name: 'appsettings'
  properties: {
    AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
    AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
    AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    // Only the address: local authentication is off, so the identity grants the access.
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    AZURE_CLIENT_ID: identityClientId
    AZURE_RESOURCE_MANAGER_ENDPOINT: environment().resourceManager
    AZURE_RESOURCE_MANAGER_AUDIENCE: environment().resourceManager
    PLUMBLINE_AUDIT_KEY: '@Microsoft.KeyVault(SecretUri=${auditKeyUri})'
    PLUMBLINE_MODE: mode
    PLUMBLINE_SUBSCRIPTIONS: join(monitoredSubscriptions, ',')
    PLUMBLINE_WORKSPACE_ID: appLogsWorkspaceId
    PLUMBLINE_SETTLE_SECONDS: string(settleSeconds)
    PLUMBLINE_SWEEP_SCHEDULE: sweepSchedule
    PLUMBLINE_SELF_ID: site.id
    PLUMBLINE_TOPIC_ENDPOINT: topicEndpoint
    PLUMBLINE_LOG_LEVEL: logLevel
  }
}

resource ftpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: site
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: site
  name: 'scm'
  properties: {
    allow: false
  }
}

// Anonymous requests are allowed here, because Event Grid has no token of this tenant. The code refuses requests that
// need a principal and have none. The platform checks the principal headers on every path.
resource signIn 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: site
  name: 'authsettingsV2'
  // One write of the site's configuration at a time: Azure answers concurrent writes with a conflict.
  dependsOn: [settings]
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    httpSettings: {
      requireHttps: true
    }
    login: {
      tokenStore: {
        enabled: true
      }
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: authClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [
            authClientId
            'api://${authClientId}'
          ]
        }
      }
    }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: site
  name: 'plumbline'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

output id string = site.id
output host string = site.properties.defaultHostName
