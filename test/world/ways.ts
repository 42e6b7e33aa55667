/** Whole ways through the service, each from a change to rest; tests walk them with and without trouble. */
import type { Approval } from '../../src/domain/approval.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { type Settings, settingsSchema } from '../../src/domain/settings.ts';
import { anchorAudit } from '../../src/workflows/anchor-audit.ts';
import type { RollbackRequest } from '../../src/workflows/ask-rollback.ts';
import { changeSettings } from '../../src/workflows/change-settings.ts';
import { grantExemption } from '../../src/workflows/exempt.ts';
import { housekeep } from '../../src/workflows/housekeeping.ts';
import { type DecisionRequest, recordDecision } from '../../src/workflows/record-decision.ts';
import { releaseLetter } from '../../src/workflows/release-letter.ts';
import { startScan, startSweep } from '../../src/workflows/sweep.ts';
import { CART, RISKY, SHOP, seedContainerApp, seedSlots, seedWebApp, UNSAFE } from './apps.ts';
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
const OTHER = `${SHOP}-other`;
const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const OLGA = { objectId: 'olga', name: 'Olga' };

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
    title: 'a swap of slots, each of which is read',
    async walk(host, world) {
      seedSlots(world.arm, { blue: UNSAFE, green: RISKY }, { site: { httpsOnly: false } });
      const operation = 'Microsoft.Web/sites/slots/slotsswap/Action';
      await host.deliver(gridEvent('first', `${SHOP}/slots/blue`, { type: 'ResourceActionSuccess', operation }));
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
      takeTime(world, 150);
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
      await putBack(host, world);
      await host.settle();
      // What was put back stays, whoever looks.
      await eventAndRest(host, 'second', SHOP);
    },
  },
  {
    title: 'a fix that Azure throttles at first',
    async walk(host, world) {
      seedWebApp(world.arm, { config: { minTlsVersion: '1.0' } });
      let refusals = 1;
      world.arm.onWrite = () => {
        refusals -= 1;
        return refusals < 0 ? undefined : refused('throttled', 'TooManyRequests', 90);
      };
      await eventAndRest(host, 'first', SHOP);
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
  {
    title: 'many decisions at once',
    async walk(host, world) {
      seedWebApp(world.arm, { config: { ...RISKY.config, cors: { allowedOrigins: ['*'] } } });
      await eventAndRest(host, 'first', SHOP);
      const decisions = waiting(world).map((one) => decidedBy(one, 'approve'));
      await host.ask(async (given) => {
        for (const decision of decisions) await recordDecision(given, decision);
      });
      await host.settle();
    },
  },
  {
    title: 'an approval that the stop switch holds',
    async walk(host, world) {
      seedWebApp(world.arm, RISKY);
      await eventAndRest(host, 'first', SHOP);
      const decision = decisionOn(world, 'approve');
      await host.decide(decision);
      await choose(host, { stopped: { reason: 'An incident.' } });
      await host.settle();
      await choose(host, {});
      await minutes(host, world, 2);
    },
  },
  {
    title: 'a sweep of what was never seen and of what is gone',
    async walk(host, world) {
      seedWebApp(world.arm, RISKY, OTHER);
      await eventAndRest(host, 'first', OTHER);
      world.arm.remove(OTHER);
      seedWebApp(world.arm, { site: { httpsOnly: false }, ...RISKY });
      seedContainerApp(world.arm, { allowInsecure: true });
      world.estate.ids = [CART, SHOP];
      world.estate.pageSize = 1;
      await host.ask((given) => startSweep(given, [SUBSCRIPTION]));
      await host.settle();
    },
  },
  {
    title: 'a scan, told how far it is',
    async walk(host, world) {
      seedWebApp(world.arm, UNSAFE);
      seedContainerApp(world.arm);
      world.estate.ids = [CART, SHOP];
      await host.ask((given) => startScan(given, `/subscriptions/${SUBSCRIPTION}`));
      await host.settle();
    },
  },
  {
    title: 'a dead letter that is released',
    async walk(host, world) {
      seedWebApp(world.arm, UNSAFE);
      world.arm.onRead = () => {
        throw new Error('nobody has thought of this');
      };
      await eventAndRest(host, 'first', SHOP);
      world.arm.onRead = null;
      const [letter] = world.stored.deadLetters.keys();
      if (letter === undefined) throw new Error('there should be a dead letter');
      await host.ask((given) => releaseLetter(given, letter));
      await host.settle();
    },
  },
  {
    title: 'an exemption that ends',
    async walk(host, world) {
      seedWebApp(world.arm, { config: { minTlsVersion: '1.0' } });
      const expires = new Date(world.clock.now().getTime() + 8 * 3_600_000).toISOString();
      const about = { owner: 'Team Shop', reason: 'Old clients.', ticket: null };
      const request = { scope: SHOP, rule: 'webapp-min-tls', expires, ...about };
      await host.ask((given) => grantExemption(given, request, { type: 'user', ...OLGA }));
      await eventAndRest(host, 'first', SHOP);
      world.clock.advance(14 * 3600);
      await minutes(host, world, 12);
    },
  },
  {
    title: 'a fix, and the anchors of the log around it',
    async walk(host, world) {
      seedWebApp(world.arm, { config: { minTlsVersion: '1.0' } });
      for (const wait of [0, 0, 3600]) {
        world.clock.advance(wait);
        await host.ask(anchorAudit);
        await eventAndRest(host, `after ${wait}`, SHOP);
      }
    },
  },
];

export async function eventAndRest(host: Host, id: string, resource: string): Promise<void> {
  await host.deliver(gridEvent(id, resource));
  await host.settle();
}

/** An operator replaces the settings; what is not said takes its default, in mode autofix. */
async function choose(host: Host, settings: Partial<Settings>): Promise<void> {
  const change = { settings: { ...settingsSchema.parse({ mode: 'autofix' }), ...settings }, ifMatch: '*' };
  await host.ask((given) => changeSettings(given, { ...change, person: OLGA, personIsApp: false }));
}

/** So many runs of housekeeping. */
async function minutes(host: Host, { clock }: MemoryWorld, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    clock.advance(60);
    await host.ask(housekeep);
    await host.settle();
  }
}

/** Ada has the last fix put back; while it cannot be read, she is told so, and tries again. */
async function putBack(host: Host, world: MemoryWorld): Promise<void> {
  try {
    await host.rollBack(rollbackOf(world));
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'moved') throw error;
    await host.rollBack(rollbackOf(world));
  }
}

/** Ada decides the approval that waits. */
export function decisionOn(world: MemoryWorld, decision: 'approve' | 'reject'): DecisionRequest {
  return decidedBy(pending(world), decision);
}

function decidedBy({ id, digest }: Approval, decision: 'approve' | 'reject'): DecisionRequest {
  return { approvalId: id, decision, digest, comment: null, person: { objectId: ADA.objectId, name: 'Ada' } };
}

/** Ada has the last fix put back. */
export function rollbackOf({ stored }: MemoryWorld): RollbackRequest {
  const entry = stored.entries.findLast(({ kind }) => kind === 'fix.applied');
  if (!entry) throw new Error('there is no fix to put back');
  return { entry, comment: 'The old clients need it.', person: { objectId: ADA.objectId, name: 'Ada' } };
}

export function pending(world: MemoryWorld): Approval {
  const found = waiting(world);
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`there should be one pending approval, not ${found.length}`);
  return first;
}

function waiting(world: MemoryWorld): Approval[] {
  return approvals(world).filter(({ status }) => status === 'pending');
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
