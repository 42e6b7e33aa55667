/**
 * Guarantees of a roll-out, for any stages, apps and breakages: no app is written before its turn, each stage takes what it says, at
 * most as many are ill as break in the stage under way, and after the first worse verdict nothing is begun.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, memberOf, type Rollout, rolloutHold } from '../../../src/domain/approvals/rollout.ts';
import {
  advance,
  continueRollout,
  endRollout,
  type StepContext,
  stopRollout,
  waitingRollout,
} from '../../../src/domain/approvals/rollout-steps.ts';
import { parseAuditKeys } from '../../../src/domain/audit/audit.ts';
import { seal } from '../../../src/domain/audit/seal.ts';
import { MINUTE_MS, timeAfter } from '../../../src/domain/resources/durations.ts';
import { completeStages, type Stage, sizeOfStage } from '../../../src/domain/rules/rollout-settings.ts';

const START = new Date('2026-03-01T12:00:00.000Z');
const KEYS = parseAuditKeys(Buffer.alloc(32, 1).toString('base64'));
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`seed of the roll-outs: ${SEED}`);

const contextAt = (now: Date): StepContext => ({
  now,
  actor: { type: 'service', name: 'Plumbline' },
  seal: (record) => seal(record, KEYS.signing),
});

function begun(stages: readonly Stage[], bakeMinutes = 15): Rollout {
  const start = {
    rule: 'webapp-example',
    scope: '/',
    except: [],
    stages: completeStages(stages),
    bakeMinutes,
    isEvaluated: true,
  };
  const actor = { type: 'user' as const, objectId: 'olga', name: 'Olga' };
  return waitingRollout(start, { id: 'r1', revision: 1, at: START.toISOString(), actor });
}

const keyOf = (number: number) => `/subscriptions/s/resourcegroups/g/providers/microsoft.web/sites/app-${number}`;
const isHeld = (one: Rollout, number: number) => rolloutHold(one, { key: keyOf(number) }) !== null;

/** Writes what is not held, minute by minute; `breaks` fall ill for good until the roll-out stops and they are put back. */
function simulate(count: number, canaries: readonly number[], stages: readonly Stage[], breaks: readonly number[]) {
  let one = begun(stages);
  const [written, ill]: [Set<number>, Set<number>] = [new Set(), new Set()];
  const sizes: number[] = [];
  let [worstIll, afterStop, breaksInStage] = [0, 0, 0];
  const all = Array.from({ length: count }, (_, number) => number);
  for (let minute = 0; minute < 600 && one.status !== 'ended'; minute += 1) {
    const context = contextAt(timeAfter(START, minute * MINUTE_MS));
    if (one.status === 'stopped') {
      const before = written.size;
      for (const number of all) if (!isHeld(one, number)) written.add(number);
      afterStop += written.size - before;
      // The apps that are worse are put back, and a person decides about them from now on.
      ill.clear();
      one = continueRollout(one, context);
      continue;
    }
    const waiting = all.filter((number) => !written.has(number));
    const isMember = (number: number) => one.progress.stage > 0 && !isHeld(one, number);
    const left = waiting
      .filter((number) => !isMember(number))
      .map((number): Candidate => ({ key: keyOf(number), canary: canaries.includes(number) }));
    const next = advance(one, { pending: waiting.length - left.length, left, isEvaluated: true }, context);
    if (next.progress.stage > one.progress.stage) {
      sizes.push(next.progress.apps);
      breaksInStage = breaks.filter((number) => !written.has(number) && !isHeld(next, number)).length;
    }
    one = next;
    const now = one.progress.stage === 0 ? [] : waiting.filter((number) => !isHeld(one, number));
    for (const number of now) {
      written.add(number);
      if (breaks.includes(number)) ill.add(number);
    }
    worstIll = Math.max(worstIll, ill.size - breaksInStage);
    const [worse] = ill;
    if (worse !== undefined) {
      const resource = { id: keyOf(worse), type: 'Microsoft.Web/sites', name: `app-${worse}` };
      one = stopRollout(one, { reason: 'It is worse.', resource }, context);
    }
  }
  return { one, written, sizes, worstIll, afterStop };
}

