/** Whole scenarios of the service, each from a change to empty queues. Tests run them with and without faults. */
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import { type Settings, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { type DecisionRequest, recordDecision } from '../../../src/workflows/approvals/record-decision.ts';
import type { RollbackRequest } from '../../../src/workflows/approvals/request-rollback.ts';
import { redriveDeadLetter } from '../../../src/workflows/dead-letters/redrive-dead-letter.ts';
import { readActivityLogs } from '../../../src/workflows/events/read-activity-log.ts';
import { grantExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import { anchorAudit } from '../../../src/workflows/housekeeping/anchor-audit.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { changeSettings } from '../../../src/workflows/settings/change-settings.ts';
import { startScan, startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { loggedChange } from '../azure/activity-log.ts';
import { failure, refused } from '../azure/arm.ts';
import { ADA, gridEvent } from '../azure/event-grid.ts';
import { CART, RISKY, SHOP, seedContainerApp, seedSlots, seedWebApp, UNSAFE } from '../azure/resources.ts';
import { type FakeDeps, storeSettings } from '../deps.ts';
import type { Host } from './host.ts';

export interface Scenario {
  readonly title: string;
  /** The Activity Log is read by time, so its result depends on the clock of the service. */
  readonly comparesTimesOfAzure?: true;
  /** No call is left out because a fault at it is the same as one at another call. */
  readonly triesEveryCall?: true;
  run(host: Host, deps: FakeDeps): Promise<void>;
}

const ORIGINS = '/properties/cors/allowedOrigins';
const WEEK_SECONDS = 8 * 86_400;
const OTHER = `${SHOP}-other`;
const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const OLGA = { objectId: 'olga', name: 'Olga' };

/** Settings without health gates. */
export const WITHOUT_GATES = { healthGate: { ...settingsSchema.parse({}).healthGate, enabled: false } };

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'a fix of two documents',
    async run(host, deps) {
      seedWebApp(deps.arm, UNSAFE);
      await deliverAndSettle(host, 'first', SHOP);
    },
  },
  {
    title: 'an approval, beside a fix',
    triesEveryCall: true,
    async run(host, deps) {
      seedWebApp(deps.arm, { site: { httpsOnly: false }, ...RISKY });
      await deliverAndSettle(host, 'first', SHOP);
      await host.decide(decisionOn(deps, 'approve'));
      await host.settle();
    },
  },
  {
    title: 'a rejection',
    async run(host, deps) {
      seedWebApp(deps.arm, RISKY);
      await deliverAndSettle(host, 'first', SHOP);
      await host.decide(decisionOn(deps, 'reject'));
      await host.settle();
      await deliverAndSettle(host, 'second', SHOP);
    },
  },
  {
    title: 'an approval of a moved value',
    async run(host, deps) {
      seedWebApp(deps.arm, { config: { cors: { allowedOrigins: ['*', 'https://a.example'] } } });
      await deliverAndSettle(host, 'first', SHOP);
      deps.arm.change(SHOP, 'config/web', ORIGINS, ['*', 'https://b.example']);
      await host.decide(decisionOn(deps, 'approve'));
      await host.settle();
    },
  },
  {
    title: 'an approval of a violation that somebody has fixed',
    async run(host, deps) {
      seedWebApp(deps.arm, RISKY);
      await deliverAndSettle(host, 'first', SHOP);
      deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
      await deliverAndSettle(host, 'second', SHOP);
    },
  },
  {
    title: 'an approval that expires',
    async run(host, deps) {
      seedWebApp(deps.arm, RISKY);
      await deliverAndSettle(host, 'first', SHOP);
      await host.settle(WEEK_SECONDS);
    },
  },
  {
    title: 'a resource that is gone',
    async run(host, deps) {
      seedWebApp(deps.arm, RISKY);
      await deliverAndSettle(host, 'first', SHOP);
      deps.arm.remove(SHOP);
      await host.deliver(gridEvent('second', SHOP, { type: 'ResourceDeleteSuccess' }));
      await host.settle();
    },
  },
  {
    title: 'a swap of slots, each of which is read',
    async run(host, deps) {
      seedSlots(deps.arm, { blue: UNSAFE, green: RISKY }, { site: { httpsOnly: false } });
      const operation = 'Microsoft.Web/sites/slots/slotsswap/Action';
      await host.deliver(gridEvent('first', `${SHOP}/slots/blue`, { type: 'ResourceActionSuccess', operation }));
      await host.settle();
    },
  },
  {
    title: 'a change whose event was lost',
    comparesTimesOfAzure: true,
    async run(host, deps) {
      seedWebApp(deps.arm, UNSAFE);
      deps.activityLog.granted = true;
      // The first reading only stores from when on changes count.
      await host.ask((ports) => readActivityLogs(ports, [SUBSCRIPTION]));
      deps.clock.advance(600);
      deps.activityLog.changes.push(loggedChange(gridEvent('lost', SHOP), deps.clock.now()));
      deps.clock.advance(600);
      for (let minute = 0; minute < 2; minute += 1) {
        await host.ask((ports) => readActivityLogs(ports, [SUBSCRIPTION]));
        await host.settle();
      }
    },
  },
  {
    title: 'a long-running operation',
    async run(host, deps) {
      seedContainerApp(deps.arm, { allowInsecure: true });
      takeTime(deps, 20);
      await deliverAndSettle(host, 'first', CART);
    },
  },
  {
    title: 'a long-running operation that outlives its invocation',
    async run(host, deps) {
      seedContainerApp(deps.arm, { allowInsecure: true });
      takeTime(deps, 150);
      await deliverAndSettle(host, 'first', CART);
    },
  },
  {
    title: 'a long-running operation that fails',
    async run(host, deps) {
      seedContainerApp(deps.arm, { allowInsecure: true, external: false });
      await deliverAndSettle(host, 'first', CART);
      takeTime(deps, 20, 'ContainerAppOperationError');
      await host.decide(decisionOn(deps, 'approve'));
      await host.settle();
      // The next reconcile requests a new approval for what failed.
      await deliverAndSettle(host, 'second', CART);
    },
  },
  {
    title: 'a rollback',
    async run(host, deps) {
      seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
      await deliverAndSettle(host, 'first', SHOP);
      await rollBack(host, deps);
      await host.settle();
      // What was rolled back stays so in further reconciles.
      await deliverAndSettle(host, 'second', SHOP);
    },
  },
  {
    title: 'a fix that Azure throttles at first',
    async run(host, deps) {
      seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
      let refusals = 1;
      deps.arm.onWrite = () => {
        refusals -= 1;
        return refusals < 0 ? undefined : refused('throttled', 'TooManyRequests', 90);
      };
      await deliverAndSettle(host, 'first', SHOP);
    },
  },
  {
    title: 'a fix that a lock blocks until it is deleted',
    async run(host, deps) {
      seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
      deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
      await deliverAndSettle(host, 'first', SHOP);
      deps.arm.onWrite = null;
      await deliverAndSettle(host, 'second', SHOP);
    },
  },
  {
    title: 'a fix that waits for the budget',
    async run(host, deps) {
      storeSettings(deps, { ...WITHOUT_GATES, limits: { ...settingsSchema.parse({}).limits, fixesPerHour: 1 } });
      seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
      seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } }, `${SHOP}-2`);
      await deliverAndSettle(host, 'first', SHOP);
      await deliverAndSettle(host, 'second', `${SHOP}-2`);
      await host.settle(3 * 3600);
    },
  },
  {
    title: 'many decisions at once',
    async run(host, deps) {
      seedWebApp(deps.arm, { config: { ...RISKY.config, cors: { allowedOrigins: ['*'] } } });
      await deliverAndSettle(host, 'first', SHOP);
      const decisions = waiting(deps).map((one) => decidedBy(one, 'approve'));
      await host.ask(async (baseDeps) => {
        for (const decision of decisions) await recordDecision(baseDeps, decision);
      });
      await host.settle();
    },
  },
  {
    title: 'an approval that the stop switch holds',
    async run(host, deps) {
      seedWebApp(deps.arm, RISKY);
      await deliverAndSettle(host, 'first', SHOP);
      const decision = decisionOn(deps, 'approve');
      await host.decide(decision);
      await choose(host, { stopped: { reason: 'An incident.' } });
      await host.settle();
      await choose(host, {});
      await minutes(host, deps, 2);
    },
  },
  {
    title: 'a sweep of new and deleted apps',
    async run(host, deps) {
      seedWebApp(deps.arm, RISKY, OTHER);
      await deliverAndSettle(host, 'first', OTHER);
      deps.arm.remove(OTHER);
      seedWebApp(deps.arm, { site: { httpsOnly: false }, ...RISKY });
      seedContainerApp(deps.arm, { allowInsecure: true });
      deps.estate.ids = [CART, SHOP];
      deps.estate.counted = TWO_PARTS;
      await host.ask((baseDeps) => startSweep(baseDeps, [SUBSCRIPTION]));
      await host.settle();
    },
  },
  {
    title: 'a scan and its progress',
    async run(host, deps) {
      seedWebApp(deps.arm, UNSAFE);
      seedContainerApp(deps.arm);
      deps.estate.ids = [CART, SHOP];
      await host.ask((baseDeps) => startScan(baseDeps, `/subscriptions/${SUBSCRIPTION}`));
      await host.settle();
    },
  },
  {
    title: 'a dead letter that is released',
    async run(host, deps) {
      seedWebApp(deps.arm, UNSAFE);
      deps.arm.onRead = () => {
        throw new Error('nobody has thought of this');
      };
      await deliverAndSettle(host, 'first', SHOP);
      deps.arm.onRead = null;
      const [letter] = deps.stored.deadLetters.keys();
      if (letter === undefined) throw new Error('there should be a dead letter');
      await host.ask((baseDeps) => redriveDeadLetter(baseDeps, letter));
      await host.settle();
    },
  },
  {
    title: 'an exemption that ends',
    async run(host, deps) {
      seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
      const expires = new Date(deps.clock.now().getTime() + 8 * 3_600_000).toISOString();
      const about = { owner: 'Team Shop', reason: 'Old clients.', ticket: null };
      const request = { scope: SHOP, rule: 'webapp-min-tls', expires, ...about };
      await host.ask((baseDeps) => grantExemption(baseDeps, request, { type: 'user', ...OLGA }));
      await deliverAndSettle(host, 'first', SHOP);
      deps.clock.advance(14 * 3600);
      await minutes(host, deps, 3);
    },
  },
  {
    title: 'a fix, and the anchors of the log around it',
    async run(host, deps) {
      seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
      for (const wait of [0, 0, 3600]) {
        deps.clock.advance(wait);
        await host.ask(anchorAudit);
        await deliverAndSettle(host, `after ${wait}`, SHOP);
      }
    },
  },
];

