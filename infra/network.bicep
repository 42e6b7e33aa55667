// A virtual network through which alone storage and vault are reached. The app reaches out through it; Event Grid still
// comes in by the public name, because it delivers to no private endpoint.
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
var zoneNames = {
  blob: 'privatelink.blob.${storageSuffix}'
  queue: 'privatelink.queue.${storageSuffix}'
  table: 'privatelink.table.${storageSuffix}'
  // The public cloud names the zone otherwise than the vaults in it.
  vault: replace('privatelink${environment().suffixes.keyvaultDns}', 'vault.', 'vaultcore.')
}

var services = [
  { name: 'blob', group: 'blob', zone: zoneNames.blob, target: storageAccountId }
  { name: 'queue', group: 'queue', zone: zoneNames.queue, target: storageAccountId }
  { name: 'table', group: 'table', zone: zoneNames.table, target: storageAccountId }
  { name: 'package', group: 'blob', zone: zoneNames.blob, target: packageAccountId }
  { name: 'vault', group: 'vault', zone: zoneNames.vault, target: vaultId }
]

resource zones 'Microsoft.Network/privateDnsZones@2020-06-01' = [
  for zone in items(zoneNames): {
    name: zone.value
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [
  for (zone, index) in items(zoneNames): {
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
          properties: { privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', service.zone) }
        }
      ]
    }
    dependsOn: [zones]
  }
]

output appSubnetId string = '${network.id}/subnets/app'
