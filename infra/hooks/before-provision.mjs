/**
 * Creates the app registration once, unless PLUMBLINE_AUTH_CLIENT_ID names an existing one. A run finds it by its name,
 * so that an interrupted run leaves no second one.
 */
import { spawnSync } from 'node:child_process';
import { az, required, rest, runHook, say } from './azure-cli.mjs';
import { graph, identified, registration } from './graph.mjs';

runHook(() => {
  if (process.env.PLUMBLINE_AUTH_CLIENT_ID) return;
  const name = `plumbline-${required('AZURE_ENV_NAME')}`;
  const api = graph();
  const found = az('ad', 'app', 'list', '--display-name', name).filter((one) => one.displayName === name);
  if (found.length > 1)
    throw new Error(`there are ${found.length} app registrations ${name}: set PLUMBLINE_AUTH_CLIENT_ID.`);
  const app = found[0] ?? rest('POST', `${api}/applications`, { body: registration(name) });
  rest('PATCH', `${api}/applications/${app.id}`, { body: identified(app.appId) });
  const principals = az('ad', 'sp', 'list', '--spn', app.appId);
  // Only users and groups with a role can sign in.
  if (principals.length === 0) {
    rest('POST', `${api}/servicePrincipals`, { body: { appId: app.appId, appRoleAssignmentRequired: true } });
  }
  remember('PLUMBLINE_AUTH_CLIENT_ID', app.appId);
  remember('PLUMBLINE_AUTH_OBJECT_ID', app.id);
  say(`people sign in with the app registration ${name} (${app.appId}).`);
});

function remember(name, value) {
  const { status } = spawnSync('azd', ['env', 'set', name, value], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`azd env set ${name} ${value} failed; run it yourself.`);
}
