/** Whatever strangers, people and Azure send at the longest that each border takes, every row stays under Azure's limit with room to spare. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import { receive } from '../../src/domain/event.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { cutText, LARGEST_FIX, LARGEST_FIXES, LONGEST_SENTENCE, weightOf } from '../../src/domain/limits.ts';
import { listOfMoved } from '../../src/domain/moved-list.ts';
import { REASON_CODES } from '../../src/domain/reasons.ts';
import { seal } from '../../src/domain/seal.ts';
import { settingsSchema } from '../../src/domain/settings.ts';
import { rules } from '../../src/rules/index.ts';
import { entityOf } from '../../src/storage/entity.ts';
import { LARGEST_PAYLOAD, payloadOf, refuseBeyondLimits } from '../../src/storage/limits.ts';
import { openMemories } from '../../src/storage/memories.ts';
import type { Table } from '../../src/storage/table.ts';
import { fitted } from '../../src/workflows/fit-memory.ts';
import type { ResourceMemory } from '../../src/workflows/ports.ts';
import { app, approval, auditKeys, event, fact, finding, memory, time } from '../storage/samples.ts';

const SHOP = app('s'.repeat(60), 'é'.repeat(90));
/** Characters that a row holds in one, two and six. */
const letters = fc.constantFrom('a', '"', '\\', '\n', '\u0000', 'é', '漢', '😀', '\ud800');
const runs = { numRuns: 20 };

/** Throws unless the row fits with 50,000 characters to spare. */
function fits(value: unknown): void {
  refuseBeyondLimits('Table', entityOf({ partitionKey: 'p', rowKey: 'r' }, [value, 'x'.repeat(50_000)]));
}

function forged(letter: string, nth = 0): JsonObject {
  const long = letter.repeat(5000);
  return {
    id: `${nth}${long}`,
    subject: SHOP.id,
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    eventTime: long,
    data: {
      correlationId: letter.repeat(128),
      operationName: letter.repeat(256),
      claims: { oid: `${nth}`.padStart(20, '0') + letter.repeat(108), upn: long, appid: long },
    },
  };
}

const heavy = (letter: string, weight: number): Change => {
  const from = letter.repeat(Math.floor((weight - 120) / (weightOf(letter) - 2)));
  return { document: 'config/web', path: '/properties/cors/allowedOrigins', from, to: null };
};
const reasonsOf = (letter: string) =>
  REASON_CODES.map((code) => ({ code, text: cutText(letter.repeat(5000), LONGEST_SENTENCE) }));

describe('a row fits', () => {
  test('of an event, three of which are written at once, and its twenty neighbours', () => {
    fc.assert(
      fc.property(letters, (letter) => {
        const received = receive(forged(letter));
        if (received.kind !== 'change') throw new Error('an event was lost');
        const auditIds = Array.from({ length: 200 }, () => 'f'.repeat(32));
        const stored = { ...event('e', SHOP), event: received.event, auditIds, reasons: reasonsOf(letter) };
        fits(stored);
        const row = entityOf({ partitionKey: 'p', rowKey: 'r' }, stored);
        expect(payloadOf(row) * 40).toBeLessThan(LARGEST_PAYLOAD);
      }),
      runs,
    );
  });

  test('of an approval with all that it may hold', () => {
    fc.assert(
      fc.property(letters, (letter) => {
        const comment = letter.repeat(4000);
        const changes = [heavy(letter, LARGEST_FIX)];
        const moved = listOfMoved([heavy(letter, 16_000), heavy(letter, 16_000), heavy(letter, 900_000)]).listed;
        const reasons = reasonsOf(letter).slice(0, 20);
        const one = fact(SHOP, 'x', {
          changes,
          reasons,
          message: comment,
          actor: { type: 'user', name: letter.repeat(50) },
        });
        const sealed = seal(one, auditKeys.signing);
        const source = { bicep: comment, terraform: comment };
        const decision = {
          ...{ by: { objectId: 'o'.repeat(128), name: letter.repeat(50) }, at: time(0), comment },
          ...{ decision: 'approve' as const, changerUnknown: true },
        };
        const auditIds = Array.from({ length: 200 }, () => 'f'.repeat(32));
        fits(approval('a', SHOP, { changes, moved, reasons, source, decision, auditIds, unlogged: [sealed, sealed] }));
        fits({ ...one, alsoMoved: moved });
      }),
      runs,
    );
  });

  test('of the settings, with the facts that wait for the log', () => {
    const stop = fact(null, 'stop', { message: 'é'.repeat(1000), actor: { type: 'user', name: 'é'.repeat(50) } });
    const settings = settingsSchema.parse({});
    fits({ settings, more: 'x'.repeat(400_000 - weightOf(settings)), facts: Array(8).fill(stop) });
  });

  test('of a memory, with every rule violated, and only what is shown is cut', async () => {
    await fc.assert(
      fc.asyncProperty(letters, async (letter) => {
        const full = fullMemory(letter);
        const { saved, told } = await savedAs(fitted(full));
        fits(saved);
        expect(told.openApprovals).toEqual(full.openApprovals);
        expect(told.operations).toEqual(full.operations);
        expect(told.history).toEqual(full.history);
        expect(told.findings.map(({ rule, verdict, decision }) => [rule, verdict, decision?.action])).toEqual(
          full.findings.map(({ rule, verdict, decision }) => [rule, verdict, decision?.action]),
        );
        expect(told.findings[0]?.reason).toContain('the list of findings has them');
        expect(Object.keys(told.declined)).toHaveLength(100);
        // The latest.
        expect(told.declined).toHaveProperty('sha256:999');
      }),
      runs,
    );
  });
});

