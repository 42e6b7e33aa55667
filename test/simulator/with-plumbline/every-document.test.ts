// Every row of the table of documents against the sample estate, through the very client that the service reads with.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployedActions } from '../../../dev/environment/deployed-role.ts';
import { plantedSecrets, sampleEstate } from '../../../simulator/estate.ts';
import { type Allows, type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { DOCUMENTS, type DocumentName } from '../../../src/domain/resources/documents.ts';
import { isObject } from '../../../src/domain/resources/json.ts';
import { parseResourceId, type Resource, type ResourceKind } from '../../../src/domain/resources/resource.ts';
import { bodyOf, type DocumentState, type Snapshot, stateOf } from '../../../src/domain/resources/snapshot.ts';
import { armOn } from '../../azure/azure.ts';

const estate = sampleEstate();
const resources = estate.resources.flatMap(({ id }) => parseResourceId(id) ?? []);
const rows = DOCUMENTS.flatMap((row) => row.kinds.map((kind) => ({ row, kind, name: row.name })));
const named = rows.map((one) => [one.name, one.kind, one] as const);

/** What the sample does not have on purpose, by the last part of the ids; all else is there. */
const ABSENT: Partial<Record<DocumentName, Record<string, DocumentState['status']>>> = {
  'authConfigs/current': { inventory: 'missing', 'message-broker': 'missing', 'nightly-report': 'missing' },
  // A slot has none of its own.
  slots: { staging: 'not-read' },
  // No role can name the action of slots.
  privateEndpointConnections: { staging: 'forbidden' },
  // Its subnet sends nothing through a firewall.
  routeTable: { development: 'not-read' },
};

let simulator: Simulator;
let allowed: Allows;

beforeAll(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    estate,
    allows: (request) => allowed(request),
  });
});
afterAll(() => simulator.close());

/** Read anew, by a client that keeps nothing from before. */
async function reading(resource: Resource, names: readonly DocumentName[], role: Allows): Promise<Snapshot> {
  allowed = role;
  const arm = armOn(simulator);
  const snapshot = await arm.read(resource, names);
  arm.close();
  return snapshot;
}

/** The first of a kind that has the document, and is no slot: a slot's actions are of its own type. */
function holderOf(kind: ResourceKind, name: DocumentName): Resource {
  const found = resources.find(
    (one) => one.kind === kind && !one.type.endsWith('/slots') && !ABSENT[name]?.[lastOf(one)],
  );
  if (!found) throw new Error(`The sample estate has no ${kind} with ${name}.`);
  return found;
}

const lastOf = ({ id }: Resource) => id.split('/').at(-1) ?? '';
const only =
  (actions: readonly string[]): Allows =>
  ({ action }) =>
    actions.some((one) => one.toLowerCase() === action.toLowerCase());
const deployedRole = only(deployedActions());

describe('guarantee 13: every document of the table', () => {
  it.each(named)('%s of a %s is there with the deployed roles, but where the sample has none', async (name, kind) => {
    const ofKind = resources.filter((one) => one.kind === kind);
    const states = await Promise.all(
      ofKind.map(async (one) => [lastOf(one), stateOf(await reading(one, [name], deployedRole), name)] as const),
    );
    const expected = ofKind.map((one) => [lastOf(one), ABSENT[name]?.[lastOf(one)] ?? 'read']);
    expect(states.map(([which, { status }]) => [which, status])).toEqual(expected);
    for (const [, state] of states) {
      // A list in its envelope, or a body that says which resource it is.
      if (state.status === 'read')
        expect(isObject(state.body) && (Array.isArray(state.body.value) || state.body.id)).toBeTruthy();
    }
  });

  it.each(named)('%s of a %s takes the actions that its row names, and none besides', async (name, kind, { row }) => {
    const above = DOCUMENTS.filter((one) => one.kinds.includes(kind) && isAbove(one.name, name, kind));
    const actions = [row, ...above].flatMap(({ readActions }) => readActions);
    const holder = holderOf(kind, name);
    expect(stateOf(await reading(holder, [name], only(actions)), name).status).toBe('read');
    const without: Allows = (request) => request.method === 'GET' && !only(row.readActions)(request);
    expect(stateOf(await reading(holder, [name], without), name)).toEqual({
      status: 'forbidden',
      detail: expect.stringMatching(/^AuthorizationFailed: /),
    });
  });
});

