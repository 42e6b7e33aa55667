/**
 * What a shell needs so that programs for Azure, such as `plumbline scan` and the Azure CLI, take the simulator for Azure. The
 * sign-in is that of a person, by the managed identity endpoint: one client id a person, which is the object id.
 */
import path from 'node:path';
import { people, subscriptionId } from '../../simulator/estate.ts';
import type { Simulator } from '../../simulator/simulator.ts';

/** Roles of people in the development environment; Plumbline has a role of its own. */
export function grantRoles(simulator: Pick<Simulator, 'grant'>): void {
  const scope = `/subscriptions/${subscriptionId}`;
  simulator.grant(scope, { role: 'Reader', to: people.ada });
  simulator.grant(scope, { role: 'Website Contributor', to: people.grace });
  simulator.grant(scope, { role: 'Contributor', to: people.katherine });
}

/** A script of the POSIX shell. `folder`: where the Azure CLI keeps its own files. */
export function azureShell({ environment, certificatePath, url }: Simulator, folder: string): string {
  const endpoint = environment.IDENTITY_ENDPOINT ?? '';
  const variables = {
    AZURE_RESOURCE_MANAGER_ENDPOINT: url,
    AZURE_RESOURCE_MANAGER_AUDIENCE: url,
    IDENTITY_ENDPOINT: endpoint,
    IDENTITY_HEADER: environment.IDENTITY_HEADER ?? '',
    AZURE_CLIENT_ID: people.ada.objectId,
    NODE_EXTRA_CA_CERTS: certificatePath,
    // For the Azure CLI 2.45: an older form of the same endpoint, its own folder, no telemetry.
    MSI_ENDPOINT: endpoint,
    MSI_SECRET: environment.IDENTITY_HEADER ?? '',
    APPSETTING_WEBSITE_SITE_NAME: 'simulated',
    REQUESTS_CA_BUNDLE: certificatePath,
    AZURE_CONFIG_DIR: path.join(folder, 'azure-cli'),
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
  return `# Made by npm start. It makes the simulator Azure for the programs of this shell, as ${people.ada.name}, who may only read.\n${lines.join('\n')}\n`;
}
