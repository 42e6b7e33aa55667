import { describe, expect, test } from 'vitest';
import { hostingOf, operatingSystemOf } from '../../../src/domain/resources/hosting.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { parseSnapshot } from '../../../src/domain/resources/snapshot.ts';
import { CONTAINER_APP_ID } from '../../rules/fixtures/container-app.ts';
import { SITE_ID } from '../../rules/fixtures/web-app.ts';

const ENVIRONMENT = '/subscriptions/s/resourceGroups/g/providers/Microsoft.App/managedEnvironments/e';
const snapshotOf = (kind: string | null, properties: JsonObject = {}, id = SITE_ID) =>
  parseSnapshot({ id, documents: { resource: { kind, properties } } });

describe('the hosting of a web app', () => {
  test.each([
    ['App Service', 'app,linux', {}, 'app-service'],
    ['App Service, without a kind', null, { managedEnvironmentId: '' }, 'app-service'],
    ['Container Apps, by the kind', 'functionapp,linux,container,AzureContainerApps', {}, 'container-apps'],
    ['Container Apps, by the environment', 'functionapp', { managedEnvironmentId: ENVIRONMENT }, 'container-apps'],
    ['Azure Arc', 'functionapp,linux,kubernetes', { managedEnvironmentId: null }, 'arc'],
  ])('%s', (_, kind, properties, hosting) => {
    expect(hostingOf(snapshotOf(kind, properties))).toBe(hosting);
  });

  test('a container app with managedEnvironmentId is no web app', () => {
    expect(hostingOf(snapshotOf(null, { managedEnvironmentId: ENVIRONMENT }, CONTAINER_APP_ID))).toBe('app-service');
  });

  test('is App Service while the site was not read', () => {
    expect(hostingOf(parseSnapshot({ id: SITE_ID, documents: {} }))).toBe('app-service');
  });
});

describe('the operating system of a web app', () => {
  test.each([
    ['by the plan', null, { reserved: true }, 'linux'],
    ['by the plan, with another kind', 'app,linux', { reserved: false }, 'windows'],
    ['by the plan, without a kind', 'app', { reserved: true }, 'linux'],
    ['by the kind: Linux', 'app,linux', { reserved: null }, 'linux'],
    ['by the kind: Windows', 'functionapp', {}, 'windows'],
    ['by neither', null, { reserved: null }, null],
  ])('%s', (_, kind, properties, system) => {
    expect(operatingSystemOf(snapshotOf(kind, properties))).toBe(system);
  });
});
