import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { allLogsTo, containerApp, idOf, webApp, workspaceId } from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Azure, connect } from './arm-client.ts';

const site = idOf('Microsoft.Web/sites', { name: 'web' });
const settings = `${site}/providers/Microsoft.Insights/diagnosticSettings`;
const app = idOf('Microsoft.App/containerApps', { name: 'app' });

let simulator: Simulator;
let azure: Azure;

beforeEach(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    operationMilliseconds: 60_000,
    estate: { resources: [webApp({ name: 'web' }), containerApp({ name: 'app' })] },
  });
  azure = await connect(simulator);
});
afterEach(async () => {
  azure.close();
  await simulator.close();
});

describe('Microsoft.Insights', () => {
  const allLogs = { properties: allLogsTo(workspaceId) };

  it('takes a setting whole, lists it, shows it and forgets it', async () => {
    const put = await azure.send('PUT', `${settings}/plumbline`, allLogs);
    expect(put.status).toBe(200);
    expect((await azure.get(settings)).at('value')).toEqual([put.body]);
    expect((await azure.get(`${settings}/plumbline`)).body).toEqual(put.body);
    expect((await azure.send('DELETE', `${settings}/plumbline`)).status).toBe(200);
    expect((await azure.send('DELETE', `${settings}/plumbline`)).status).toBe(204);
    expect((await azure.get(`${settings}/plumbline`)).status).toBe(404);
  });

  it('refuses a category that already goes to the workspace, without an error wrapper', async () => {
    const one = { workspaceId: workspaceId.toUpperCase(), logs: [{ category: 'AppServiceHTTPLogs', enabled: true }] };
    await azure.send('PUT', `${settings}/theirs`, { properties: one });
    const { status, body } = await azure.send('PUT', `${settings}/plumbline`, allLogs);
    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'Conflict',
      message: expect.stringMatching(/is already used in diagnostic setting 'theirs'/),
    });
  });

  it('lets a setting be written again, and another category or sink beside it', async () => {
    await azure.send('PUT', `${settings}/one`, {
      properties: { workspaceId, logs: [{ category: 'AppServiceHTTPLogs', enabled: true }] },
    });
    const again = {
      properties: { workspaceId, logs: [{ category: 'AppServiceHTTPLogs', enabled: true }], metrics: [] },
    };
    expect((await azure.send('PUT', `${settings}/ONE`, again)).status).toBe(200);
    const beside = { properties: { workspaceId, logs: [{ category: 'AppServiceAuditLogs', enabled: true }] } };
    expect((await azure.send('PUT', `${settings}/two`, beside)).status).toBe(200);
    const elsewhere = { properties: allLogsTo(`${workspaceId}-2`) };
    expect((await azure.send('PUT', `${settings}/three`, elsewhere)).status).toBe(200);
  });

  it('refuses unknown categories, a sixth setting and one without a sink', async () => {
    const unknown = { properties: { workspaceId, logs: [{ category: 'FunctionAppLogs', enabled: true }] } };
    const refused = await azure.send('PUT', `${settings}/x`, unknown);
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'BadRequest', message: "Category 'FunctionAppLogs' is not supported." },
    });
    expect((await azure.send('PUT', `${settings}/x`, { properties: { logs: [] } })).status).toBe(400);
    for (const number of [1, 2, 3, 4, 5]) {
      expect(
        (await azure.send('PUT', `${settings}/s${number}`, { properties: allLogsTo(`${workspaceId}-${number}`) }))
          .status,
      ).toBe(200);
    }
    expect((await azure.send('PUT', `${settings}/s6`, { properties: allLogsTo(`${workspaceId}-6`) })).status).toBe(409);
  });

  it('has no logs for container apps', async () => {
    const { status } = await azure.send('PUT', `${app}/providers/Microsoft.Insights/diagnosticSettings/x`, allLogs);
    expect(status).toBe(400);
  });
});