export async function deliverAndSettle(host: Host, id: string, resource: string): Promise<void> {
  await host.deliver(gridEvent(id, resource));
  await host.settle();
}

/** An operator replaces the settings; what is not given has its default, in mode autofix. */
async function choose(host: Host, settings: Partial<Settings>): Promise<void> {
  const change = { settings: { ...settingsSchema.parse({ mode: 'autofix' }), ...settings }, ifMatch: '*' };
  await host.ask((baseDeps) => changeSettings(baseDeps, { ...change, actor: { ...OLGA, type: 'user' } }));
}

/** Runs housekeeping so many times. */
async function minutes(host: Host, { clock }: FakeDeps, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    clock.advance(60);
    await host.ask(runHousekeeping);
    await host.settle();
  }
}

/** So many resources are listed in two partitions. */
const TWO_PARTS = 1000;

/** Ada requests the rollback of the last fix. When its leaves cannot be read, she repeats the request once. */
async function rollBack(host: Host, deps: FakeDeps): Promise<void> {
  try {
    await host.rollBack(rollbackOf(deps));
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'moved') throw error;
    await host.rollBack(rollbackOf(deps));
  }
}

/** Ada decides the pending approval. */
export function decisionOn(deps: FakeDeps, decision: 'approve' | 'reject'): DecisionRequest {
  return decidedBy(pending(deps), decision);
}

