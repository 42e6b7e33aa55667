/** The outcome of events is stored with each of them: its lists and sentences have an end, and say so. */
import { expect, test } from 'vitest';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import { concludeEvents } from '../../../src/workflows/events/conclude-events.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { scene } from '../../fakes/scenarios/scene.ts';

const shop = resourceNamed(SHOP);

async function concluded(entries: number, text: string) {
  const { world, host } = scene();
  await host.deliver(gridEvent('e', SHOP));
  const auditIds = Array.from({ length: entries }, (_, nth) => `${nth}`);
  const events = world.stored.events.map(({ event }) => event);
  await concludeEvents(world, shop, events, { outcome: 'evaluated', auditIds, reasons: [{ code: 'evaluated', text }] });
  return world.stored.events[0];
}

test('what has room stays as it is', async () => {
  const event = await concluded(200, 'Looked at.');
  expect(event?.auditIds).toHaveLength(200);
  expect(event?.reasons).toEqual([{ code: 'evaluated', text: 'Looked at.' }]);
});

test('the first two hundred entries, and how many more there are', async () => {
  const event = await concluded(230, 'Looked at.');
  expect(event?.auditIds).toHaveLength(200);
  expect(event?.reasons.at(-1)?.text).toMatch(/^30 more entries of the log came of it/);
});

test('a sentence without end is cut', async () => {
  const text = (await concluded(1, '\u6f22'.repeat(5000)))?.reasons[0]?.text ?? '';
  expect([serializedSize(text) <= 1000, text.endsWith(' more characters')]).toEqual([true, true]);
});
