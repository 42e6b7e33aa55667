/**
 * Each kind of row × each kind of change, on real tables: the service continues, writes nothing without a signed
 * cause, and signs nothing that did not happen. docs/tamper.md has the effect of each; this test verifies it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../dev/azurite/azurite.ts';
import { CHANGES, ROWS } from './cell.ts';
import { CELLS } from './cells.ts';
import { type Seen, seenAfter } from './run.ts';
import { type SetScene, setScene } from './scene.ts';

const accountOf = (index: number) => `cell${index}`;
let storage: Azurite;
let scene: SetScene;
let untampered: Seen;

beforeAll(async () => {
  storage = await startAzurite({ accounts: ['whole', ...CELLS.map((_, index) => accountOf(index))] });
  scene = await setScene(storage.connectionString);
  untampered = await seenAfter(storage.account('whole'), scene, null);
});
afterAll(() => storage.close());

test('every kind of row is changed in every way', () => {
  const missing = ROWS.flatMap((row) =>
    CHANGES.filter((change) => !CELLS.some((cell) => cell.row === row && cell.change === change)).map(
      (change) => `${row} ${change}`,
    ),
  );
  expect(missing).toEqual([]);
});

test('without tampering there is no contradiction, and nothing is named', () => {
  expect(untampered).toMatchObject({ untrue: [], named: [] });
  expect(untampered.end.writes).toHaveLength(5);
});

describe.concurrent.each(ROWS)('%s', (row) => {
  const cells = CELLS.map((cell, index) => ({ cell, index })).filter(({ cell }) => cell.row === row);

  // Each in a separate account: one computes while the storage answers another.
  test.concurrent.each(
    cells.map(({ cell, index }) => [cell.change, cell.what, cell.outcome, { cell, index }] as const),
  )(
    '%s (%s): %s',
    async (_, __, ___, { cell, index }) => {
      const seen = await seenAfter(storage.account(accountOf(index)), scene, cell);
      expect(seen.untrue, seen.untrue.join('\n')).toEqual([]);
      const named = seen.named.join('\n');
      if (cell.named) expect(named).toMatch(cell.named);
      else expect(seen.named, named).toEqual([]);
      if (cell.outcome !== 'recomputed') return;
      expect(seen.end.values).toEqual(untampered.end.values);
      expect(seen.end.writes).toEqual(untampered.end.writes);
    },
    120_000,
  );
});
