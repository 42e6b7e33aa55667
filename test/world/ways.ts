/** Whole ways through the service, each from a change to rest; tests walk them with and without trouble. */
import type { Approval } from '../../src/domain/approval.ts';
import { settingsSchema } from '../../src/domain/settings.ts';
import type { RollbackRequest } from '../../src/workflows/ask-rollback.ts';
import type { DecisionRequest } from '../../src/workflows/record-decision.ts';
import { CART, RISKY, SHOP, seedContainerApp, seedWebApp, UNSAFE } from './apps.ts';
import { ADA, gridEvent } from './event-grid.ts';
import type { Host } from './host.ts';
import { failure, refused } from './memory-azure.ts';
import { type MemoryWorld, storeSettings } from './memory-world.ts';

export interface Way {
  readonly title: string;
  walk(host: Host, world: MemoryWorld): Promise<void>;
}

const ORIGINS = '/properties/cors/allowedOrigins';
const WEEK_SECONDS = 8 * 86_400;

export const WAYS: readonly Way[] = [
  {
    title: 'a fix of two documents',
    async walk(host, world) {
      seedWebApp(world.arm, UNSAFE);
      await eventAndRest(host, 'first', SHOP);
    },
  },
  {
    title: 'an approval, beside a fix',
    async walk(host, world) {
      seedWebApp(world.arm, { site: { httpsOnly: false }, ...RISKY });
      await eventAndRest(host, 'first', SHOP);
      await host.decide(decisionOn(world, 'approve'));
      await host.settle();
    },
  },
  {
    title: 'a rejection',
    async walk(host, world) {
      seedWebApp(world.arm, RISKY);
      await eventAndRest(host, 'first', SHOP);
      await host.decide(decisionOn(world, 'reject'));
      await host.settle();
      await eventAndRest(host, 'second', SHOP);
    },
  },
  {
    title: 'an approval of what has moved',
    async walk(host, world) {
      seedWebApp(world.arm, { config: { cors: { allowedOrigins: ['*', 'https://a.example'] } } });
      await eventAndRest(host, 'first', SHOP);
      world.arm.change(SHOP, 'config/web', ORIGINS, ['*', 'https://b.example']);
      await host.decide(decisionOn(world, 'approve'));
      await host.settle();
    },
  },
  {
    title: 'an approval of what somebody has put right',
    async walk(host, world) {
      seedWebApp(world.arm, RISKY);
      await eventAndRest(host, 'first', SHOP);
      world.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
      await eventAndRest(host, 'second', SHOP);
    },
  },
  {
    title: 'an approval that nobody decides',
    async walk(host, world) {
      seedWebApp(world.arm, RISKY);
      await eventAndRest(host, 'first', SHOP);
      await host.settle(WEEK_SECONDS);
    },
  },
  {
    title: 'a resource that is gone',
    async walk(host, world) {
      seedWebApp(world.arm, RISKY);
      await eventAndRest(host, 'first', SHOP);
      world.arm.remove(SHOP);
      await host.deliver(gridEvent('second', SHOP, { type: 'ResourceDeleteSuccess' }));
      await host.settle();
    },
  },
  {
    title: 'a long-running operation',
    async walk(host, world) {
      seedContainerApp(world.arm, { allowInsecure: true });
      takeTime(world, 20);
      await eventAndRest(host, 'first', CART);
    },
  },
  {
    title: 'a long-running operation that outlives its invocation',
    async walk(host, world) {
      seedContainerApp(world.arm, { allowInsecure: true });
      takeTime(world, 300);
      await eventAndRest(host, 'first', CART);
    },
  },
  {
    title: 'a long-running operation that fails',
    async walk(host, world) {
      seedContainerApp(world.arm, { allowInsecure: true, external: false });
      await eventAndRest(host, 'first', CART);
      takeTime(world, 20, 'ContainerAppOperationError');
      await host.decide(decisionOn(world, 'approve'));
      await host.settle();
      // What failed is put before a person again at the next look.
      await eventAndRest(host, 'second', CART);
    },
  },
  {
    title: 'a rollback',
    async walk(host, world) {
      seedWebApp(world.arm, { config: { minTlsVersion: '1.0' } });
      await eventAndRest(host, 'first', SHOP);
      await host.rollBack(rollbackOf(world));
      await host.settle();
      // What was put back stays, whoever looks.
      await eventAndRest(host, 'second', SHOP);
    },
  },
  {
    title: 'a fix that a lock refuses until it is lifted',
    async walk(host, world) {
      seedWebApp(world.arm, { config: { minTlsVersion: '1.0' } });
      world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
      await eventAndRest(host, 'first', SHOP);
      world.arm.onWrite = null;
      await eventAndRest(host, 'second', SHOP);
    },
  },
  {
    title: 'a fix that waits for its turn',
    async walk(host, world) {
      storeSettings(world, { limits: { ...settingsSchema.parse({}).limits, fixesPerHour: 1 } });
      seedWebApp(world.arm, { config: { minTlsVersion: '1.0' } });
      seedWebApp(world.arm, { config: { minTlsVersion: '1.0' } }, `${SHOP}-2`);
      await eventAndRest(host, 'first', SHOP);
      await eventAndRest(host, 'second', `${SHOP}-2`);
      await host.settle(3 * 3600);
    },
  },
];

export async function eventAndRest(host: Host, id: string, resource: string): Promise<void> {
  await host.deliver(gridEvent(id, resource));
  await host.settle();
}

/** Ada decides the approval that waits. */
export function decisionOn(world: MemoryWorld, decision: 'approve' | 'reject'): DecisionRequest {
  const { id, digest } = pending(world);
  return { approvalId: id, decision, digest, comment: null, person: { objectId: ADA.objectId, name: 'Ada' } };
}

/** Ada has the last fix put back. */
export function rollbackOf({ stored }: MemoryWorld): RollbackRequest {
  const entry = stored.entries.findLast(({ kind }) => kind === 'fix.applied');
  if (!entry) throw new Error('there is no fix to put back');
  return { entry, comment: 'The old clients need it.', person: { objectId: ADA.objectId, name: 'Ada' } };
}

export function pending(world: MemoryWorld): Approval {
  const found = approvals(world).filter(({ status }) => status === 'pending');
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`there should be one pending approval, not ${found.length}`);
  return first;
}

export function approvals(world: MemoryWorld): Approval[] {
  return [...world.stored.approvals.values()].map(({ value }) => value);
}

/** From now on a write is carried out after so many seconds, meanwhile Azure works on the resource; or it fails then. */
export function takeTime({ arm }: MemoryWorld, seconds: number, failsWith?: string): void {
  arm.onWrite = (_, take) => {
    const state = (value: string) => arm.change(CART, 'resource', '/properties/provisioningState', value);
    state('InProgress');
    if (failsWith === undefined) arm.later(seconds, take);
    arm.later(seconds, () => state(failsWith === undefined ? 'Succeeded' : 'Failed'));
    return arm.accept(seconds, () => (failsWith === undefined ? null : failure('invalid', failsWith)));
  };
}
