/** A row whose time is none is refused by name: nothing is written because of it, and a dead letter says which row it is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../dev/azurite/azurite.ts';
import { BOB, gridEvent } from '../fakes/azure/event-grid.ts';
import { approvalOf, eventsOf, exemptionOf, memoryOf, settingsRow } from './places.ts';
import { type Everything, edited, type StoredRow } from './rows.ts';
import { DEBUGGING, type SetScene, sceneIn, setScene, TLS_PATH, W, X } from './scene.ts';

/** The app, its rows, and the place of the time in them. */
const CASES: readonly [string, string, (all: Everything) => StoredRow[], string][] = [
  ['the state of a resource, when it was evaluated', W, memoryOf(W), '/evaluatedAt'],
  ['the state of a resource, when a fix of a rule moved more', X, memoryOf(X), '/history/webapp-min-tls/alsoMovedAt'],
  ['the state of a resource, when it was changed', W, memoryOf(W), '/writers/0/at'],
  ['an approval, its end', W, approvalOf(W, DEBUGGING), '/expiresAt'],
  ['an approval, when it was decided', W, approvalOf(W, DEBUGGING), '/decision/at'],
  ['an event, when it was received', W, eventsOf(W), '/receivedAt'],
  ['an exemption, its end', X, exemptionOf(X), '/expires'],
  ['the settings, since when the service is stopped', W, settingsRow, '/stoppedAt'],
];
const TIMES = ['yesterday', '2026-02-30T12:00:00.000Z', ''];

let storage: Azurite;
let scene: SetScene;

beforeAll(async () => {
  const accounts = CASES.map((_, index) => `case${index}`);
  storage = await startAzurite({ accounts: ['before', 'untouched0', 'untouched1', ...accounts] });
  scene = await setScene(storage.account('before'));
});
afterAll(() => storage.close());

/** A violation comes, and its event waits, while a person's decision waits for its write. Then a row is edited. */
async function writesAfter(account: string, app: string, edit: (all: Everything) => readonly StoredRow[]) {
  const { of, attacker } = await sceneIn(storage.account(account), scene);
  of.memory.arm.change(app, 'config/web', TLS_PATH, '1.0');
  await of.host.deliver(gridEvent('the violation', app, { by: BOB, correlationId: 'the violation' }));
  const rows = edit(await attacker.now());
  await attacker.put(...rows);
  await of.host.settle(3600);
  const letters = (await of.deps.deadLetters.list({}, { limit: 50, after: null })).items;
  return {
    rows,
    writes: of.memory.arm.writes.filter(({ resource }) => resource === app).length,
    errors: letters.filter(({ resource }) => resource === app).map(({ error }) => error),
  };
}

test.each([W, X])('with the rows as they are, %s is written', async (app) => {
  const { writes, errors } = await writesAfter(`untouched${[W, X].indexOf(app)}`, app, () => []);
  expect(writes).toBeGreaterThan(0);
  expect(errors).toEqual([]);
});

test.each(CASES.map((one, index) => [...one, `case${index}`] as const))('%s', async (_, app, find, place, account) => {
  const edit = (all: Everything) => find(all).map((row, index) => edited(row, { [place]: TIMES[index % 3] ?? '' }));
  const { rows, writes, errors } = await writesAfter(account, app, edit);
  expect(rows.length).toBeGreaterThan(0);
  expect(writes).toBe(0);
  const member = place.slice(1).replaceAll('/', '.');
  const named = rows.map(
    ({ table, partitionKey, rowKey }) =>
      `Error: row ${partitionKey}/${rowKey} of table ${table} has not the expected form: ${member}: Invalid ISO datetime`,
  );
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) expect(named).toContain(error);
});
