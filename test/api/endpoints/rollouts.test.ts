import { describe, expect, it } from 'vitest';
import { continueRollout, endRollout, listRollouts } from '../../../src/api/endpoints/rollouts.ts';
import type { Rollout } from '../../../src/domain/approvals/rollout.ts';
import { waitingRollout } from '../../../src/domain/approvals/rollout-steps.ts';
import { apiDeps, NOW } from '../../fakes/api-deps.ts';
import { ask, principal, serviceOf, statusAndCode } from '../ask.ts';

const START = {
  rule: 'webapp-https-only',
  scope: '/',
  except: [],
  stages: [1, '100%'],
  bakeMinutes: 15,
  isEvaluated: true,
};
const STOPPED: Partial<Rollout> = {
  status: 'stopped',
  stageAt: NOW,
  progress: { stage: 1, apps: 1, pending: 0, left: 4 },
  members: ['abcdefgh'],
  stopped: { at: NOW, reason: 'shop is worse since the fix.', resource: null },
};

async function withRollout(more: Partial<Rollout> = STOPPED) {
  const deps = apiDeps();
  const actor = { type: 'user' as const, objectId: 'olga', name: 'Olga' };
  await deps.rollouts.save({ ...waitingRollout(START, { id: 'r1', revision: 1, at: NOW, actor }), ...more }, null);
  return deps;
}

const asOperator = { as: principal(['Operator']), params: { id: 'r1' } };

describe('GET /rollouts', () => {
  it('lists roll-outs with their progress, and nothing of their rows beside', async () => {
    const deps = await withRollout();
    const { body } = await ask(listRollouts, serviceOf(deps), { as: principal(['Reader']) });
    expect(body.items).toEqual([
      {
        ...{ id: 'r1', rule: 'webapp-https-only', scope: '/', except: [], status: 'stopped', stages: [1, '100%'] },
        ...{ bakeMinutes: 15, progress: STOPPED.progress, startedAt: NOW, stageAt: NOW, quietSince: null, ended: null },
        startedBy: { type: 'user', objectId: 'olga', name: 'Olga' },
        stopped: STOPPED.stopped,
        text: 'at stage 1 of 2 (1 app)',
      },
    ]);
    const running = await ask(listRollouts, serviceOf(deps), { query: '?status=running,ended' });
    expect(running.body.items).toEqual([]);
  });

  it('shows none that found nothing to write', async () => {
    const deps = await withRollout({ status: 'ended', ended: { at: NOW, reason: 'Nothing violates the rule.' } });
    expect((await ask(listRollouts, serviceOf(deps))).body.items).toEqual([]);
  });
});

describe('POST /rollouts/{id}/continue and end', () => {
  it('need an operator', async () => {
    const service = serviceOf(await withRollout());
    for (const endpoint of [continueRollout, endRollout]) {
      const refused = await ask(endpoint, service, { as: principal(['Approver']), params: { id: 'r1' } });
      expect(statusAndCode(refused)).toBe('403 forbidden');
    }
  });

  it('continue one that is stopped, once, and end it, once', async () => {
    const deps = await withRollout();
    const service = serviceOf(deps);
    for (const _ of [1, 2]) {
      expect((await ask(continueRollout, service, asOperator)).body).toMatchObject({
        status: 'running',
        stopped: null,
      });
    }
    expect((await ask(endRollout, service, asOperator)).body).toMatchObject({
      status: 'ended',
      ended: { reason: 'An operator ended it.' },
    });
    expect(statusAndCode(await ask(endRollout, service, asOperator))).toBe('409 decided');
    expect(deps.stored.entries.map(({ kind, actor }) => [kind, actor.name])).toEqual([
      ['rollout.continued', 'ada@example.com'],
      ['rollout.ended', 'ada@example.com'],
    ]);
    expect(statusAndCode(await ask(endRollout, service, { ...asOperator, params: { id: 'none' } }))).toBe(
      '404 not-found',
    );
  });
});
