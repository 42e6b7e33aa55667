/**
 * Rules about documents that only the sweep reads: evaluated by the sweep, kept between two sweeps, never read on an
 * event.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { bodyOf } from '../../../src/domain/resources/snapshot.ts';
import { compliant } from '../../../src/domain/rules/rule.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { resourceNamed, ruleLike } from '../../domain/examples.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { CART, SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';

const backed = ruleLike({
  id: 'webapp-backed',
  documents: ['resource', 'backups'],
  writes: [],
  check: (snapshot) =>
    bodyOf(snapshot, 'backups')
      ? { verdict: 'violation', reason: 'There is no backup.', changes: [] }
      : { verdict: 'unknown', reason: 'backups was not read' },
});
const quick = ruleLike({ id: 'webapp-quick', documents: ['resource'] });

let deps: FakeDeps;
let host: Host;

beforeEach(() => {
  deps = fakeDeps({ rules: [quick, backed] });
  host = createHost(deps);
  deps.estate.ids = [SHOP];
  seedWebApp(deps.arm);
  const documents = { resource: deps.arm.valueOf(SHOP, 'resource', ''), backups: { value: [] } };
  deps.arm.seed(SHOP, documents);
});

async function event(id: string): Promise<void> {
  deps.clock.advance(60);
  await host.deliver(gridEvent(id, SHOP));
  await host.settle();
}

async function sweep(): Promise<void> {
  deps.clock.advance(3600);
  await startSweep(deps, [SUBSCRIPTION]);
  await host.settle();
}

const verdicts = () => deps.stored.findings.map(({ rule, verdict }) => `${rule} ${verdict}`);
const documentsRead = () => deps.arm.reads.flatMap(({ documents }) => documents);

describe('a rule about a document that only the sweep reads', () => {
  test('costs no read on an event, and has no verdict before the first sweep', async () => {
    await event('e');
    expect(documentsRead()).toEqual(['resource']);
    expect(verdicts()).toEqual(['webapp-quick compliant']);
  });

  test('is evaluated by the sweep, and its finding stays through later events', async () => {
    await sweep();
    const [found] = deps.stored.findings.filter(({ rule }) => rule === backed.id);
    expect(found?.verdict).toBe('violation');
    deps.arm.reads.splice(0);
    await event('later');
    expect(documentsRead()).not.toContain('backups');
    expect(deps.stored.findings.filter(({ rule }) => rule === backed.id)).toEqual([found]);
    expect(verdicts()).toEqual(['webapp-backed violation', 'webapp-quick compliant']);
  });

  test('is shown with the state of its document', async () => {
    await sweep();
    await event('later');
    const { state } = await deps.resources.loadState(resourceNamed(SHOP));
    expect(state?.documents).toEqual([
      { name: 'resource', status: 'read' },
      { name: 'backups', status: 'read' },
    ]);
  });

  test('is evaluated by every sweep, also after an event since the sweep began', async () => {
    for (const sweeps of [1, 2]) {
      await startSweep(deps, [SUBSCRIPTION]);
      const waiting = deps.stored.sweeps.splice(0);
      deps.clock.advance(300);
      await event(`e${sweeps}`);
      expect(documentsRead().filter((name) => name === 'backups')).toHaveLength(sweeps - 1);
      deps.stored.sweeps.push(...waiting);
      await host.settle();
      expect(documentsRead().filter((name) => name === 'backups')).toHaveLength(sweeps);
    }
    expect(verdicts()).toEqual(['webapp-backed violation', 'webapp-quick compliant']);
  });

  test('has no finding after it is switched off', async () => {
    await sweep();
    storeSettings(deps, { rules: { [backed.id]: { enabled: false } } });
    await event('later');
    expect(verdicts()).toEqual(['webapp-quick compliant']);
  });
});

describe('the subscription itself', () => {
  const itself = `/subscriptions/${SUBSCRIPTION}`;
  const watched = ruleLike({
    id: 'subscription-watched',
    kind: 'subscription',
    documents: ['subscription/pricings/AppServices'],
    writes: [],
    check: () => compliant('It is on.'),
  });

  test('is read once by each sweep when rules are about it, and is not counted by a scan', async () => {
    deps = fakeDeps({ rules: [quick, watched] });
    host = createHost(deps);
    deps.estate.ids = [SHOP, CART];
    deps.estate.counted = 1000;
    seedWebApp(deps.arm);
    deps.arm.seed(itself, { resource: { id: itself }, 'subscription/pricings/AppServices': { properties: {} } });
    await sweep();
    await sweep();
    expect(deps.arm.reads.filter(({ resource }) => resource === itself)).toHaveLength(2);
    expect(verdicts()).toContain('subscription-watched compliant');
  });

  test('is not read when no rule is about it', async () => {
    await sweep();
    expect(deps.arm.reads.filter(({ resource }) => resource === itself)).toEqual([]);
  });
});
