/** What may happen around an app, in any order: as values that fast-check makes and shrinks, and how each happens. */
import fc from 'fast-check';
import type { DocumentName } from '../../src/domain/documents.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import type { Mode } from '../../src/domain/settings.ts';
import { housekeep } from '../../src/workflows/housekeeping.ts';
import type { ArmFailureKind } from '../../src/workflows/ports.ts';
import { SHOP, seedWebApp } from '../world/apps.ts';
import { ADA, BOB, gridEvent, OURSELVES } from '../world/event-grid.ts';
import { createHost, type Host } from '../world/host.ts';
import { refused } from '../world/memory-azure.ts';
import { type MemoryWorld, memoryWorld, storeSettings } from '../world/memory-world.ts';
import { approvals } from '../world/ways.ts';

/** The leaves that people change, with values that are right and wrong. */
export const LEAVES: readonly { rule: string; document: DocumentName; path: string; right: Json; wrong: Json[] }[] = [
  leaf('webapp-https-only', 'resource', 'httpsOnly', true, [false]),
  leaf('webapp-min-tls', 'config/web', 'minTlsVersion', '1.2', ['1.0', '1.1']),
  leaf('webapp-ftps-only', 'config/web', 'ftpsState', 'FtpsOnly', ['AllAllowed']),
  leaf('webapp-remote-debugging', 'config/web', 'remoteDebuggingEnabled', false, [true]),
  leaf('webapp-cors-wildcard', 'config/web', 'cors', null, [{ allowedOrigins: ['*'] }, { allowedOrigins: ['*', 'a'] }]),
];
export const RISKY_RULES = ['webapp-remote-debugging', 'webapp-cors-wildcard'];
const PEOPLE = [ADA, BOB];

export type Happening =
  | {
      readonly what: 'change';
      readonly leaf: number;
      readonly value: number;
      readonly by: number;
      readonly told: boolean;
    }
  | { readonly what: 'deliver'; readonly which: number }
  | { readonly what: 'decide'; readonly which: number; readonly by: number; readonly approve: boolean }
  | { readonly what: 'mode'; readonly mode: Mode; readonly stopped: boolean }
  | { readonly what: 'trouble'; readonly kind: ArmFailureKind | 'lost' | 'late'; readonly times: number }
  | { readonly what: 'unread'; readonly times: number }
  | { readonly what: 'wait'; readonly seconds: number }
  | { readonly what: 'work'; readonly seconds: number }
  | { readonly what: 'housekeep' };

const small = fc.nat({ max: 9 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('change' as const),
      leaf: small,
      value: small,
      by: small,
      told: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('deliver' as const), which: small }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('decide' as const), which: small, by: small, approve: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('mode' as const),
      mode: fc.constantFrom<Mode>('audit', 'approve', 'autofix', 'autofix'),
      stopped: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('trouble' as const),
      kind: fc.constantFrom('throttled', 'busy', 'transient', 'blocked', 'invalid', 'lost', 'late'),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('unread' as const), times: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('wait' as const), seconds: fc.constantFrom(1, 15, 40, 120, 700) }),
  },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('work' as const), seconds: fc.constantFrom(0, 31, 200) }) },
  { weight: 1, arbitrary: fc.constant({ what: 'housekeep' as const }) },
);
export const happenings: fc.Arbitrary<Happening[]> = fc.array(happening, { maxLength: 60, size: 'max' });

export interface Turmoil {
  readonly world: MemoryWorld;
  readonly host: Host;
  happen(happening: Happening): Promise<void>;
  /** Everybody is told everything, faults end, the mode is autofix; then it comes to rest. */
  rest(): Promise<void>;
}

export function turmoil(): Turmoil {
  const world = memoryWorld();
  const { arm, stored } = world;
  const host = createHost(world);
  /** Every event there was; any may be delivered at any time, and again. */
  const events: JsonObject[] = [];
  let troubles: (ArmFailureKind | 'lost' | 'late')[] = [];
  let unread = 0;
  seedWebApp(arm);
  storeSettings(world, {});
  arm.onWritten = () => {
    events.push(gridEvent(`echo-${events.length}`, SHOP, { by: OURSELVES }));
  };
  arm.onRead = (_, name) => {
    if (unread === 0 || name !== 'config/web') return undefined;
    unread -= 1;
    return { status: 'failed', detail: 'TooManyRequests', passing: true };
  };
  arm.onWrite = (_, take) => {
    const trouble = troubles.shift();
    if (trouble === undefined) return undefined;
    if (trouble === 'late') {
      arm.later(50, take);
      return { kind: 'done', arm: { status: 200 } };
    }
    // The answer was lost, not the request.
    if (trouble === 'lost') take();
    return trouble === 'lost' ? refused('transient', 'ETIMEDOUT') : refused(trouble, `Said${trouble}`, 7);
  };

  async function deliver(which: number): Promise<void> {
    const event = events[which % Math.max(1, events.length)];
    if (event) await host.deliver(event);
  }

  async function happen(one: Happening): Promise<void> {
    switch (one.what) {
      case 'change': {
        const { document, path, right, wrong } = pick(LEAVES, one.leaf);
        arm.change(SHOP, document, path, pick([right, ...wrong, ...wrong], one.value));
        events.push(gridEvent(`event-${events.length}`, SHOP, { by: pick(PEOPLE, one.by) }));
        if (one.told) await deliver(events.length - 1);
        return;
      }
      case 'deliver':
        return deliver(one.which);
      case 'decide': {
        const waiting = approvals(world).filter(({ status }) => status === 'pending');
        const approval = waiting[one.which % Math.max(1, waiting.length)];
        if (approval) await decide(host, approval, one.approve, pick(PEOPLE, one.by).objectId);
        return;
      }
      case 'mode':
        return storeSettings(world, { mode: one.mode, stopped: one.stopped ? { reason: 'incident' } : null });
      case 'trouble':
        troubles.push(...Array.from({ length: one.times }, () => one.kind));
        return;
      case 'unread':
        unread += one.times;
        return;
      case 'wait':
        return world.clock.advance(one.seconds);
      case 'work':
        return host.settle(one.seconds);
      case 'housekeep':
        return housekeep(world);
    }
  }

  return {
    world,
    host,
    happen,
    async rest() {
      troubles = [];
      unread = 0;
      storeSettings(world, {});
      // A day later nothing counts as failing or as reverted again and again any more.
      world.clock.advance(25 * 3600);
      for (const event of events) await host.deliver(event);
      await host.settle();
      // The last word is somebody's: what was blocked or failed before is looked at once more.
      await host.deliver(gridEvent('last', SHOP, { by: BOB }));
      await host.settle(7 * 3600);
      for (const event of events.slice(stored.events.length - 1)) await host.deliver(event);
      await host.settle(7 * 3600);
    },
  };
}

async function decide(
  host: Host,
  { id, digest }: { readonly id: string; readonly digest: string },
  approve: boolean,
  objectId: string,
): Promise<void> {
  const decision = approve ? 'approve' : 'reject';
  try {
    await host.decide({ approvalId: id, decision, digest, comment: null, person: { objectId, name: objectId } });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

function pick<T>(from: readonly T[], index: number): T {
  const found = from[index % from.length];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}

function leaf(rule: string, document: DocumentName, name: string, right: Json, wrong: Json[]) {
  return { rule, document, path: `/properties/${name}`, right, wrong };
}
