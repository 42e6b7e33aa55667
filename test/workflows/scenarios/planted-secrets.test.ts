/**
 * Guarantee 12: a unique value in every place that may hold a secret, and none of them in anything that is stored or
 * sent.
 */
import { expect, test } from 'vitest';
import { DOCUMENTS } from '../../../src/domain/resources/documents.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { type ResourceKind, resourceOf } from '../../../src/domain/resources/resource.ts';
import { rules } from '../../../src/rules/index.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { plantedAt } from '../../fakes/azure/planted-secrets.ts';
import { CART, ENVIRONMENT, SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { containerApp, environment, ingress } from '../../rules/fixtures/container-app.ts';
import { authConfig, authSettings } from '../../rules/fixtures/easy-auth.ts';
import { site, webConfig } from '../../rules/fixtures/web-app.ts';

const KEYED = 'https://ada:planted-user@host/?sig=planted-signature';
const PEOPLE_CHOSE = { log: 'chosen-log', databases: 'chosen-databases', connectionString: 'chosen-string' };

/** As many violations as possible, so that as much as possible is recorded. */
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

test.each(['autofix', 'approve'] as const)('no planted value is stored or logged in mode %s', async (mode) => {
  const deps = fakeDeps({ rules });
  storeSettings(deps, { mode, profile: 'strict' });
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
    deps.arm.seed(id, Object.fromEntries(documents));
  }
  const host = createHost(deps);
  for (const id of [SHOP, CART, ENVIRONMENT]) await host.deliver(gridEvent(`e-${id}`, id));
  await host.settle();
  deps.estate.ids = [SHOP, CART, ENVIRONMENT];
  deps.clock.advance(3600);
  await startSweep(deps, [SHOP.split('/')[2] ?? '']);
  await host.settle();

  expect(planted.length).toBeGreaterThan(60);
  const read = new Set(deps.arm.reads.flatMap(({ documents }) => documents));
  const withSecrets = DOCUMENTS.filter(({ secrets = [] }) => secrets.length > 0).map(({ name }) => name);
  expect(withSecrets.filter((name) => !read.has(name))).toEqual([]);
  const { stored, arm } = deps;
  const everything = JSON.stringify([
    ...[stored.entries, stored.findings, stored.events, stored.published, stored.logged, stored.sent, stored.queue],
    ...[stored.approvals, stored.resourceStates, stored.deadLetters, stored.failures, stored.wakeups].map((map) => [
      ...map,
    ]),
    arm.requests,
  ]);
  // The search finds a value that is there.
  expect(everything).toContain('minTlsVersion');
  expect(everything.match(/planted[ -][^"]*/g)).toBeNull();
});
