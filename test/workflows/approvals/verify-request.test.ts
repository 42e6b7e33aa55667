/** What is told of an approval happened: a row that nobody asked for, or that was changed since, ends without a word in the log. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { approvals, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';

const LINE = 'approval does not match its signed request';

async function asked(): Promise<Scene> {
  const made = scene({ app: RISKY });
  await deliverAndSettle(made.host, 'first', SHOP);
  expect(factsIn(made.world, 'approval.requested')).toHaveLength(1);
  return made;
}

function put({ world }: Scene, approval: Approval): void {
  world.stored.approvals.set(approval.id, { value: approval, version: 7 });
  const [[key, memory] = []] = world.stored.resourceStates;
  if (!key || !memory) throw new Error('the app is remembered');
  world.stored.resourceStates.set(key, {
    ...memory,
    openApprovals: [...new Set([...memory.openApprovals, approval.id])],
  });
}

function linesOf({ world }: Scene): string[] {
  return world.stored.logged
    .filter(({ level, message }) => level === 'error' && message === LINE)
    .map(({ message }) => message);
}

describe('a row that ends by itself', () => {
  test('is told when it is what was asked for', async () => {
    const made = await asked();
    made.world.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
    await deliverAndSettle(made.host, 'second', SHOP);
    expect([factsIn(made.world, 'approval.cleared').length, linesOf(made)]).toEqual([1, []]);
  });

  test.each<[string, (approval: Approval) => Approval]>([
    ['that nobody asked for', (approval) => ({ ...approval, id: 'invented', digest: 'sha256:invented' })],
    [
      'that shows other changes under the same digest',
      (approval) => ({ ...approval, changes: approval.changes.map((change) => ({ ...change, from: 'invented' })) }),
    ],
  ])('is not told, and named, when it is one %s', async (_, change) => {
    const made = await asked();
    const [approval] = approvals(made.world);
    if (!approval) throw new Error('a person was asked');
    put(made, change(approval));
    made.world.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
    await deliverAndSettle(made.host, 'second', SHOP);
    expect(JSON.stringify(made.world.stored.entries)).not.toContain('invented');
    expect(linesOf(made)).toEqual([LINE]);
  });
});
