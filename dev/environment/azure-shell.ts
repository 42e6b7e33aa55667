/**
 * What a shell needs so that programs for Azure, such as `plumbline scan` and the Azure CLI, take the simulator for Azure. The
 * sign-in is that of a person, by the managed identity endpoint: one client id a person.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { people, pipeline, subscriptionId } from '../../simulator/estate.ts';
import type { Simulator } from '../../simulator/simulator.ts';

type Azure = Pick<Simulator, 'environment' | 'certificatePath' | 'url' | 'identityHeaderOf'>;

/** The name of the simulator among the clouds of the Azure CLI. */
const CLOUD = 'Simulator';

/** Roles of people in the development environment; Plumbline has a role of its own. */
export function grantRoles(simulator: Pick<Simulator, 'grant'>): void {
  const scope = `/subscriptions/${subscriptionId}`;
  simulator.grant(scope, { role: 'Reader', to: people.ada });
  simulator.grant(scope, { role: 'Website Contributor', to: people.grace });
  simulator.grant(scope, { role: 'Owner', to: people.katherine });
  simulator.grant(scope, { role: 'Contributor', to: pipeline });
}

/** Writes `azure.sh` for a shell, and the Azure CLI's own folder, which knows the simulator as a cloud, below `folder`. */
export async function writeAzureShell(simulator: Azure, folder: string): Promise<void> {
  const cliFolder = path.join(folder, 'azure-cli');
  await mkdir(cliFolder, { recursive: true, mode: 0o700 });
  await writeFile(path.join(cliFolder, 'clouds.config'), cloudOf(simulator), { mode: 0o600 });
  await writeFile(path.join(folder, 'azure.sh'), azureShell(simulator, cliFolder), { mode: 0o600 });
}

/** A script of the POSIX shell. `cliFolder`: where the Azure CLI keeps its own files. */
export function azureShell(simulator: Azure, cliFolder: string): string {
  const { environment, certificatePath, url } = simulator;
  const endpoint = environment.IDENTITY_ENDPOINT ?? '';
  const header = simulator.identityHeaderOf(people.ada);
  const variables = {
    AZURE_RESOURCE_MANAGER_ENDPOINT: url,
    AZURE_RESOURCE_MANAGER_AUDIENCE: url,
    IDENTITY_ENDPOINT: endpoint,
    IDENTITY_HEADER: header,
    AZURE_CLIENT_ID: people.ada.objectId,
    NODE_EXTRA_CA_CERTS: certificatePath,
    // For the Azure CLI 2.45: an older form of the same endpoint, its own folder and cloud, no telemetry.
    MSI_ENDPOINT: endpoint,
    MSI_SECRET: header,
    APPSETTING_WEBSITE_SITE_NAME: 'simulated',
    REQUESTS_CA_BUNDLE: certificatePath,
    AZURE_CONFIG_DIR: cliFolder,
    AZURE_CLOUD_NAME: CLOUD,
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
    AZURE_CORE_SURVEY_MESSAGE: 'no',
    // Otherwise it asks Microsoft about each command that it does not know.
    AZURE_CORE_ERROR_RECOMMENDATION: 'off',
    AZURE_EXTENSION_USE_DYNAMIC_INSTALL: 'no',
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
  return `# Made by npm start. It makes the simulator Azure for the programs of this shell, as ${people.ada.name}, who may only read.\n${lines.join('\n')}\n`;
}

/** The clouds that the Azure CLI knows beside its own. Tokens come from the identity endpoint, never from a directory. */
function cloudOf({ url }: Azure): string {
  const endpoints = ['resource_manager', 'management', 'active_directory', 'active_directory_resource_id'];
  return `[${CLOUD}]\n${endpoints.map((name) => `endpoint_${name} = ${url}\n`).join('')}`;
}