function decidedBy({ id, digest }: Approval, decision: 'approve' | 'reject'): DecisionRequest {
  return { approvalId: id, decision, digest, comment: null, person: { objectId: ADA.objectId, name: 'Ada' } };
}

/** Ada requests the rollback of the last fix. */
export function rollbackOf({ stored }: FakeDeps): RollbackRequest {
  const entry = stored.entries.findLast(({ kind }) => kind === 'fix.applied');
  if (!entry) throw new Error('there is no fix to roll back');
  return { entry, comment: 'The old clients need it.', person: { objectId: ADA.objectId, name: 'Ada' } };
}

export function pending(deps: FakeDeps): Approval {
  const found = waiting(deps);
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`there should be one pending approval, not ${found.length}`);
  return first;
}

function waiting(deps: FakeDeps): Approval[] {
  return approvals(deps).filter(({ status }) => status === 'pending');
}

export function approvals(deps: FakeDeps): Approval[] {
  return [...deps.stored.approvals.values()].map(({ value }) => value);
}

/** From now on a write of the container app is an operation that ends after so many seconds, or fails then. */
export function takeTime({ arm }: FakeDeps, seconds: number, failsWith?: string): void {
  arm.onWrite = (_, take) => {
    const state = (value: string) => arm.change(CART, 'resource', '/properties/provisioningState', value);
    state('InProgress');
    if (failsWith === undefined) arm.later(seconds, take);
    arm.later(seconds, () => state(failsWith === undefined ? 'Succeeded' : 'Failed'));
    return arm.accept(seconds, () => (failsWith === undefined ? null : failure('invalid', failsWith)));
  };
}