/** Whether another document says where this one is, or where that one is. */
function isAbove(other: DocumentName, name: DocumentName, kind: ResourceKind): boolean {
  const from = DOCUMENTS.find((row) => row.name === name && row.kinds.includes(kind))?.locatedBy;
  return from !== undefined && (from === other || isAbove(other, from, kind));
}

describe('guarantee 12: what the bodies give away', () => {
  it('is in what Azure sends and in no snapshot', async () => {
    const raw: string[] = [];
    const snapshots: string[] = [];
    for (const one of resources) {
      const names = rows.filter(({ kind }) => kind === one.kind).map(({ name }) => name);
      raw.push(...names.map((name) => JSON.stringify(simulator.get(one.id, name)) ?? ''));
      snapshots.push(JSON.stringify(await reading(one, names, deployedRole)));
    }
    // No GET shows the values of app settings and connection strings, nor the password for publishing.
    const [, setting, connection, , , , , publishing] = plantedSecrets;
    const sent = plantedSecrets.filter((secret) => raw.join().includes(secret));
    const hidden = [setting, connection, publishing];
    expect(sent).toEqual(plantedSecrets.filter((secret) => !hidden.includes(secret)));
    expect(plantedSecrets.filter((secret) => snapshots.join().includes(secret))).toEqual([]);
  });
});

describe('lists that many resources share', () => {
  const listed = async (kind: ResourceKind, name: DocumentName) => {
    const value = bodyOf(await reading(holderOf(kind, name), [name], deployedRole), name)?.value;
    return (Array.isArray(value) ? value : []).flatMap((one) => (isObject(one) ? [one] : []));
  };

  it('have what the sample has', async () => {
    const names = async (kind: ResourceKind, name: DocumentName) =>
      (await listed(kind, name)).map((one) => String(one.name)).sort();
    expect(await names('web-app', 'subscription/certificates')).toEqual([
      'feed.contoso.example',
      'shop.contoso.example',
    ]);
    expect(await names('web-app', 'subscription/metricAlerts')).toEqual(['storefront-errors']);
    expect(await names('container-app', 'subscription/activityLogAlerts')).toEqual(['shop-health']);
    expect(await names('container-app', 'registry')).toEqual(
      ['contosoapps', 'contosoapps/northeurope', 'contosoapps/westeurope'].sort(),
    );
    expect(await names('environment', 'environment/apps')).toContain('nightly-report');
    expect(await names('subscription', 'subscription/policyAssignments')).toEqual(['security-benchmark']);
    expect(await names('subscription', 'subscription/diagnosticSettings')).toEqual(['activity-log']);
    const apps = await names('subscription', 'subscription/apps');
    expect(apps).toEqual(expect.arrayContaining(['checkout', 'storefront']));
    expect(apps.filter((name) => name.includes('/') || name === 'central')).toEqual([]);
  });

  it('say in the inventory where a resource is and what it costs, without its properties', async () => {
    const [registry] = await listed('container-app', 'registry');
    expect(registry).toMatchObject({
      type: 'Microsoft.ContainerRegistry/registries',
      location: 'westeurope',
      sku: { name: 'Premium' },
    });
    const checkout = (await listed('subscription', 'subscription/apps')).find(({ name }) => name === 'checkout');
    // As the provider spells it, it is 'West Europe'.
    expect(checkout).toMatchObject({ location: 'westeurope', tags: { environment: 'production' } });
    expect(checkout).not.toHaveProperty('properties');
  });

  it('leave the slash away in the ids of what a subscription exports', async () => {
    const [setting] = await listed('subscription', 'subscription/diagnosticSettings');
    expect(setting?.id).toMatch(/^subscriptions\//);
  });
});
