import {
  type CheckResult,
  compliant,
  defineAdvice,
  notApplicable,
  unknown,
  violation,
} from '../../domain/rules/rule.ts';
import { judgeConfiguration } from '../checks/container-apps/app-configuration.ts';
import {
  azureRegistryIn,
  judgeRegistries,
  type Registry,
  registryAt,
} from '../checks/container-apps/container-registries.ts';
import { objectsIn, stringsIn } from '../checks/documents/arrays.ts';
import { Block, declared, Expression } from '../declare/printers.ts';

/** The home region and one more. */
const MIN_REGIONS = 2;

export const rule = defineAdvice({
  id: 'containerapp-registry-geo-replicated',
  title: 'The Azure Container Registry in use is geo-replicated',
  why: 'New replicas pull their image when they start. Without a copy in another region they cannot start while the region of the registry is down.',
  risk: 'Replication needs the Premium tier, and every region costs money.',
  severity: 'info',
  profile: 'strict',
  documents: ['resource', 'registry'],
  references: { guide: ['Secure your Azure Container Apps deployment'] },
  check: (snapshot) =>
    judgeConfiguration(snapshot, (configuration) => {
      const registries = objectsIn(configuration.registries);
      const servers = registries && stringsIn(registries.map(({ server }) => server ?? null));
      if (!servers) return unknown('The registries have a form that nobody knows.');
      const own = servers.filter((server) => azureRegistryIn(server) !== null);
      if (own.length === 0) return notApplicable('The app pulls from no Azure Container Registry.');
      return judgeRegistries(snapshot, (elements) => {
        const found = own.map((server) => judgeRegistry(server, registryAt(server, elements)));
        const problems = found.flatMap(({ verdict, reason }) => (verdict === 'violation' ? [reason] : []));
        if (problems.length > 0) return violation(problems.join(' '));
        return found.find(({ verdict }) => verdict === 'unknown') ?? compliant('The registry is in several regions.');
      });
    }),
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

function judgeRegistry(server: string, registry: Registry | null): CheckResult {
  if (!registry) return unknown(`${server} is not among the registries of the subscription.`);
  const { sku, locations } = registry;
  if (sku === null) return unknown(`${server} came without its tier.`);
  if (sku.toLowerCase() !== 'premium') {
    return violation(`${server} is of the ${sku} tier, which cannot be replicated.`);
  }
  if (!locations) return unknown(`${server} came without its replications.`);
  if (locations.size >= MIN_REGIONS) return compliant(`${server} is in ${locations.size} regions.`);
  return violation(`${server} is in one region only.`);
}
