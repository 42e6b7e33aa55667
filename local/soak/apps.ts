/** The estate of the soak: apps of every kind over several subscriptions, some right, most of them wrong. */
import {
  allLogsTo,
  containerApp,
  functionApp,
  slot,
  type WebAppLeaves,
  webApp,
  workspaceId,
} from '../simulator/estate.ts';
import type { ResourceSeed } from '../simulator/simulator.ts';
import type { Chance } from './chance.ts';

export interface SoakApp {
  readonly id: string;
  readonly kind: 'web' | 'container';
  /** What becomes of what is safe to fix: written at once, asked (function apps), or left alone (another service's). */
  readonly hands: 'written' | 'asked' | 'left';
  readonly seed: ResourceSeed;
}

/** So few for one subscription that its throttling does not hold the others up. */
const APPS_A_SUBSCRIPTION = 20;

export function soakApps(count: number, chance: Chance): SoakApp[] {
  return Array.from({ length: count }, (_, at) => {
    const place = { subscription: subscriptionOf(at), name: `app-${String(at).padStart(3, '0')}` };
    const kind = (at % APPS_A_SUBSCRIPTION) / APPS_A_SUBSCRIPTION;
    if (kind < 0.6) return web(place, chance, webApp);
    if (kind < 0.7) return web({ ...place, name: 'staging' }, chance, (leaves) => slot({ ...leaves, of: place.name }));
    if (kind < 0.9) return container(place, chance);
    if (kind < 0.95) return { ...web(place, chance, functionApp), hands: 'asked' };
    return {
      ...container(
        {
          ...place,
          managedBy: `/subscriptions/${place.subscription}/resourceGroups/shop/providers/Microsoft.DevCenter/devcenters/tools`,
        },
        chance,
      ),
      hands: 'left',
    };
  });
}

interface Place {
  readonly subscription: string;
  readonly name: string;
  readonly managedBy?: string;
}

function web(place: Place, chance: Chance, build: (leaves: WebAppLeaves) => ResourceSeed): SoakApp {
  const often = () => chance.next() < 0.3;
  const rarely = () => chance.next() < 0.05;
  const site = often() ? { httpsOnly: false } : {};
  const web = {
    ...(often() ? { minTlsVersion: chance.pick(['1.0', '1.1']) } : {}),
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
  return { id: seed.id, kind: 'web', hands: 'written', seed };
}

function container(place: Place, chance: Chance): SoakApp {
  const allowInsecure = chance.next() < 0.5;
  const external = chance.next() < 0.8;
  const seed = containerApp({ ...place, ingress: { allowInsecure, external } });
  return { id: seed.id, kind: 'container', hands: 'written', seed };
}

function subscriptionOf(at: number): string {
  return `00000000-0000-4000-8000-${String(1000 + Math.floor(at / APPS_A_SUBSCRIPTION)).padStart(12, '0')}`;
}
