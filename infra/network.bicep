// A virtual network with the private endpoints of storage and vault, which have no other access. The app uses it for its
// outgoing requests. Event Grid delivers to the public name of the app, because it cannot deliver to a private endpoint.
param suffix string
param location string
param tags object
param storageAccountId string
param packageAccountId string
param vaultId string

resource network 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'vnet-plumbline-${suffix}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: ['10.90.0.0/24']
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.90.0.0/25'
          delegations: [
            {
              name: 'flex'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: '10.90.0.128/26' }
      }
    ]
  }
}

var storageSuffix = environment().suffixes.storage
var zoneNames = [
  'privatelink.blob.${storageSuffix}'
  'privatelink.queue.${storageSuffix}'
  'privatelink.table.${storageSuffix}'
  // In the public cloud the DNS zone has another name than the vaults in it.
  replace('privatelink${environment().suffixes.keyvaultDns}', 'vault.', 'vaultcore.')
]

// The zone is an index of the list above.
var services = [
  { name: 'blob', group: 'blob', zone: 0, target: storageAccountId }
  { name: 'queue', group: 'queue', zone: 1, target: storageAccountId }
  { name: 'table', group: 'table', zone: 2, target: storageAccountId }
  { name: 'package', group: 'blob', zone: 0, target: packageAccountId }
  { name: 'vault', group: 'vault', zone: 3, target: vaultId }
]

resource zones 'Microsoft.Network/privateDnsZones@2020-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [
  for (zoneName, index) in zoneNames: {
    parent: zones[index]
    name: 'plumbline'
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

resource endpoints 'Microsoft.Network/privateEndpoints@2024-01-01' = [
  for service in services: {
    name: 'pe-plumbline-${service.name}-${suffix}'
    location: location
    tags: tags
    properties: {
      subnet: { id: '${network.id}/subnets/endpoints' }
      privateLinkServiceConnections: [
        {
          name: service.name
          properties: {
            privateLinkServiceId: service.target
            groupIds: [service.group]
          }
        }
      ]
    }
  }
]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-01-01' = [
  for (service, index) in services: {
    parent: endpoints[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: service.group
          properties: { privateDnsZoneId: zones[service.zone].id }
        }
      ]
    }
  }
]

output appSubnetId string = '${network.id}/subnets/app'
