/** Risky violations that only the sweep found are reported until somebody brings them up. */
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

function stage(looks = RISKY) {
  const deps = fakeDeps();
  const host = createHost(deps);
  deps.estate.ids = [SHOP];
  seedWebApp(deps.arm, looks);
  return {
    world: deps,
    host,
    async sweep() {
      deps.clock.advance(3600);
      await startSweep(deps, [SUBSCRIPTION]);
      await host.settle();
    },
    async event(id: string, looks: Parameters<typeof gridEvent>[2] = {}) {
      deps.clock.advance(3600);
      await host.deliver(gridEvent(id, SHOP, looks));
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

/** Nobody may read the configuration, until the answer is called. */
function unreadable({ arm }: FakeDeps): () => void {
  arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no role' } : undefined);
  return () => {
    arm.onRead = null;
  };
}

const statuses = (deps: FakeDeps) => approvals(deps).map(({ status }) => status);

describe('what only the sweep found', () => {
  test('is reported, sweep after sweep', async () => {
    const { world, sweep } = stage();
    await sweep();
    await sweep();
    expect(decision(world)).toBe('report tier-risky found-by-sweep');
    expect(approvals(world)).toEqual([]);
  });

  test('is the sweep’s as well when it shows at the look after the sweep', async () => {
    const { world, host, sweep } = stage();
    const remove = unreadable(world);
    await sweep();
    remove();
    await world.queue.send({ resource: SHOP, cause: 'wake', attempt: 0 }, 0);
    await host.settle();
    expect(decision(world)).toBe('report tier-risky found-by-sweep');
  });

  test('is the sweep’s as well when the process died in the middle of a fix beside it, and an alarm brings another', async () => {
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
    const { world, sweep } = stage();
    storeSettings(world, {
      approvals: {
        expireHours: 168,
        rejectedDays: 90,
        separationOfDuties: true,
        unknownChanger: 'allow',
        fromSweep: true,
      },
    });
    await sweep();
    expect(decision(world)).toBe('queue tier-risky');
    expect(statuses(world)).toEqual(['pending']);
  });

  test('is queued when somebody changes the app, with or without a name; our own echo changes nothing', async () => {
    const { world, sweep, event } = stage();
    await sweep();
    await event('echo', { by: OURSELVES });
    expect(decision(world)).toBe('report tier-risky found-by-sweep');
    await event('nameless', { by: null });
    expect(statuses(world)).toEqual(['pending']);
  });

  test('is queued when an operator asks, and stays so', async () => {
    const { world, sweep, ask } = stage();
    await sweep();
    expect(await ask()).toBe(1);
    expect(decision(world)).toBe('queue tier-risky');
    expect(statuses(world)).toEqual(['pending']);
    expect(await ask()).toBe(0);
    const requests = world.stored.entries.filter(({ kind }) => kind === 'approval.requested');
    expect(requests.map(({ actor, resource }) => [actor.name, resource?.id])).toEqual([
      ['Grace', undefined],
      ['Plumbline', SHOP],
    ]);
    await sweep();
    expect([decision(world), ...statuses(world)]).toEqual(['queue tier-risky', 'pending']);
  });

  test('is written once it is approved', async () => {
    const { world, host, sweep, ask } = stage();
    await sweep();
    await ask();
    await host.decide({ ...decisionOn(world, 'approve'), person: { objectId: ADA.objectId, name: 'Ada' } });
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/remoteDebuggingEnabled')).toBe(false);
  });

  test('is not asked again when it was rejected', async () => {
    const { world, host, sweep, ask } = stage();
    await sweep();
    await ask();
    await host.decide(decisionOn(world, 'reject'));
    await host.settle();
    await sweep();
    expect(decision(world)).toBe('report tier-risky rejected-before');
    expect(statuses(world)).toEqual(['rejected']);
  });

  test('is the sweep’s again after the app met the rule', async () => {
    const { world, sweep, ask } = stage();
    await sweep();
    await ask();
    world.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', false);
    await sweep();
    world.arm.change(SHOP, 'config/web', '/properties/remoteDebuggingEnabled', true);
    await sweep();
    expect(decision(world)).toBe('report tier-risky found-by-sweep');
    expect(statuses(world)).toEqual(['cleared']);
  });

  test('is never asked about when nothing of that kind was reported', async () => {
    const { ask, event } = stage();
    await event('e', { by: ADA });
    expect(await ask()).toBe(0);
  });
});

describe('what an event has brought up', () => {
  test.each([
    ['by somebody', ADA],
    ['by nobody known', null],
  ])('%s stays with people when a sweep finds it as well', async (_, by) => {
    const { world, sweep, event } = stage();
    await event('e', { by });
    await sweep();
    expect([decision(world), ...statuses(world)]).toEqual(['queue tier-risky', 'pending']);
  });

  test('comes before people when it could not be read at the time of the event', async () => {
    const { world, sweep, event } = stage();
    const remove = unreadable(world);
    await event('e', { by: ADA });
    remove();
    await sweep();
    expect([decision(world), ...statuses(world)]).toEqual(['queue tier-risky', 'pending']);
  });

  test('stays with people when it could not be read for a while', async () => {
    const { world, sweep, event } = stage();
    await event('e', { by: null });
    const remove = unreadable(world);
    await sweep();
    remove();
    await sweep();
    expect([decision(world), ...statuses(world)]).toEqual(['queue tier-risky', 'pending']);
  });
});

test('safe violations are fixed whoever finds them', async () => {
  const { world, sweep } = stage({ site: { httpsOnly: false } });
  await sweep();
  expect(world.arm.valueOf(SHOP, 'resource', '/properties/httpsOnly')).toBe(true);
});

describe('who wrote the app long before brings up nothing', () => {
  test('of a rule that nobody has looked at before', async () => {
    const { world, event, sweep } = stage();
    storeSettings(world, { rules: { [RULE]: { enabled: false } } });
    await event('long before');
    storeSettings(world, {});
    await sweep();
    expect(decision(world)).toBe('report tier-risky found-by-sweep');
  });

  test('nor does whom the Activity Log names, asked about another violation', async () => {
    const { world, sweep, ask } = stage({
      config: { remoteDebuggingEnabled: true, cors: { allowedOrigins: ['*'] } },
    });
    world.activityLog.granted = true;
    const caller = { objectId: ADA.objectId, type: 'user' as const };
    const entry = { correlationId: null, operation: 'Microsoft.Web/sites/write', appId: null, caller };
    world.activityLog.entries.set(SHOP.toLowerCase(), [{ ...entry, at: world.clock.now().toISOString() }]);
    await sweep();
    await ask();
    await sweep();
    expect(approvals(world)).toMatchObject([{ rule: { id: RULE }, changedBy: { objectId: ADA.objectId } }]);
  });
});
