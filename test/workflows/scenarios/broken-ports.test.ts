/** Fail closed: while a port that a write depends on cannot be used, nothing is written. */

import { describe, expect, test } from 'vitest';
import { redriveDeadLetter } from '../../../src/workflows/dead-letters/redrive-dead-letter.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp, UNSAFE } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';
import { decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { portsOf, watchedDeps } from '../../fakes/wrappers/watched.ts';

/**
 * The ports that no write depends on: next messages, lists and numbers for the console, notifications, the Activity Log when
 * the changer is known and no event is lost, the roll-outs when the settings have no stages, and the health of an app, which is
 * then not known.
 */
const BESIDE = [
  ...['queue', 'sweeps', 'scans', 'estate', 'findings', 'deadLetters', 'notifications'],
  ...['activityLog', 'activityProgress', 'sweepRuns', 'sweepMarks', 'evidence', 'counts'],
  ...['history', 'previews', 'revisions', 'rollouts', 'health'],
];

const CHANGES = [
  {
    what: 'a fix',
    // Nobody was queried for it, and its events are loaded with the state of the app.
    needless: ['approvals', 'events'],
    async begin(host: Host, deps: FakeDeps) {
      seedWebApp(deps.arm, UNSAFE);
      await host.deliver(gridEvent('first', SHOP));
    },
    writes: 2,
  },
  {
    what: 'an approved change',
    // Approved changes use no budget.
    needless: ['budgets'],
    async begin(host: Host, deps: FakeDeps) {
      seedWebApp(deps.arm, RISKY);
      await deliverAndSettle(host, 'first', SHOP);
      await host.decide(decisionOn(deps, 'approve'));
    },
    writes: 1,
  },
];

describe.each(CHANGES)('guarantee 9: $what is not written', ({ needless, begin, writes }) => {
  const ports = portsOf(fakeDeps()).filter((port) => ![...BESIDE, ...needless].includes(port));

  test.each(ports)('while %s cannot be used, and is written afterwards', async (port) => {
    const deps = fakeDeps();
    let broken = false;
    const watched = watchedDeps(deps, async (name, call) => {
      if (broken && name.startsWith(`${port}.`)) throw new StorageUnavailable(`${name} does not answer`);
      return call();
    });
    const host = createHost(deps, { ports: watched });
    await begin(host, deps);
    broken = true;
    await host.settle();
    expect(deps.arm.requests).toEqual([]);
    broken = false;
    for (const letter of deps.stored.deadLetters.keys())
      await host.ask((baseDeps) => redriveDeadLetter(baseDeps, letter));
    await deliverAndSettle(host, 'second', SHOP);
    expect(deps.arm.writes).toHaveLength(writes);
    expect(deps.stored.events.filter(({ outcome }) => outcome !== 'evaluated' && outcome !== 'covered')).toEqual([]);
  });
});
