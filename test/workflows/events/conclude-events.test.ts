/** The outcome is stored with each event: its lists and sentences are bounded and say when they are cut. */
import { expect, test } from 'vitest';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import { concludeEvents } from '../../../src/workflows/events/conclude-events.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { scene } from '../../fakes/scenarios/scene.ts';

const shop = resourceNamed(SHOP);

async function concluded(entries: number, text: string) {
  const { deps, host } = scene();
  await host.deliver(gridEvent('e', SHOP));
  const auditIds = Array.from({ length: entries }, (_, nth) => `${nth}`);
  const events = deps.stored.events.map(({ event }) => event);
  await concludeEvents(deps, shop, events, { outcome: 'evaluated', auditIds, reasons: [{ code: 'evaluated', text }] });
  return deps.stored.events[0];
}

test('two hundred entries and a short sentence are kept', async () => {
  const event = await concluded(200, 'Looked at.');
  expect(event?.auditIds).toHaveLength(200);
  expect(event?.reasons).toEqual([{ code: 'evaluated', text: 'Looked at.' }]);
});

test('the first two hundred entries are kept, with the number of the others', async () => {
  const event = await concluded(230, 'Looked at.');
  expect(event?.auditIds).toHaveLength(200);
  expect(event?.reasons.at(-1)?.text).toMatch(/^30 more entries of the log came of it/);
});

test('a long sentence is cut', async () => {
  const text = (await concluded(1, '\u6f22'.repeat(5000)))?.reasons[0]?.text ?? '';
  expect([serializedSize(text) <= 1000, text.endsWith(' more characters')]).toEqual([true, true]);
});
