/** Subscribes the deployed function to the events of every monitored subscription. It can run again. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { az, required, runHook, say, withFiles } from './azure-cli.mjs';

runHook(() => {
  const values = {
    environmentName: required('AZURE_ENV_NAME'),
    location: required('AZURE_LOCATION'),
    functionAppId: required('PLUMBLINE_FUNCTION_APP_ID'),
    actionGroupId: required('PLUMBLINE_ACTION_GROUP_ID'),
    monitoredSubscriptions: required('PLUMBLINE_MONITORED_SUBSCRIPTIONS'),
    existingTopics: process.env.PLUMBLINE_EXISTING_TOPICS ?? '',
    deadLetterAccountId: process.env.PLUMBLINE_DEAD_LETTER_ACCOUNT_ID ?? '',
  };
  const template = fileURLToPath(new URL('../events.bicep', import.meta.url));
  withFiles({ parameters: parameterFile(values) }, ({ parameters }) =>
    az(
      ...['deployment', 'sub', 'create', '--name', `plumbline-events-${values.environmentName}`.slice(0, 64)],
      ...['--subscription', required('AZURE_SUBSCRIPTION_ID'), '--location', values.location],
      ...['--template-file', path.relative(process.cwd(), template), '--parameters', `@${parameters}`],
    ),
  );
  say(`events of ${values.monitoredSubscriptions} reach resourceChanged.`);
});

function parameterFile(values) {
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
    contentVersion: '1.0.0.0',
    parameters: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
  };
}
