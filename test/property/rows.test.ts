/** Whatever strangers, people and Azure send at the longest that each border takes, every row stays under Azure's limit with room to spare. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { Exemption } from '../../src/domain/approvals/exemption.ts';
import type { AuditRecord, SealedRecord } from '../../src/domain/audit/audit.ts';
import { seal } from '../../src/domain/audit/seal.ts';
import { summarizeChanges } from '../../src/domain/changes/diff-summary.ts';
import { MAX_FIX_SIZE, serializedSize } from '../../src/domain/resources/limits.ts';
import { settingsSchema } from '../../src/domain/rules/settings.ts';
import { withoutResource } from '../../src/storage/stores/resource-states.ts';
import { entityOf } from '../../src/storage/table/entity.ts';
import { assertEntityFits, MAX_TRANSACTION_BYTES, payloadOf } from '../../src/storage/table/limits.ts';
import { recordDeadLetter, recordFailure } from '../../src/workflows/dead-letters/record-dead-letter.ts';
import { truncateResourceState } from '../../src/workflows/state/resource-state.ts';
import { fakeDeps } from '../fakes/deps.ts';
import { useAccount } from '../storage/azurite.ts';
import { app, approval, auditKeys, fact, time } from '../storage/samples.ts';
import { forgedEvent, fullMemory, heavy, reasonsOf } from './largest.ts';

const account = useAccount();
const SHOP = app('s'.repeat(60), 'é'.repeat(90));

/** Characters that a row holds in one, two and six. */
const LETTERS = ['a', '"', '\\', '\n', '\u0000', 'é', '漢', '😀', '\ud800'];

/** Those that are long in their own way. */
const FEW = ['a', '"', '漢'];
const ALL_IDS = Array.from({ length: 200 }, () => 'f'.repeat(32));

/** Throws unless the row fits with 40,000 characters to spare. */
function fits(value: unknown): void {
  assertEntityFits('Table', entityOf({ partitionKey: 'p', rowKey: 'r' }, [value, 'x'.repeat(40_000)]));
}

/** The longest that a fix, what moved along with it, and a person's comment make an entry. */
function largestFact(letter: string, what: string): AuditRecord {
  return fact(SHOP, what, {
    changes: [heavy(letter, MAX_FIX_SIZE)],
    alsoMoved: summarizeChanges([heavy(letter, 16_000), heavy(letter, 16_000), heavy(letter, 900_000)]).listed,
    reasons: reasonsOf(letter).slice(0, 20),
    message: letter.repeat(4000),
    actor: { type: 'user', objectId: 'o'.repeat(128), name: letter.repeat(50) },
  });
}

function largestApproval(letter: string): Approval {
  const comment = letter.repeat(4000);
  const { changes, alsoMoved, reasons } = largestFact(letter, 'x');
  const sealed: SealedRecord = seal(
    { ...largestFact(letter, 'x'), kind: 'approval.approved', alsoMoved: [] },
    auditKeys.signing,
  );
  return approval(`a${letter.codePointAt(0)}`, SHOP, {
    ...{ changes, moved: alsoMoved, reasons, source: { bicep: comment, terraform: comment } },
    decision: {
      ...{ by: { objectId: 'o'.repeat(128), name: letter.repeat(50) }, at: time(0), comment },
      ...{ decision: 'approve', changerUnknown: true },
    },
    ...{ auditIds: ALL_IDS, outbox: [sealed, sealed] },
  });
}

