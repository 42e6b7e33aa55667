/** The scene of rollbacks: the shop after a fix, and the people who may want it back. */
import { expect } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import type { Settings } from '../../src/domain/settings.ts';
import { SHOP } from '../world/apps.ts';
import { ADA, BOB } from '../world/event-grid.ts';
import type { MemoryWorld } from '../world/memory-world.ts';
import { type Scene, scene } from '../world/scene.ts';
import { eventAndRest } from '../world/ways.ts';

export const TLS = '/properties/minTlsVersion';
export const ada = { objectId: ADA.objectId, name: 'Ada' };
export const bob = { objectId: BOB.objectId, name: 'Bob' };
export const carol = { objectId: 'carol', name: 'Carol' };

/** The shop, after Bob set TLS 1.0 and it was fixed. */
export async function fixed(settings?: Partial<Settings>): Promise<Scene> {
  const made = scene({ app: { config: { minTlsVersion: '1.0' } }, ...(settings ? { settings } : {}) });
  await eventAndRest(made.host, 'first', SHOP);
  expect(tlsNow(made.world)).toBe('1.2');
  return made;
}

export function tlsNow({ arm }: MemoryWorld): Json {
  return arm.valueOf(SHOP, 'config/web', TLS);
}
