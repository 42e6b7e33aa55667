/** Regions of Azure, as documents name them: `West Europe` and `westeurope` are one. */
import type { Json } from '../../../domain/resources/json.ts';

/** The name of the region as programs write it; null where the value names none. */
export function regionOf(location: Json | undefined): string | null {
  const name = typeof location === 'string' ? location.toLowerCase().replace(/\s/g, '') : '';
  return name === '' ? null : name;
}

/**
 * Whether the region has availability zones. Source: https://learn.microsoft.com/azure/reliability/regions-list, and the
 * lists of Azure Government and Azure in China.
 */
export function hasZones(region: string): boolean {
  return WITH_ZONES.has(region);
}

const WITH_ZONES = new Set([
  'australiaeast',
  'austriaeast',
  'belgiumcentral',
  'brazilsouth',
  'canadacentral',
  'centralindia',
  'centralus',
  'chilecentral',
  'chinanorth3',
  'denmarkeast',
  'eastasia',
  'eastus',
  'eastus2',
  'francecentral',
  'germanywestcentral',
  'indonesiacentral',
  'israelcentral',
  'italynorth',
  'japaneast',
  'japanwest',
  'koreacentral',
  'malaysiawest',
  'mexicocentral',
  'newzealandnorth',
  'northeurope',
  'norwayeast',
  'polandcentral',
  'qatarcentral',
  'southafricanorth',
  'southcentralus',
  'southeastasia',
  'spaincentral',
  'swedencentral',
  'switzerlandnorth',
  'uaenorth',
  'uksouth',
  'usgovvirginia',
  'westeurope',
  'westus2',
  'westus3',
]);
