/** Roll-outs on a real table: one request for those that are open, one winner of two writers, and none that is kept for ever. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Rollout } from '../../../src/domain/approvals/rollout.ts';
import { waitingRollout } from '../../../src/domain/approvals/rollout-steps.ts';
import { TABLES } from '../../../src/storage/names.ts';
import { ConflictError } from '../../../src/workflows/ports/storage.ts';
import { useAccount } from '../azurite.ts';
import { time } from '../samples.ts';

const account = useAccount();

beforeEach(async () => {
  await account.table(TABLES.rollouts).deleteTable();
});

function rolloutOf(id: string, more: Partial<Rollout> = {}): Rollout {
  const start = {
    rule: 'webapp-https-only',
    scope: '/',
    except: [],
    stages: [1, '100%'],
    bakeMinutes: 15,
    isEvaluated: true,
  };
  const actor = { type: 'user' as const, objectId: 'olga', name: 'Olga' };
  return { ...waitingRollout(start, { id, revision: 1, at: time(1), actor }), ...more };
}

describe('roll-outs', () => {
  it('have the same id for the same change, and sort newest first', async () => {
    const { rollouts } = account.open();
    const about = { rule: 'webapp-https-only', scope: '/', revision: 1 };
    const [older, newer] = [rollouts.idOf({ ...about, at: time(1) }), rollouts.idOf({ ...about, at: time(2) })];
    expect(rollouts.idOf({ ...about, at: time(1) })).toBe(older);
    expect(rollouts.idOf({ ...about, revision: 2, at: time(1) })).not.toBe(older);
    for (const id of [older, newer]) await rollouts.save(rolloutOf(id), null);
    expect((await rollouts.list(null, { limit: 10, after: null })).items.map(({ id }) => id)).toEqual([newer, older]);
  });

  it('of two writers one wins, and the other is told', async () => {
    const { rollouts } = account.open();
    const version = await rollouts.save(rolloutOf('r1'), null);
    await expect(rollouts.save(rolloutOf('r1'), null)).rejects.toThrow(ConflictError);
    await rollouts.save(rolloutOf('r1', { status: 'running' }), version);
    await expect(rollouts.save(rolloutOf('r1', { status: 'stopped' }), version)).rejects.toThrow(ConflictError);
    expect((await rollouts.get('r1'))?.value.status).toBe('running');
  });

  it('that are open are read by one request, those that ended until what they held is queued', async () => {
    const { rollouts } = account.open();
    await rollouts.save(rolloutOf('r1', { status: 'running', members: ['abcdefgh'] }), null);
    await rollouts.save(rolloutOf('r2', { status: 'ended' }), null);
    await rollouts.save(rolloutOf('r3', { status: 'ended', isReleased: true }), null);
    account.requests();
    const open = await rollouts.listOpen();
    expect(account.requests()).toEqual({ table: 1, queue: 0, blob: 0 });
    expect(open.map(({ value }) => value.id)).toEqual(['r1', 'r2']);
    expect(open[0]?.value.members).toEqual(['abcdefgh']);
    const stopped = await rollouts.list(['ended'], { limit: 10, after: null });
    expect(stopped.items.map(({ id }) => id)).toEqual(['r2', 'r3']);
  });

  it('that were released are removed in the end', async () => {
    const { rollouts } = account.open();
    const [old, held, recent] = [time(1), time(1), time(100)].map((at, revision) =>
      rollouts.idOf({ at, revision, rule: 'webapp-https-only', scope: '/' }),
    );
    await rollouts.save(rolloutOf(old ?? '', { isReleased: true }), null);
    await rollouts.save(rolloutOf(held ?? ''), null);
    await rollouts.save(rolloutOf(recent ?? '', { isReleased: true }), null);
    await rollouts.removeBefore(new Date(time(50)));
    expect((await rollouts.list(null, { limit: 10, after: null })).items.map(({ id }) => id)).toEqual([recent, held]);
  });
});
