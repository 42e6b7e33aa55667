/** What asking for a rollback leaves behind, to the letter, and what it says when it is refused. */
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import { rules } from '../../../src/rules/index.ts';
import { type RollbackRequest, requestRollback } from '../../../src/workflows/approvals/request-rollback.ts';
import { approval } from '../../api/samples.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { ada, carol, fixed, TLS } from './rolling-back.ts';

const NOW = '2026-03-01T12:00:30.000Z';
const back = { document: 'config/web', path: TLS, from: '1.2', to: '1.0' };

async function refusal(deps: FakeDeps, differs: Partial<RollbackRequest> = {}): Promise<object> {
  const answer = await requestRollback(deps, { ...rollbackOf(deps), ...differs }).catch((error: unknown) => error);
  if (!(answer instanceof Refusal)) throw new Error('it was not refused');
  return { code: answer.code, message: answer.message, members: answer.members };
}

describe('a rollback that is asked for', () => {
  test('is not answered with an approval of something else that somebody has claimed for it', async () => {
    const { world } = await fixed();
    const { entry } = rollbackOf(world);
    const other = { ...approval(), id: 'a-other', status: 'approved' as const, auditIds: ['of another fix'] };
    await world.approvals.save(other, null);
    await world.approvals.claimId(`${entry.id}-0`, other.id);
    await expect(requestRollback(world, rollbackOf(world))).rejects.toThrow(
      `approval a-other was claimed for the rollback of entry ${entry.id}, and is about something else`,
    );
  });

  test('is an approval that who asked has decided, with its fact', async () => {
    const { world } = await fixed();
    const { entry } = rollbackOf(world);
    const approval = await requestRollback(world, rollbackOf(world));
    const resource = { id: SHOP, type: 'Microsoft.Web/sites', name: 'shop' };
    const rule = rules.find(({ id }) => id === 'webapp-min-tls');
    const reasons = [{ code: 'approved', text: `Puts back what the fix of ${NOW} changed.` }];
    const bob = { objectId: 'bbbbbbbb-0000-4000-8000-000000000002', name: 'bob@example.com', type: 'user' };
    expect(approval).toEqual({
      id: expect.any(String),
      purpose: 'rollback',
      status: 'approved',
      digest: expect.stringMatching(/^sha256:/),
      resource,
      rule: {
        ...{ id: 'webapp-min-tls', version: rule?.version, title: rule?.title, severity: rule?.severity },
        ...{ risk: rule?.risk, impact: 'restart', reversible: true },
      },
      changes: [back],
      preserved: [],
      source: { bicep: expect.stringContaining('1.0'), terraform: expect.stringContaining('1.0') },
      changedBy: bob,
      reasons,
      requestedAt: NOW,
      expiresAt: '2026-03-08T12:00:30.000Z',
      decision: { by: ada, at: NOW, comment: 'The old clients need it.', decision: 'approve', changerUnknown: false },
      supersededBy: null,
      moved: [],
      auditIds: [entry.id, expect.any(String)],
      outbox: [],
    });
    expect(world.stored.entries.at(-1)).toMatchObject({
      ...{ kind: 'approval.approved', at: NOW, resource, rule: 'webapp-min-tls', mode: 'autofix', operationId: null },
      ...{ approvalId: approval.id, actor: { type: 'user', ...ada }, trigger: { type: 'decision' }, changes: [back] },
      ...{
        alsoMoved: [],
        reasons: [...reasons, { code: 'digest', text: approval.digest }],
        arm: null,
        message: 'The old clients need it.',
      },
    });
    expect(world.stored.sent.at(-1)).toEqual({ resource: SHOP, cause: 'decision', attempt: 0 });
  });

  test('reads what its rule and its fix are about, and sets an alarm until it is on the queue', async () => {
    const { world } = await fixed();
    world.arm.reads.splice(0);
    const before = [...world.stored.wakeups.values()];
    const rings: Date[] = [];
    const set: typeof world.wakeups.schedule = (resource, at, why) => {
      rings.push(at);
      return world.wakeups.schedule(resource, at, why);
    };
    await requestRollback({ ...world, wakeups: { ...world.wakeups, schedule: set } }, rollbackOf(world));
    expect(world.arm.reads).toMatchObject([{ documents: ['resource', 'config/web'] }]);
    expect(rings).toEqual([new Date('2026-03-01T12:01:30.000Z')]);
    expect([...world.stored.wakeups.values()]).toEqual(before);
  });

  test('says so when nobody knows who had changed the resource', async () => {
    const { world } = await fixed();
    const { entry } = rollbackOf(world);
    for (const [key, memory] of world.stored.resourceStates) {
      world.stored.resourceStates.set(key, { ...memory, writers: [] });
    }
    const nameless = { ...entry, trigger: null };
    const approval = await requestRollback(world, { ...rollbackOf(world), entry: nameless });
    expect([approval.decision?.changerUnknown, approval.changedBy]).toEqual([true, null]);
    expect(world.stored.entries.at(-1)?.message).toBe(
      'The old clients need it. Who had changed the resource is not known.',
    );
  });
});

describe('a refusal says why', () => {
  test('the values moved, and which', async () => {
    const { world } = await fixed();
    world.arm.change(SHOP, 'config/web', TLS, '1.3');
    expect(await refusal(world)).toEqual({
      code: 'moved',
      message: 'The values are no longer those that the fix wrote; what is there now is not ours to replace.',
      members: { moved: [{ ...back, from: '1.2', to: '1.3' }] },
    });
  });

  test('they cannot be read', async () => {
    const { world } = await fixed();
    world.arm.onRead = (_, document) =>
      document === 'config/web' ? { status: 'forbidden', detail: '403' } : undefined;
    expect(await refusal(world)).toEqual({
      code: 'moved',
      message:
        'The documents cannot be read now, so nobody knows whether the values are still those that the fix wrote.',
      members: { moved: [] },
    });
  });

  test('the entry is about no resource', async () => {
    const { world } = await fixed();
    const entry = { ...rollbackOf(world).entry, resource: null };
    expect(await refusal(world, { entry })).toMatchObject({
      code: 'not-reversible',
      message: 'The entry names no resource.',
    });
  });

  test('somebody else has asked', async () => {
    const { world } = await fixed();
    await requestRollback(world, rollbackOf(world));
    const message = `Ada has had it put back at ${NOW}.`;
    expect(await refusal(world, { person: carol })).toMatchObject({ code: 'decided', message });
  });
});
