/** Risky violations that only the sweep found are reported until a change or an operator queues them. */
import { describe, expect, test } from 'vitest';
import { requestApprovals } from '../../../src/workflows/approvals/request-approvals.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { ADA, gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn } from '../../fakes/scenarios/scenarios.ts';
import { Crash } from '../../fakes/wrappers/crashing.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const GROUP = SHOP.split('/providers/')[0] ?? '';
const GRACE = { objectId: 'dddddddd-0000-4000-8000-000000000004', name: 'Grace' };
const RULE = 'webapp-remote-debugging';

function stage(options = RISKY) {
  const deps = fakeDeps();
  const host = createHost(deps);
  deps.estate.ids = [SHOP];
  seedWebApp(deps.arm, options);
  return {
    deps,
    host,
    async sweep() {
      deps.clock.advance(3600);
      await startSweep(deps, [SUBSCRIPTION]);
      await host.settle();
    },
    async event(id: string, options: Parameters<typeof gridEvent>[2] = {}) {
      deps.clock.advance(3600);
      await host.deliver(gridEvent(id, SHOP, options));
      await host.settle();
    },
    async ask() {
      const queued = await requestApprovals(deps, { rule: RULE, scope: GROUP, actor: { ...GRACE, type: 'user' } });
      await host.settle();
      return queued;
    },
  };
}

function decision(deps: FakeDeps): string {
  const found = deps.stored.findings.find(({ rule }) => rule === RULE)?.decision;
  return [found?.action, ...(found?.reasons.map(({ code }) => code) ?? [])].join(' ');
}

/** The configuration cannot be read until the returned function is called. */
function unreadable({ arm }: FakeDeps): () => void {
  arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no role' } : undefined);
  return () => {
    arm.onRead = null;
  };
}

const statuses = (deps: FakeDeps) => approvals(deps).map(({ status }) => status);

describe('a violation that only the sweep found', () => {
  test('is reported by each sweep', async () => {
    const { deps, sweep } = stage();
    await sweep();
    await sweep();
    expect(decision(deps)).toBe('report tier-risky found-by-sweep');
    expect(approvals(deps)).toEqual([]);
  });

  test('is reported when it shows at the reconcile after the sweep', async () => {
    const { deps, host, sweep } = stage();
    const remove = unreadable(deps);
    await sweep();
    remove();
    await deps.queue.send({ resource: SHOP, cause: 'wake', attempt: 0 }, 0);
    await host.settle();
    expect(decision(deps)).toBe('report tier-risky found-by-sweep');
  });

  test('is reported when the process died during another fix and a wakeup repeats the reconcile', async () => {
    const deps = fakeDeps();
    deps.estate.ids = [SHOP];
    seedWebApp(deps.arm, { site: { httpsOnly: false }, ...RISKY });
    let died = false;
    const ports = watchedDeps(deps, async (name, call) => {
      if (name === 'arm.write' && !died) {
        died = true;
        throw new Crash('the power is cut');
      }
      return call();
    });
    const host = createHost(deps, { ports, afterCrashSeconds: 600 });
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle();
    expect([died, decision(deps)]).toEqual([true, 'report tier-risky found-by-sweep']);
  });

  test('is queued when the settings say so', async () => {
    const { deps, sweep } = stage();
    storeSettings(deps, {
      approvals: {
        expireHours: 168,
        rejectedDays: 90,
        separationOfDuties: true,
        unknownChanger: 'allow',
        fromSweep: true,
      },
    });
    await sweep();
    expect(decision(deps)).toBe('queue tier-risky');
    expect(statuses(deps)).toEqual(['pending']);
  });

  test('is queued by a change of the app with or without a name, but not by its own write', async () => {
    const { deps, sweep, event } = stage();
    await sweep();
    await event('echo', { by: OURSELVES });
    expect(decision(deps)).toBe('report tier-risky found-by-sweep');
    await event('nameless', { by: null });
    expect(statuses(deps)).toEqual(['pending']);
  });

  test('is queued by a request of an operator, and stays queued', async () => {
    const { deps, sweep, ask } = stage();
    await sweep();
    expect(await ask()).toBe(1);
    expect(decision(deps)).toBe('queue tier-risky');
    expect(statuses(deps)).toEqual(['pending']);
    expect(await ask()).toBe(0);
    const requests = deps.stored.entries.filter(({ kind }) => kind === 'approval.requested');
    expect(requests.map(({ actor, resource }) => [actor.name, resource?.id])).toEqual([
      ['Grace', undefined],
      ['Plumbline', SHOP],
    ]);
    await sweep();
    expect([decision(deps), ...statuses(deps)]).toEqual(['queue tier-risky', 'pending']);
  });

  test('is written after its approval', async () => {
    const { deps, host, sweep, ask } = stage();
    await sweep();
    await ask();
    await host.decide({ ...decisionOn(deps, 'approve'), person: { objectId: ADA.objectId, name: 'Ada' } });
    await host.settle();
    expect(deps.arm.valueOf(SHOP, 'config/web', '/properties/remoteDebuggingEnabled')).toBe(false);
  });

  test('is not queued again after its rejection', async () => {
    const { deps, host, sweep, ask } = stage();
    await sweep();
    await ask();
    await host.decide(decisionOn(deps, 'reject'));
    await host.settle();
    await sweep();
    expect(decision(deps)).toBe('report tier-risky rejected-before');
    expect(statuses(deps)).toEqual(['rejected']);
  });

  test('is reported again after the app met the rule in between', async () => {
    const { deps, sweep, ask } = stage();
    await sweep();
    await ask();
    deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
    await sweep();
    deps.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', true);
    await sweep();
    expect(decision(deps)).toBe('report tier-risky found-by-sweep');
    expect(statuses(deps)).toEqual(['cleared']);
  });

  test('is not queued by a request when none was reported', async () => {
    const { ask, event } = stage();
    await event('e', { by: ADA });
    expect(await ask()).toBe(0);
  });
});