describe('guarantee 11: for any roll-out', () => {
  const stage = fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 100 }).map((share) => `${share}%`),
  );
  const breaks = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 4 });

  test('the stages take what they say, and every app is written in the end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(stage, { minLength: 1, maxLength: 4 }),
        breaks,
        (count, stages, broken) => {
          const { one, written, sizes, worstIll, afterStop } = simulate(count, [], stages, broken);
          let left = count;
          for (const [index, size] of sizes.entries()) {
            const configured = completeStages(stages)[index] ?? '100%';
            expect(size).toBe(sizeOfStage(configured, left));
            left -= size;
          }
          expect([one.status, left, written.size, afterStop]).toEqual(['ended', 0, count, 0]);
          expect(worstIll).toBeLessThanOrEqual(0);
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  test('apps with the canary tag are written before any other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 40 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1 }),
        (count, canaries) => {
          const { written } = simulate(count, canaries, [canaries.length], []);
          expect([...written].slice(0, canaries.length).sort()).toEqual([...canaries].sort());
        },
      ),
      { seed: SEED, numRuns: 25 },
    );
  });

  test('of 1,000 apps, three of which break: each stage stops at once, and nothing is written while it is stopped', () => {
    const numbers = Array.from({ length: 3 }, (_, index) => (SEED + index * 7919) % 1000);
    const { one, written, sizes, worstIll, afterStop } = simulate(1000, [], [1, '10%', '100%'], numbers);
    expect(sizes).toEqual([1, 100, 899]);
    expect([one.status, written.size, afterStop]).toEqual(['ended', 1000, 0]);
    expect(worstIll).toBeLessThanOrEqual(0);
  });
});

describe('the steps', () => {
  const look = (left: number, pending = 0) => ({
    pending,
    left: Array.from({ length: left }, (_, number) => ({ key: keyOf(number), canary: false })),
    isEvaluated: true,
  });
  const at = (minutes: number) => contextAt(timeAfter(START, minutes * MINUTE_MS));

  test('a stage waits until nothing of it is pending, and then for the bake time', () => {
    const first = advance(begun([1], 10), look(5), at(0));
    const pending = advance(first, look(4, 1), at(5));
    const quiet = advance(pending, look(4), at(6));
    expect([first, pending, quiet].map(({ progress }) => progress.stage)).toEqual([1, 1, 1]);
    expect(advance(quiet, look(4), at(15)).progress.stage).toBe(1);
    expect(advance(quiet, look(4), at(16)).progress.stage).toBe(2);
  });

  test('the bake time begins again when something is pending again', () => {
    const quiet = advance(advance(begun([1], 10), look(5), at(0)), look(4), at(1));
    const again = advance(quiet, look(4, 1), at(9));
    expect(again.quietSince).toBeNull();
    expect(advance(advance(again, look(4), at(12)), look(4), at(21)).progress.stage).toBe(1);
  });

  test('without anything to write it ends, and the log has no entry of it', () => {
    const ended = advance(begun([1]), look(0), at(0));
    expect([ended.status, ended.outbox]).toEqual(['ended', []]);
  });

  test('it begins when every app is evaluated, not before', () => {
    const waiting = begun([1]);
    expect(advance(waiting, { ...look(5), isEvaluated: false }, at(0))).toBe(waiting);
  });

  test('a stop keeps its first reason, and is no step of one that has ended', () => {
    const first = advance(begun([1]), look(5), at(0));
    const stopped = stopRollout(first, { reason: 'One.', resource: null }, at(1));
    expect(stopRollout(stopped, { reason: 'Two.', resource: null }, at(2))).toBe(stopped);
    const ended = endRollout(stopped, 'An operator ended it.', at(3));
    expect(continueRollout(ended, at(4))).toBe(ended);
    expect(stopRollout(ended, { reason: 'Three.', resource: null }, at(5))).toBe(ended);
    expect(ended.outbox.map(({ kind }) => kind)).toEqual(['rollout.started', 'rollout.stopped', 'rollout.ended']);
  });

  test('while it is stopped it holds every app, also those of earlier stages', () => {
    const first = advance(begun([1]), look(5), at(0));
    const [taken] = first.members ?? [];
    const number = [0, 1, 2, 3, 4].find((one) => memberOf({ key: keyOf(one) }) === taken) ?? -1;
    expect(isHeld(first, number)).toBe(false);
    expect(isHeld(stopRollout(first, { reason: 'Ill.', resource: null }, at(1)), number)).toBe(true);
  });
});
