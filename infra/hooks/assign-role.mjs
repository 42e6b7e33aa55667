/**
 * `node infra/hooks/assign-role.mjs Operator OBJECT_ID`: gives a user, a group or an application one of the three roles.
 * The client id comes from PLUMBLINE_AUTH_CLIENT_ID, or from the selected azd environment.
 */
import { spawnSync } from 'node:child_process';
import { az, rest, runHook, say } from './azure-cli.mjs';
import { APP_ROLES, graph } from './graph.mjs';

runHook(() => {
  const [wanted = '', principalId = ''] = process.argv.slice(2);
  const role = APP_ROLES.find(({ value }) => value === `Plumbline.${wanted}`);
  if (!role || !/^[0-9a-f-]{36}$/i.test(principalId)) {
    throw new Error('usage: node infra/hooks/assign-role.mjs Reader|Approver|Operator OBJECT_ID');
  }
  const [service] = az('ad', 'sp', 'list', '--spn', process.env.PLUMBLINE_AUTH_CLIENT_ID || clientIdOfEnvironment());
  if (!service) throw new Error('the app registration has no enterprise application yet: run azd provision.');
  const body = { principalId, resourceId: service.id, appRoleId: role.id };
  rest('POST', `${graph()}/servicePrincipals/${service.id}/appRoleAssignedTo`, { body });
  say(`${principalId} is ${role.value}.`);
});

function clientIdOfEnvironment() {
  const { status, stdout } = spawnSync('azd', ['env', 'get-value', 'PLUMBLINE_AUTH_CLIENT_ID'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('set PLUMBLINE_AUTH_CLIENT_ID, or select the azd environment.');
  return stdout.trim();
}
