/** A registry in one region is where every new replica waits when that region is away. */
import { compliant, defineAdvice, type Judgement, notApplicable, unknown } from '../../domain/rule.ts';
import { judgeConfiguration } from '../app-configuration.ts';
import { azureRegistryIn, judgeRegistries, type Registry, registryAt } from '../container-registries.ts';
import { objectsIn, stringsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { Block, declared, Expression } from '../source-lines.ts';

/** Where the registry is, and one more. */
const PLACES = 2;

export const rule = defineAdvice({
  id: 'containerapp-registry-geo-replicated',
  version: 1,
  title: 'The Azure Container Registry in use is geo-replicated',
  why: 'New replicas pull their image when they start: without a copy elsewhere they cannot, as long as the region of the registry is away.',
  risk: 'Replication takes the Premium tier, and every region costs.',
  severity: 'info',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource', 'registry'],
  references: referencesOf({ guide: ['Secure your Azure Container Apps deployment'] }),
  check(snapshot) {
    return judgeConfiguration(snapshot, (configuration) => {
      const registries = objectsIn(configuration.registries);
      const servers = registries && stringsIn(registries.map(({ server }) => server ?? null));
      if (!servers) return unknown('The registries have a form that nobody knows.');
      const own = servers.filter((server) => azureRegistryIn(server) !== null);
      if (own.length === 0) return notApplicable('The app pulls from no Azure Container Registry.');
      return judgeRegistries(snapshot, (elements) => {
        const found = own.map((server) => judgeRegistry(server, registryAt(server, elements)));
        const wanting = found.flatMap(({ verdict, reason }) => (verdict === 'violation' ? [reason] : []));
        if (wanting.length > 0) return { verdict: 'violation', reason: wanting.join(' '), changes: [] };
        return found.find(({ verdict }) => verdict === 'unknown') ?? compliant('The registry is in several regions.');
      });
    });
  },
  source: () =>
    declared({
      type: 'Microsoft.ContainerRegistry/registries/replications@2025-11-01',
      name: 'replicated',
      body: { parent: new Expression('registry'), name: 'northeurope', location: 'northeurope' },
      azurerm: {
        resource: 'azurerm_container_registry',
        body: {
          sku: 'Premium',
          georeplications: new Block({ location: 'northeurope', global_endpoint_routing_enabled: true }),
        },
      },
    }),
});

function judgeRegistry(server: string, registry: Registry | null): Judgement {
  if (!registry) return unknown(`${server} is not among the registries of the subscription.`);
  const { sku, locations } = registry;
  if (sku === null) return unknown(`${server} came without its tier.`);
  if (sku.toLowerCase() !== 'premium') {
    return {
      verdict: 'violation',
      reason: `${server} is of the ${sku} tier, which cannot be replicated.`,
      changes: [],
    };
  }
  if (!locations) return unknown(`${server} came without its replications.`);
  if (locations.size >= PLACES) return compliant(`${server} is in ${locations.size} regions.`);
  return { verdict: 'violation', reason: `${server} is in one region only.`, changes: [] };
}