describe('a violation that an event found', () => {
  test.each([
    ['by a user', ADA],
    ['by an unknown caller', null],
  ])('%s stays queued when a sweep finds it as well', async (_, by) => {
    const { deps, sweep, event } = stage();
    await event('e', { by });
    await sweep();
    expect([decision(deps), ...statuses(deps)]).toEqual(['queue tier-risky', 'pending']);
  });

  test('is queued when it could not be read at the time of the event', async () => {
    const { deps, sweep, event } = stage();
    const remove = unreadable(deps);
    await event('e', { by: ADA });
    remove();
    await sweep();
    expect([decision(deps), ...statuses(deps)]).toEqual(['queue tier-risky', 'pending']);
  });

  test('stays queued when it could not be read for a while', async () => {
    const { deps, sweep, event } = stage();
    await event('e', { by: null });
    const remove = unreadable(deps);
    await sweep();
    remove();
    await sweep();
    expect([decision(deps), ...statuses(deps)]).toEqual(['queue tier-risky', 'pending']);
  });
});

test('safe violations that the sweep found are fixed', async () => {
  const { deps, sweep } = stage({ site: { httpsOnly: false } });
  await sweep();
  expect(deps.arm.valueOf(SHOP, 'resource', '/properties/httpsOnly')).toBe(true);
});

describe('an earlier writer of the app does not queue a violation', () => {
  test('of a rule that was not evaluated before', async () => {
    const { deps, event, sweep } = stage();
    storeSettings(deps, { rules: { [RULE]: { enabled: false } } });
    await event('long before');
    storeSettings(deps, {});
    await sweep();
    expect(decision(deps)).toBe('report tier-risky found-by-sweep');
  });

  test('after the Activity Log named that writer for another violation', async () => {
    const { deps, sweep, ask } = stage({
      config: { remoteDebuggingEnabled: true, cors: { allowedOrigins: ['*'] } },
    });
    deps.activityLog.granted = true;
    const caller = { objectId: ADA.objectId, type: 'user' as const };
    const entry = { correlationId: null, operation: 'Microsoft.Web/sites/write', appId: null, caller };
    deps.activityLog.entries.set(SHOP.toLowerCase(), [{ ...entry, at: deps.clock.now().toISOString() }]);
    await sweep();
    await ask();
    await sweep();
    expect(approvals(deps)).toMatchObject([{ rule: { id: RULE }, changedBy: { objectId: ADA.objectId } }]);
  });
});
