/**
 * An approval ends with a record only when its row is what was requested: a planted or changed row ends without one.
 */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { approvals, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { recordsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';

const LINE = 'approval does not match its signed request';

async function pendingApproval(): Promise<Scene> {
  const made = scene({ app: RISKY });
  await deliverAndSettle(made.host, 'first', SHOP);
  expect(recordsIn(made.deps, 'approval.requested')).toHaveLength(1);
  return made;
}

function put({ deps }: Scene, approval: Approval): void {
  deps.stored.approvals.set(approval.id, { value: approval, version: 7 });
  const [[key, memory] = []] = deps.stored.resourceStates;
  if (!key || !memory) throw new Error('the app is remembered');
  deps.stored.resourceStates.set(key, {
    ...memory,
    openApprovals: [...new Set([...memory.openApprovals, approval.id])],
  });
}

function linesOf({ deps }: Scene): string[] {
  return deps.stored.logged
    .filter(({ level, message }) => level === 'error' && message === LINE)
    .map(({ message }) => message);
}

describe('a row that ends by itself', () => {
  test('has a record when it is what was requested', async () => {
    const made = await pendingApproval();
    made.deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
    await deliverAndSettle(made.host, 'second', SHOP);
    expect([recordsIn(made.deps, 'approval.cleared').length, linesOf(made)]).toEqual([1, []]);
  });

  test.each<[string, (approval: Approval) => Approval]>([
    ['that was never requested', (approval) => ({ ...approval, id: 'invented', digest: 'sha256:invented' })],
    [
      'that shows other changes under the same digest',
      (approval) => ({ ...approval, changes: approval.changes.map((change) => ({ ...change, from: 'invented' })) }),
    ],
  ])('has no record but a log line when it is one %s', async (_, change) => {
    const made = await pendingApproval();
    const [approval] = approvals(made.deps);
    if (!approval) throw new Error('a person was asked');
    put(made, change(approval));
    made.deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
    await deliverAndSettle(made.host, 'second', SHOP);
    expect(JSON.stringify(made.deps.stored.entries)).not.toContain('invented');
    expect(linesOf(made)).toEqual([LINE]);
  });
});
