/** The reader of Azure's Activity Log, against the simulator. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { people, pipeline, slot, webApp } from '../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { activityOn, armOn, resource } from './azure.ts';

describe('the Activity Log of the simulator', () => {
  let simulator: Simulator;
  let log: ReturnType<typeof activityOn>;
  const { id: site } = webApp({ name: 'web' });
  const staging = `${site}/slots/staging`;

  beforeAll(async () => {
    const resources = [webApp({ name: 'web' }), slot({ of: 'web', name: 'staging' }), webApp({ name: 'web2' })];
    simulator = await startSimulator({ identityActions: deployedActions(), estate: { resources } });
    log = activityOn(simulator);
  });
  beforeEach(() => {
    simulator.activity.clear();
    simulator.clearFaults();
    simulator.clearRequests();
  });
  afterAll(async () => {
    log.close();
    await simulator.close();
  });

  const lastHour = (id: string) =>
    log.listWrites(resource(id), new Date(Date.now() - 3_600_000), new Date(Date.now() + 1000));

  test('users, pipelines and Plumbline are named by their object ids, each write once', async () => {
    await simulator.change(people.ada, site, 'resource', { properties: { httpsOnly: false } });
    await simulator.change(pipeline, site, 'diagnosticSettings/all logs', null);
    await simulator.change(people.grace, `${site}2`, 'resource', { properties: { httpsOnly: false } });
    await simulator.change(people.grace, staging, 'config/web', { properties: { minTlsVersion: '1.0' } });
    const arm = armOn(simulator);
    const step = { method: 'PATCH', path: `${site}/config/web`, apiVersion: '2025-05-01' } as const;
    await arm.write(
      { ...step, document: 'config/web', changes: [], root: '/properties', attempts: [] },
      { properties: { minTlsVersion: '1.2' } },
    );
    arm.close();
    expect(await lastHour(site)).toMatchObject({
      kind: 'read',
      complete: true,
      entries: [
        { operation: 'Microsoft.Web/sites/write', caller: { objectId: people.ada.objectId, type: 'user' } },
        {
          operation: 'Microsoft.Insights/diagnosticSettings/delete',
          caller: { objectId: pipeline.objectId, type: 'app' },
        },
        {
          operation: 'Microsoft.Web/sites/config/write',
          caller: { objectId: simulator.identity.objectId, type: 'app' },
          appId: simulator.identity.appId,
        },
      ],
    });
    expect(await lastHour(staging)).toMatchObject({ entries: [{ caller: { objectId: people.grace.objectId } }] });
  });

  test('a swap is logged on both sides, its start under the caller and its steps without one', async () => {
    const operation = 'Microsoft.Web/sites/slots/slotsswap/action';
    simulator.activity.add({ id: staging, operation, caller: people.ada });
    for (const id of [site, staging]) {
      const reading = await lastHour(id);
      const steps =
        reading.kind === 'read' ? reading.entries.map((one) => [one.operation, one.caller?.objectId ?? null]) : [];
      expect(steps).toEqual([
        ['Microsoft.Web/sites/slots/ApplySlotConfig/action', null],
        ['Microsoft.Web/sites/slots/SlotSwap/action', null],
        [operation, people.ada.objectId],
      ]);
    }
  });

  test('more than one page is read as one page and not complete; a refused request is no write', async () => {
    for (let n = 0; n < 101; n++) {
      simulator.activity.add({ id: `${site}2`, operation: 'Microsoft.Web/sites/write', caller: people.ada });
    }
    simulator.activity.add({
      id: site,
      operation: 'Microsoft.Web/sites/write',
      caller: people.grace,
      outcome: 'Failed',
    });
    expect(await lastHour(site)).toEqual({ kind: 'read', entries: [], complete: false });
    expect(simulator.requests).toHaveLength(1);
  });

  test('a start years ago is accepted; a missing permission, a throttled request and a lost connection are refusals', async () => {
    expect(await log.listWrites(resource(site), new Date(0), new Date())).toMatchObject({
      kind: 'read',
      complete: false,
    });
    const refused = async (fault: Parameters<Simulator['addFault']>[0]) => {
      simulator.addFault({ ...fault, times: 1 });
      const reading = await lastHour(site);
      return reading.kind === 'refused' && [reading.failure.kind, reading.failure.retryAfter];
    };
    expect(await refused({ action: 'forbidden' })).toEqual(['blocked', null]);
    expect(await refused({ action: 'throttled', retryAfter: 21 })).toEqual(['throttled', 21]);
    expect(await refused({ action: 'reset' })).toEqual(['transient', null]);
  });
});
