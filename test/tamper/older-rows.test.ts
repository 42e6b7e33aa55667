/** Older rows are restored after the log has their end: nothing is written for them, and nothing is recorded again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../dev/azurite/azurite.ts';
import type { AuditKind } from '../../src/domain/audit/audit.ts';
import type { Json } from '../../src/domain/resources/json.ts';
import { runHousekeeping } from '../../src/workflows/housekeeping/housekeeping.ts';
import { BOB } from '../fakes/azure/event-grid.ts';
import { logLinesOf } from '../fakes/scenarios/log-lines.ts';
import { approvalOf, mainRow, memoryOf, one, textAt } from './places.ts';
import { edited, speaksOf } from './rows.ts';
import { DEBUGGING, DEBUGGING_PATH, event, type SetScene, sceneIn, setScene, TLS, W, Y } from './scene.ts';
import type { TamperedDeps } from './tampered-deps.ts';

let storage: Azurite;
let scene: SetScene;

beforeAll(async () => {
  storage = await startAzurite({ accounts: ['cleared', 'replayed'] });
  scene = await setScene(storage.connectionString);
});
afterAll(() => storage.close());

async function entriesOf({ deps }: TamperedDeps, kind: AuditKind, resource: string) {
  return (await deps.audit.list({ kind, resource }, { limit: 50, after: null })).items;
}

test('an approved and then cleared approval is not executed when its older row is restored', async () => {
  const { of, attacker } = await sceneIn(storage.account('cleared'), scene);
  const decided = mainRow(approvalOf(W, DEBUGGING)(await attacker.now()));
  const id = textAt(decided, '/id');
  of.memory.arm.change(W, 'config/web', DEBUGGING_PATH, false);
  await event(of, 'right', W, BOB);
  of.memory.arm.change(W, 'config/web', DEBUGGING_PATH, true);
  await event(of, 'wrong again', W, BOB);

  const now = await attacker.now();
  const copies = now.rows.filter(({ table, value }) => table === decided.table && speaksOf(value, id));
  await attacker.putApproval(copies, decided.value);
  await attacker.put(edited(one(memoryOf(W)(now)), { '/openApprovals': [id] }));
  await event(of, 'with the row put back', W, BOB);

  expect(of.memory.arm.writes).toEqual([]);
  expect(await entriesOf(of, 'approval.cleared', W)).toMatchObject([{ approvalId: id }]);
  expect((await of.deps.approvals.get(id))?.value.status).toBe('cleared');
  expect(logLinesOf(of.memory)).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'write refused: not authorized by the audit log' }),
  );
});

test('a rollback that ended creates no new exemption when its older attempt is restored', async () => {
  const { of, attacker } = await sceneIn(storage.account('replayed'), scene);
  const requested = mainRow(approvalOf(Y, TLS)(await attacker.now()));
  const [intent] = await entriesOf(of, 'rollback.intended', Y);
  const [exemption] = await entriesOf(of, 'exemption.created', Y);
  for (let day = 0; day < 9; day++) {
    of.memory.clock.advance(86_400);
    await runHousekeeping(of.deps);
    await of.host.settle(30);
  }
  expect(await entriesOf(of, 'exemption.ended', Y)).toHaveLength(1);

  const { operationId = '', approvalId = '' } = intent ?? {};
  const attempt: Json = {
    ...{
      operationId,
      rule: { id: TLS, version: 1 },
      purpose: 'rollback',
      digest: textAt(requested, '/digest'),
      changes: [],
    },
    ...{ approvalId, number: 1, status: 'open', operationUrls: [] },
  };
  await attacker.put(edited(one(memoryOf(Y)(await attacker.now())), { '/attempts': [attempt] }));
  await event(of, 'with the attempt put back', Y, BOB);

  expect(await entriesOf(of, 'exemption.created', Y)).toEqual([exemption]);
});
