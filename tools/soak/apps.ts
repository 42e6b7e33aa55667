/** The estate of the soak: apps of every kind in several subscriptions, some compliant, most of them not. */
import {
  allLogsTo,
  containerApp,
  functionApp,
  slot,
  type WebAppOptions,
  webApp,
  workspaceId,
} from '../../simulator/estate.ts';
import type { ResourceSeed } from '../../simulator/simulator.ts';
import type { Random } from './random.ts';

export interface SoakApp {
  readonly id: string;
  readonly kind: 'web' | 'container';
  /** What Plumbline does about a safe violation: writes at once, requests approval (function apps), or only reports (managed by another service). */
  readonly handling: 'write' | 'approval' | 'report';
  readonly seed: ResourceSeed;
}

/** Few, so that the throttling of one subscription does not delay the others. */
const APPS_A_SUBSCRIPTION = 20;

export function soakApps(count: number, random: Random): SoakApp[] {
  return Array.from({ length: count }, (_, at) => {
    const place = { subscription: subscriptionOf(at), name: `app-${String(at).padStart(3, '0')}` };
    const kind = (at % APPS_A_SUBSCRIPTION) / APPS_A_SUBSCRIPTION;
    if (kind < 0.6) return web(place, random, webApp);
    if (kind < 0.7)
      return web({ ...place, name: 'staging' }, random, (options) => slot({ ...options, of: place.name }));
    if (kind < 0.9) return container(place, random);
    if (kind < 0.95) return { ...web(place, random, functionApp), handling: 'approval' };
    return {
      ...container(
        {
          ...place,
          managedBy: `/subscriptions/${place.subscription}/resourceGroups/shop/providers/Microsoft.DevCenter/devcenters/tools`,
        },
        random,
      ),
      handling: 'report',
    };
  });
}

interface Place {
  readonly subscription: string;
  readonly name: string;
  readonly managedBy?: string;
}

function web(place: Place, random: Random, build: (options: WebAppOptions) => ResourceSeed): SoakApp {
  const often = () => random.next() < 0.3;
  const rarely = () => random.next() < 0.05;
  const site = often() ? { httpsOnly: false } : {};
  const web = {
    ...(often() ? { minTlsVersion: random.pick(['1.0', '1.1']) } : {}),
    ...(often() ? { scmMinTlsVersion: '1.0' } : {}),
    ...(often() ? { ftpsState: 'AllAllowed' } : {}),
  };
  const logged = !often();
  const seed = build({
    ...place,
    site,
    web: { ...web, ...(rarely() ? { remoteDebuggingEnabled: true } : {}) },
    scmBasicAuth: rarely(),
    diagnostics: logged ? { 'to-central': allLogsTo(workspaceId) } : {},
  });
  return { id: seed.id, kind: 'web', handling: 'write', seed };
}

function container(place: Place, random: Random): SoakApp {
  const allowInsecure = random.next() < 0.5;
  const external = random.next() < 0.8;
  const seed = containerApp({ ...place, ingress: { allowInsecure, external } });
  return { id: seed.id, kind: 'container', handling: 'write', seed };
}

function subscriptionOf(at: number): string {
  return `00000000-0000-4000-8000-${String(1000 + Math.floor(at / APPS_A_SUBSCRIPTION)).padStart(12, '0')}`;
}
