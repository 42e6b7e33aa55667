/** What a requested rollback stores, and the messages of its refusals. */
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

describe('a requested rollback', () => {
  test('is refused when somebody claimed another approval under its id', async () => {
    const { deps } = await fixed();
    const { entry } = rollbackOf(deps);
    const other = { ...approval(), id: 'a-other', status: 'approved' as const, auditIds: ['of another fix'] };
    await deps.approvals.save(other, null);
    await deps.approvals.claimId(`${entry.id}-0`, other.id);
    await expect(requestRollback(deps, rollbackOf(deps))).rejects.toThrow(
      `approval a-other was claimed for the rollback of entry ${entry.id}, and is about something else`,
    );
  });

  test('is an approval that the requester has decided, with its record', async () => {
    const { deps } = await fixed();
    const { entry } = rollbackOf(deps);
    const approval = await requestRollback(deps, rollbackOf(deps));
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
    expect(deps.stored.entries.at(-1)).toMatchObject({
      ...{ kind: 'approval.approved', at: NOW, resource, rule: 'webapp-min-tls', mode: 'autofix', operationId: null },
      ...{ approvalId: approval.id, actor: { type: 'user', ...ada }, trigger: { type: 'decision' }, changes: [back] },
      ...{
        alsoMoved: [],
        reasons: [...reasons, { code: 'digest', text: approval.digest }],
        arm: null,
        message: 'The old clients need it.',
      },
    });
    expect(deps.stored.sent.at(-1)).toEqual({ resource: SHOP, cause: 'decision', attempt: 0 });
  });

  test('reads the documents of its rule and its fix, and sets a wakeup until it is on the queue', async () => {
    const { deps } = await fixed();
    deps.arm.reads.splice(0);
    const before = [...deps.stored.wakeups.values()];
    const rings: Date[] = [];
    const set: typeof deps.wakeups.schedule = (resource, at, why) => {
      rings.push(at);
      return deps.wakeups.schedule(resource, at, why);
    };
    await requestRollback({ ...deps, wakeups: { ...deps.wakeups, schedule: set } }, rollbackOf(deps));
    expect(deps.arm.reads).toMatchObject([{ documents: ['resource', 'config/web'] }]);
    expect(rings).toEqual([new Date('2026-03-01T12:01:30.000Z')]);
    expect([...deps.stored.wakeups.values()]).toEqual(before);
  });

  test('says when the changer is unknown', async () => {
    const { deps } = await fixed();
    const { entry } = rollbackOf(deps);
    for (const [key, memory] of deps.stored.resourceStates) {
      deps.stored.resourceStates.set(key, { ...memory, writers: [] });
    }
    const nameless = { ...entry, trigger: null };
    const approval = await requestRollback(deps, { ...rollbackOf(deps), entry: nameless });
    expect([approval.decision?.changerUnknown, approval.changedBy]).toEqual([true, null]);
    expect(deps.stored.entries.at(-1)?.message).toBe(
      'The old clients need it. Who had changed the resource is not known.',
    );
  });
});

describe('the message of a refused rollback', () => {
  test('says which values moved', async () => {
    const { deps } = await fixed();
    deps.arm.change(SHOP, 'config/web', TLS, '1.3');
    expect(await refusal(deps)).toEqual({
      code: 'moved',
      message: 'The values are no longer those that the fix wrote; what is there now is not ours to replace.',
      members: { moved: [{ ...back, from: '1.2', to: '1.3' }] },
    });
  });

  test('says which documents cannot be read', async () => {
    const { deps } = await fixed();
    deps.arm.onRead = (_, document) => (document === 'config/web' ? { status: 'forbidden', detail: '403' } : undefined);
    expect(await refusal(deps)).toEqual({
      code: 'moved',
      message:
        'The documents cannot be read now, so nobody knows whether the values are still those that the fix wrote.',
      members: { moved: [] },
    });
  });

  test('says that the entry names no resource', async () => {
    const { deps } = await fixed();
    const entry = { ...rollbackOf(deps).entry, resource: null };
    expect(await refusal(deps, { entry })).toMatchObject({
      code: 'not-reversible',
      message: 'The entry names no resource.',
    });
  });

  test('says that somebody else has requested the rollback', async () => {
    const { deps } = await fixed();
    await requestRollback(deps, rollbackOf(deps));
    const message = `Ada has had it put back at ${NOW}.`;
    expect(await refusal(deps, { person: carol })).toMatchObject({ code: 'decided', message });
  });
});
