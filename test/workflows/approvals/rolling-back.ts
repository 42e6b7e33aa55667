/** The scene of rollbacks: the shop after a fix, and the users who may roll it back. */
import { expect } from 'vitest';
import type { Json } from '../../../src/domain/resources/json.ts';
import { type Settings, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { ADA, BOB } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { type Scene, scene } from '../../fakes/scenarios/scene.ts';

export const TLS = '/properties/minTlsVersion';
export const ada = { objectId: ADA.objectId, name: 'Ada' };
export const bob = { objectId: BOB.objectId, name: 'Bob' };
export const carol = { objectId: 'carol', name: 'Carol' };

/** The shop, after Bob set TLS 1.0 and it was fixed. */
export async function fixed(settings?: Partial<Settings>): Promise<Scene> {
  // The looks of a health gate would move the clock.
  const healthGate = { ...settingsSchema.parse({}).healthGate, enabled: false };
  const made = scene({ app: { config: { minTlsVersion: '1.0' } }, settings: { healthGate, ...settings } });
  await deliverAndSettle(made.host, 'first', SHOP);
  expect(tlsNow(made.deps)).toBe('1.2');
  return made;
}

export function tlsNow({ arm }: FakeDeps): Json {
  return arm.valueOf(SHOP, 'config/web', TLS);
}
