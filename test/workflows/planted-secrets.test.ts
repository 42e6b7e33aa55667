/** Promise 12: a value of its own in every place that may hold a secret, and none of them in anything that is kept or told. */
import { expect, test } from 'vitest';
import { DOCUMENTS } from '../../src/domain/documents.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { type ResourceKind, resourceOf } from '../../src/domain/resource.ts';
import { rules } from '../../src/rules/index.ts';
import { startSweep } from '../../src/workflows/sweep.ts';
import { containerApp, environment, ingress } from '../rules/fixtures/container-app.ts';
import { authConfig, authSettings } from '../rules/fixtures/easy-auth.ts';
import { site, webConfig } from '../rules/fixtures/web-app.ts';
import { CART, ENVIRONMENT, SHOP } from '../world/apps.ts';
import { gridEvent } from '../world/event-grid.ts';
import { createHost } from '../world/host.ts';
import { memoryWorld, storeSettings } from '../world/memory-world.ts';
import { plantedAt } from '../world/planted.ts';

const KEYED = 'https://ada:planted-user@host/?sig=planted-signature';
const PEOPLE_CHOSE = { log: 'chosen-log', databases: 'chosen-databases', connectionString: 'chosen-string' };

/** Wrong in as much as can be, so that there is much to tell. */
const BODIES: Readonly<Partial<Record<ResourceKind, Readonly<Record<string, JsonObject>>>>> = {
  'web-app': {
    resource: { ...site({ httpsOnly: false, clientCertEnabled: false }), tags: { ...PEOPLE_CHOSE, home: KEYED } },
    'config/web': webConfig({
      minTlsVersion: '1.0',
      remoteDebuggingEnabled: true,
      cors: { allowedOrigins: ['*', KEYED] },
    }),
    'config/authsettingsV2': withUrl(authSettings()),
  },
  'container-app': {
    resource: containerApp(ingress({ allowInsecure: true, corsPolicy: { allowedOrigins: ['*', KEYED] } })),
    'authConfigs/current': withUrl(authConfig()),
    environment: environment(null),
  },
  environment: { resource: environment({ destination: null }) },
};

function withUrl(settings: JsonObject): JsonObject {
  const login = { allowedExternalRedirectUrls: [KEYED], tokenStore: { enabled: false } };
  return { ...settings, properties: { platform: { enabled: false }, ...objectOf(settings.properties), login } };
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

test.each(['autofix', 'approve'] as const)('in mode %s', async (mode) => {
  const world = memoryWorld({ rules });
  storeSettings(world, { mode, profile: 'strict' });
  const planted: string[] = [];
  for (const id of [SHOP, CART, ENVIRONMENT]) {
    const { kind } = resourceOf(id) ?? {};
    const rows = DOCUMENTS.filter(({ kinds }) => kinds.some((one) => one === kind));
    const documents = rows.map(({ name, secrets = [] }) => {
      const body = (kind && BODIES[kind]?.[name]) ?? {};
      return [
        name,
        plantedAt(secrets, { ...body, id }, (place) => {
          planted.push(`planted in ${kind} ${name} ${place}`);
          return planted.at(-1) ?? '';
        }),
      ];
    });
    world.arm.seed(id, Object.fromEntries(documents));
  }
  const host = createHost(world);
  for (const id of [SHOP, CART, ENVIRONMENT]) await host.deliver(gridEvent(`e-${id}`, id));
  await host.settle();
  world.estate.ids = [SHOP, CART, ENVIRONMENT];
  world.clock.advance(3600);
  await startSweep(world, [SHOP.split('/')[2] ?? '']);
  await host.settle();

  expect(planted.length).toBeGreaterThan(60);
  const read = new Set(world.arm.reads.flatMap(({ documents }) => documents));
  const withSecrets = DOCUMENTS.filter(({ secrets = [] }) => secrets.length > 0).map(({ name }) => name);
  expect(withSecrets.filter((name) => !read.has(name))).toEqual([]);
  const { stored, arm } = world;
  const everything = JSON.stringify([
    ...[stored.entries, stored.findings, stored.events, stored.told, stored.logged, stored.sent, stored.queue],
    ...[stored.approvals, stored.memories, stored.deadLetters, stored.failures, stored.alarms].map((map) => [...map]),
    arm.requests,
  ]);
  // The search finds what is there.
  expect(everything).toContain('minTlsVersion');
  expect(everything.match(/planted[ -][^"]*/g)).toBeNull();
});