/** As many rules as a kind of resource has, each violated by the largest change and held by every ceiling. */
function fullMemory(letter: string): ResourceMemory {
  const own = rules.filter(({ kind }) => kind === 'web-app');
  const reasons = reasonsOf(letter).slice(0, 18);
  const ceilings = reasons.map(({ code }) => ({
    code,
    at: 'report' as const,
    until: time(0),
    ifLifted: 'report' as const,
  }));
  const findings = own.map((rule) =>
    finding(SHOP, rule.id, {
      title: rule.title,
      references: rule.references,
      reason: reasons[0]?.text ?? '',
      changes: [heavy(letter, LARGEST_FIXES / own.length)],
      decision: { action: 'report', until: time(0), reasons, ceilings, approvalId: 'a'.repeat(22) },
    }),
  );
  const times = Array.from({ length: 50 }, (_, second) => time(second));
  const operations = [1, 2, 3, 4].map((nth) => ({
    operationId: String(nth),
    startedAt: time(0),
    trigger: { type: 'event' as const },
    waitingFor: ['x'.repeat(1000)],
    entries: [
      {
        ...{ rule: 'r', ruleVersion: 1, purpose: 'fix' as const, digest: 'd', approvalId: null, attempts: 1 },
        ...{ changes: [heavy(letter, LARGEST_FIX - 1000)], state: 'open' as const },
      },
    ],
  }));
  const declined = Array.from({ length: 1000 }, (_, nth) => [
    `sha256:${nth}`,
    { status: 'rejected' as const, at: time(nth), until: time(nth) },
  ]);
  return memory(SHOP, {
    findings,
    documents: own.map((_, nth) => ({
      name: `document ${nth}`,
      status: 'failed' as const,
      detail: reasons[0]?.text ?? '',
    })),
    history: Object.fromEntries(
      own.map(({ id }) => [id, { fixedAt: times, failedAt: times.slice(0, 10), alsoMovedAt: null }]),
    ),
    openApprovals: Array.from({ length: 200 }, (_, nth) => `a${nth}`.padEnd(22, 'a')),
    declined: Object.fromEntries(declined),
    operations,
  });
}

/** Through the store: what stands in the row, and what is read from it. */
async function savedAs(given: ResourceMemory): Promise<{ saved: unknown; told: ResourceMemory }> {
  let entity: Parameters<Table['insert']>[0] | null = null;
  const table = {
    name: 'PlumblineResources',
    insert: async (one: Parameters<Table['insert']>[0]) => {
      refuseBeyondLimits('PlumblineResources', one);
      entity = one;
      return '1';
    },
    get: async () => entity && { ...(entity as object), partitionKey: 'p', rowKey: 'state', etag: '1' },
  };
  const memories = openMemories(table as unknown as Table);
  await memories.save(SHOP, given, null);
  const found = await memories.load(SHOP);
  if (!found) throw new Error('nothing was saved');
  const { findings, ...rest } = found.value;
  return { saved: [rest, findings.map(({ resource: _resource, ...one }) => one)], told: found.value };
}
