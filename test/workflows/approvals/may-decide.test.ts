/** What a list says about deciding, compared with what deciding answers, in the world in memory. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Decider, mayDecide } from '../../../src/domain/approvals/may-decide.ts';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { recordDecision } from '../../../src/workflows/approvals/record-decision.ts';
import { ADA, BOB, gridEvent, PIPELINE } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { storeSettings } from '../../fakes/deps.ts';
import { approvals } from '../../fakes/scenarios/scenarios.ts';
import { scene } from '../../fakes/scenarios/scene.ts';

const GROUP = SHOP.split('/providers')[0] ?? '';
const TEAM = 'cccccccc-0000-4000-8000-00000000000c';
const people: readonly Decider[] = [
  { objectId: ADA.objectId, name: 'Ada' },
  { objectId: BOB.objectId.toUpperCase(), name: 'Bob' },
  { objectId: 'dddddddd-0000-4000-8000-00000000000d', name: 'Carol', groups: [TEAM] },
];
const approvers = fc.constantFrom(null, [ADA.objectId], [TEAM, BOB.objectId]);

test('guarantee 8: mayDecide agrees with the decision, once all events are handled', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        // The writers of the app, before and after the approval was requested; null: nobody is named.
        writers: fc.array(fc.constantFrom(ADA, BOB, PIPELINE, null), { minLength: 1, maxLength: 3 }),
        mode: fc.constantFrom('autofix' as const, 'approve' as const, 'audit' as const),
        stopped: fc.constantFrom(null, null, { reason: 'night' }),
        approvers,
        separationOfDuties: fc.constantFrom(true, true, false),
        unknownChanger: fc.constantFrom('allow' as const, 'refuse' as const),
        hours: fc.constantFrom(0, 1, 167, 168),
        earlier: fc.constantFrom(null, 'approve' as const, 'reject' as const),
        person: fc.constantFrom(...people),
      }),
      async ({
        writers,
        mode,
        stopped,
        approvers: named,
        separationOfDuties,
        unknownChanger,
        hours,
        earlier,
        person,
      }) => {
        const { deps, host } = scene({ app: RISKY });
        for (const [index, by] of writers.entries()) {
          await host.deliver(gridEvent(`event-${index}`, SHOP, { by }));
          await host.settle();
        }
        const [pending] = approvals(deps);
        if (!pending) throw new Error('a risky app has an approval');
        const request = { approvalId: pending.id, digest: pending.digest, comment: 'why' };
        if (earlier) {
          const other = { objectId: 'eeeeeeee-0000-4000-8000-00000000000e', name: 'Eve' };
          await recordDecision(deps, { ...request, decision: earlier, person: other }).catch(() => null);
        }
        const defaults = settingsSchema.parse({});
        storeSettings(deps, {
          ...{ mode, stopped, scopes: named ? [{ scope: GROUP, approvers: named }] : [] },
          approvals: { ...defaults.approvals, separationOfDuties, unknownChanger },
        });
        const now = new Date(deps.clock.now().getTime() + hours * 3_600_000);
        const at = { ...deps, clock: { ...deps.clock, now: () => now } };
        const found = (await at.approvals.get(pending.id))?.value;
        const settings = at.stored.settings?.value.settings ?? null;
        const told = found && mayDecide(found, { decider: person, refusal: null }, settings, now);
        const answer = await recordDecision(at, { ...request, decision: 'approve', person }).then(
          () => ({ allowed: true, reason: null }),
          (error: unknown) => {
            if (error instanceof Refusal) return { allowed: false, reason: error.message };
            throw error;
          },
        );
        expect(told).toEqual(answer);
      },
    ),
    { numRuns: 60 },
  );
});

test('the changers are saved with the approval when they change, and not otherwise', async () => {
  const { deps, host } = scene({ app: RISKY });
  const changersAfter = async (id: string, by: typeof ADA) => {
    await host.deliver(gridEvent(id, SHOP, { by }));
    await host.settle();
    const [[, row] = []] = deps.stored.approvals;
    return [row?.version, row?.value.changers?.objectIds];
  };
  const [first, ...named] = await changersAfter('a', ADA);
  expect(named).toEqual([[ADA.objectId]]);
  expect(await changersAfter('b', BOB)).toEqual([Number(first) + 1, [ADA.objectId, BOB.objectId]]);
  const again = await changersAfter('c', BOB);
  expect(again).toEqual([Number(first) + 1, [ADA.objectId, BOB.objectId]]);
});

test('a decided approval keeps the changers with which it was decided, while the app cannot be read', async () => {
  const { deps, host } = scene({ app: RISKY });
  await host.deliver(gridEvent('a', SHOP, { by: BOB }));
  await host.settle();
  const [pending] = approvals(deps);
  if (!pending) throw new Error('a risky app has an approval');
  const person = { objectId: ADA.objectId, name: 'Ada' };
  deps.arm.onRead = () => ({ status: 'failed', detail: 'ECONNRESET', retryable: true });
  await recordDecision(deps, {
    approvalId: pending.id,
    digest: pending.digest,
    decision: 'approve',
    comment: null,
    person,
  });
  await host.deliver(gridEvent('b', SHOP, { by: ADA }));
  await host.settle(60);
  const [after] = approvals(deps);
  expect([after?.status, after?.changers]).toEqual(['approved', { objectIds: [BOB.objectId], complete: true }]);
});