describe('a row fits', () => {
  test('of an event, three of which are written at once, and its twenty neighbours', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LETTERS), (letter) => {
        const stored = forgedEvent(SHOP, letter);
        fits(stored);
        const row = entityOf({ partitionKey: 'p', rowKey: 'r' }, stored);
        expect(payloadOf(row) * 40).toBeLessThan(MAX_TRANSACTION_BYTES);
      }),
      { numRuns: 20 },
    );
  });

  test.each(FEW)('of an approval with all that it may hold, of %j, and lists find it', async (letter) => {
    const { approvals } = account.open();
    const saved = largestApproval(letter);
    fits(saved);
    await approvals.save(saved, null);
    const { items } = await approvals.list({ rule: saved.rule.id }, { limit: 50, after: null });
    expect(items.find(({ id }) => id === saved.id)).toEqual(saved);
  });

  test.each(FEW)('of an entry and the pointer to it, of %j, thirty at once', async (letter) => {
    const { audit } = account.open();
    const records = Array.from({ length: 30 }, (_, nth) => largestFact(letter, `${letter} ${nth}`));
    const entries = await audit.append(records);
    for (const entry of entries) fits(entry);
    expect(entries.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
    expect(await audit.get(entries[29]?.id ?? '')).toEqual(entries[29]);
  });

  test('of the settings, with the facts that wait for the log', () => {
    const stop = seal(
      fact(null, 'stop', { message: 'é'.repeat(1000), actor: { type: 'user', name: 'é'.repeat(50) } }),
      auditKeys.signing,
    );
    const settings = settingsSchema.parse({});
    fits({ settings, more: 'x'.repeat(400_000 - serializedSize(settings)), facts: Array(9).fill(stop) });
  });

  test.each(FEW)('of an exemption, of %j', async (letter) => {
    const { exemptions } = account.open();
    const text = letter.repeat(4000);
    const createdBy = { type: 'user' as const, objectId: 'o'.repeat(128), name: letter.repeat(50) };
    const granted = fact(SHOP, 'x', {
      kind: 'exemption.created',
      message: text,
      reasons: reasonsOf(letter),
      actor: createdBy,
    });
    const exemption: Exemption = {
      ...{ id: exemptions.newId(new Date(time(0))), scope: SHOP.id, rule: 'webapp-min-tls' },
      ...{ owner: letter.repeat(200), reason: text, ticket: letter.repeat(200) },
      ...{ expires: time(0), createdAt: time(0), createdBy, removedAt: time(0) },
      outbox: [seal(granted, auditKeys.signing), seal(granted, auditKeys.signing)],
    };
    fits(exemption);
    await exemptions.save(exemption, null);
    expect((await exemptions.get(exemption.id))?.value).toEqual(exemption);
  });

  test.each(LETTERS)('of a dead letter, of %j', async (letter) => {
    const { deadLetters } = account.open();
    const deps = { ...fakeDeps(), deadLetters };
    const message = { resource: SHOP.id, more: letter.repeat(64_000) };
    await recordFailure(deps, message, new Error(letter.repeat(100_000)));
    await recordDeadLetter(deps, 'plumbline-reconcile', message);
    const [stored] = (await deadLetters.list({ limit: 1, after: null })).items;
    fits(stored);
    expect(serializedSize(stored)).toBeLessThan(50_000);
    expect(stored?.error).toMatch(/more characters$/);
  });

  test.each(FEW)('of the findings of one resource, all written at once, of %j', async (letter) => {
    const { findings } = account.open();
    const all = fullMemory(SHOP, letter).findings;
    for (const one of all) fits(one);
    await findings.replace(SHOP, all);
    const { items } = await findings.list({ resource: SHOP.id }, { limit: 200, after: null });
    expect(items).toHaveLength(all.length);
  });
});

describe('the memory of a resource', () => {
  test.each(LETTERS)(
    'fits with every rule violated and all that is remembered at its longest, of %j',
    async (letter) => {
      const { resourceStates } = account.open();
      const full = fullMemory(SHOP, letter);
      const saved = truncateResourceState(full);
      fits({ ...saved, findings: saved.findings.map(withoutResource) });
      const version = (await resourceStates.load(SHOP))?.version ?? null;
      await resourceStates.save(SHOP, saved, version);
      const told = (await resourceStates.load(SHOP))?.value;
      if (!told) throw new Error('nothing was saved');
      expect(told.openApprovals).toEqual(full.openApprovals);
      expect(told.attempts).toEqual(full.attempts);
      expect([told.compliantAt, told.unattributedSince, told.beforeFix]).toEqual([
        full.compliantAt,
        full.unattributedSince,
        full.beforeFix,
      ]);
      expect(told.writers).toEqual(full.writers);
      expect(told.writers).toHaveLength(200);
      expect(told.findings.map(({ rule, verdict, decision }) => [rule, verdict, decision?.action])).toEqual(
        full.findings.map(({ rule, verdict, decision }) => [rule, verdict, decision?.action]),
      );
      // Codes decide about the next look.
      expect(told.findings.map(({ decision }) => decision?.reasons.map(({ code }) => code))).toEqual(
        full.findings.map(({ decision }) => decision?.reasons.map(({ code }) => code)),
      );
      expect(told.findings[0]?.reason).toContain('the list of findings has them');
      expect(Object.keys(told.declined)).toHaveLength(100);
      // The latest.
      expect(Object.keys(told.declined)).toContain(`sha256:${'999'.padStart(64, '0')}`);
    },
  );

  test('keeps the findings as they are where the rest leaves room', () => {
    const { findings } = fullMemory(SHOP, 'a');
    const some = findings.slice(0, 10);
    const memory = {
      ...truncateResourceState(fullMemory(SHOP, 'a')),
      findings: some,
      attempts: [],
      writers: [],
      history: {},
    };
    expect(truncateResourceState(memory).findings).toEqual(some);
  });
});
