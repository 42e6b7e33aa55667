/** With the longest accepted input of users, attackers and Azure, every row stays below Azure's limit with a margin. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { Exemption } from '../../src/domain/approvals/exemption.ts';
import type { AuditRecord, SealedRecord } from '../../src/domain/audit/audit.ts';
import { seal } from '../../src/domain/audit/seal.ts';
import { summarizeChanges } from '../../src/domain/changes/diff-summary.ts';
import { MAX_FIX_SIZE, serializedSize } from '../../src/domain/resources/limits.ts';
import { settingsSchema } from '../../src/domain/rules/settings.ts';
import { withoutResource } from '../../src/storage/stores/state-row.ts';
import { entityOf } from '../../src/storage/table/entity.ts';
import { assertEntityFits, MAX_TRANSACTION_BYTES, payloadOf } from '../../src/storage/table/limits.ts';
import { recordDeadLetter, recordFailure } from '../../src/workflows/dead-letters/record-dead-letter.ts';
import { truncateResourceState } from '../../src/workflows/state/resource-state.ts';
import { fakeDeps } from '../fakes/deps.ts';
import { useAccount } from '../storage/azurite.ts';
import { app, approval, auditKeys, record, time } from '../storage/samples.ts';
import { forgedEvent, fullMemory, heavy, reasonsOf } from './largest.ts';

const account = useAccount();
const SHOP = app('s'.repeat(60), 'é'.repeat(90));

/** Characters that take one, two and six bytes or characters in a row. */
const LETTERS = ['a', '"', '\\', '\n', '\u0000', 'é', '漢', '😀', '\ud800'];

/** Characters that become long in different ways. */
const FEW = ['a', '"', '漢'];
const ALL_IDS = Array.from({ length: 200 }, () => 'f'.repeat(32));

/** Throws unless the row fits with 40,000 characters to spare. */
function fits(value: unknown): void {
  assertEntityFits('Table', entityOf({ partitionKey: 'p', rowKey: 'r' }, [value, 'x'.repeat(40_000)]));
}

/** The longest entry of a fix, with moved values and a user's comment. */
function largestRecord(letter: string, what: string): AuditRecord {
  return record(SHOP, what, {
    changes: [heavy(letter, MAX_FIX_SIZE)],
    alsoMoved: summarizeChanges([heavy(letter, 16_000), heavy(letter, 16_000), heavy(letter, 900_000)]).listed,
    reasons: reasonsOf(letter).slice(0, 20),
    message: letter.repeat(4000),
    actor: { type: 'user', objectId: 'o'.repeat(128), name: letter.repeat(50) },
  });
}

function largestApproval(letter: string): Approval {
  const comment = letter.repeat(4000);
  const { changes, alsoMoved, reasons } = largestRecord(letter, 'x');
  const sealed: SealedRecord = seal(
    { ...largestRecord(letter, 'x'), kind: 'approval.approved', alsoMoved: [] },
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

describe('a row fits into the limits of Azure', () => {
  test('for an event, with two others written at once and its twenty related events', () => {
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

  test.each(FEW)('for an approval with all members, of %j, and lists find it', async (letter) => {
    const { approvals } = account.open();
    const saved = largestApproval(letter);
    fits(saved);
    await approvals.save(saved, null);
    const { items } = await approvals.list({ rule: [saved.rule.id] }, { limit: 50, after: null });
    expect(items.find(({ id }) => id === saved.id)).toEqual(saved);
  });

  test.each(FEW)('for an entry and its pointer, of %j, thirty at once', async (letter) => {
    const { audit } = account.open();
    const records = Array.from({ length: 30 }, (_, nth) => largestRecord(letter, `${letter} ${nth}`));
    const entries = await audit.append(records);
    for (const entry of entries) fits(entry);
    expect(entries.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
    expect(await audit.get(entries[29]?.id ?? '')).toEqual(entries[29]);
  });

  test('for the settings, with records that wait for the log', () => {
    const stop = seal(
      record(null, 'stop', { message: 'é'.repeat(1000), actor: { type: 'user', name: 'é'.repeat(50) } }),
      auditKeys.signing,
    );
    const settings = settingsSchema.parse({});
    fits({ settings, more: 'x'.repeat(400_000 - serializedSize(settings)), records: Array(9).fill(stop) });
  });

  test.each(FEW)('for an exemption, of %j', async (letter) => {
    const { exemptions } = account.open();
    const text = letter.repeat(4000);
    const createdBy = { type: 'user' as const, objectId: 'o'.repeat(128), name: letter.repeat(50) };
    const granted = record(SHOP, 'x', {
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

  test.each(LETTERS)('for a dead letter, of %j', async (letter) => {
    const { deadLetters } = account.open();
    const deps = { ...fakeDeps(), deadLetters };
    const message = { resource: SHOP.id, more: letter.repeat(64_000) };
    await recordFailure(deps, message, new Error(letter.repeat(100_000)));
    await recordDeadLetter(deps, 'plumbline-reconcile', message);
    const [stored] = (await deadLetters.list({}, { limit: 1, after: null })).items;
    fits(stored);
    expect(serializedSize(stored)).toBeLessThan(50_000);
    expect(stored?.error).toMatch(/more characters$/);
  });

  test.each(FEW)('for the findings of one resource, all written at once, of %j', async (letter) => {
    const { findings } = account.open();
    const all = fullMemory(SHOP, letter).findings;
    for (const one of all) fits(one);
    await findings.replace(SHOP, all);
    const { items } = await findings.list({ resource: SHOP.id }, { limit: 200, after: null });
    expect(items).toHaveLength(all.length);
  });
});

describe('the state of a resource', () => {
  test.each(LETTERS)('fits with every rule violated and all members at their longest, of %j', async (letter) => {
    const { resources } = account.open();
    const full = fullMemory(SHOP, letter);
    const saved = truncateResourceState(full);
    fits({ ...saved, findings: saved.findings.map(withoutResource) });
    const { version } = await resources.loadState(SHOP);
    await resources.saveState(SHOP, saved, version);
    const { state: loaded } = await resources.loadState(SHOP);
    if (!loaded) throw new Error('nothing was saved');
    expect(loaded.openApprovals).toEqual(full.openApprovals);
    expect(loaded.attempts).toEqual(full.attempts);
    expect([loaded.compliantAt, loaded.unattributedSince, loaded.beforeFix]).toEqual([
      full.compliantAt,
      full.unattributedSince,
      full.beforeFix,
    ]);
    expect(loaded.writers).toEqual(full.writers);
    expect(loaded.writers).toHaveLength(200);
    expect(loaded.findings.map(({ rule, verdict, decision }) => [rule, verdict, decision?.action])).toEqual(
      full.findings.map(({ rule, verdict, decision }) => [rule, verdict, decision?.action]),
    );
    // The next reconcile decides by the codes.
    expect(loaded.findings.map(({ decision }) => decision?.reasons.map(({ code }) => code))).toEqual(
      full.findings.map(({ decision }) => decision?.reasons.map(({ code }) => code)),
    );
    expect(loaded.findings[0]?.reason).toContain('the list of findings has them');
    expect(Object.keys(loaded.declined)).toHaveLength(100);
    // The latest.
    expect(Object.keys(loaded.declined)).toContain(`sha256:${'999'.padStart(64, '0')}`);
  });

  test('keeps the findings unchanged when the rest leaves room', () => {
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
