/** The outcome of each attempt of a plan, from the outcomes of its requests, and when what is left is tried again. */
import { describe, expect, test } from 'vitest';
import { outcomeOf, type SignedAttempt } from '../../../src/domain/approvals/attempt.ts';
import type { AuditEntry } from '../../../src/domain/audit/audit.ts';
import type { Change } from '../../../src/domain/changes/change.ts';
import type { ReasonCode } from '../../../src/domain/resources/reasons.ts';
import { collectResults, type StepOutcome } from '../../../src/workflows/reconcile/attempt-outcomes.ts';
import { intentRecord } from '../../../src/workflows/state/audit-records.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { attempt } from '../../fakes/reconcile-context.ts';

const change = (path: string, document: Change['document'] = 'config/web'): Change => ({
  ...{ document, path: `/properties/${path}`, from: 'old', to: 'new' },
});
const [one, two, https] = [change('one'), change('two'), change('httpsOnly', 'resource')];

async function signed(deps: FakeDeps, digest: string, changes: readonly Change[]): Promise<SignedAttempt> {
  const unsigned = attempt(digest, { changes: [...changes], operationUrls: ['https://old'] });
  const entries: AuditEntry[] = await deps.audit.append([intentRecord(auditContext, unsigned)]);
  const [intent] = entries;
  if (!intent) throw new Error('the intent is in the log');
  return { ...unsigned, intent };
}

/** The results of attempts in steps. A step has the outcome, and by attempt the changes in it. */
async function results(
  attempts: readonly (readonly Change[])[],
  steps: readonly { readonly end: StepOutcome | null; readonly parts: readonly (readonly Change[])[] }[],
) {
  const deps = fakeDeps();
  const made = await Promise.all(attempts.map((changes, nth) => signed(deps, `d${nth}`, changes)));
  const executed = steps.map(({ end, parts }) => ({
    end,
    step: {
      ...{ method: 'PATCH' as const, path: '/x', document: 'config/web' as const, apiVersion: '1', root: '' },
      changes: parts.flat(),
      attempts: parts.flatMap((changes, nth) => {
        const own = made[nth];
        return own && changes.length > 0 ? [{ attempt: own, changes }] : [];
      }),
    },
  }));
  return collectResults({ deps, audit: auditContext }, made, executed);
}

const reasonsOf = (...codes: ReasonCode[]) => codes.map((code) => ({ code, text: code }));
const applied = outcomeOf('applied', 'Written and verified.');
const failed = outcomeOf('failed', 'Refused.', reasonsOf('invalid'));
const blocked = outcomeOf('blocked', 'Locked.', reasonsOf('blocked'));
const held = outcomeOf('blocked', 'Moved.', reasonsOf('moved'));
const unknown = outcomeOf('unknown', 'It does not show.', reasonsOf('not-verified'));
const later = (seconds: number, more: object = {}): StepOutcome => ({ state: 'later', seconds, ...more });

describe('an attempt in one request', () => {
  test.each<[string, StepOutcome | null, object, string, number | null]>([
    ['applied', applied, { state: 'applied', message: 'Written and verified.' }, 'blocked', null],
    ['failed', failed, { state: 'failed', message: 'Refused.', reasons: failed.reasons }, 'blocked', null],
    ['blocked by Azure', blocked, { state: 'blocked', message: 'Locked.' }, 'blocked', null],
    ['held, and tried again at once', held, { state: 'blocked', message: 'Moved.' }, 'held', 0],
    ['unknown', unknown, { state: 'unknown', message: 'It does not show.' }, 'unknown', null],
  ])('%s', async (_, end, result, status, seconds) => {
    const found = await results([[one]], [{ end, parts: [[one]] }]);
    expect(found.attempts).toMatchObject([{ result, status, operationUrls: [] }]);
    expect(found.retryWriteSeconds).toBe(seconds);
  });

  test('that waits keeps open, with the operation to wait for', async () => {
    const waiting = await results([[one]], [{ end: later(45, { operationUrl: 'https://op' }), parts: [[one]] }]);
    expect(waiting).toMatchObject({
      attempts: [{ status: 'open', operationUrls: ['https://op'] }],
      retryWriteSeconds: 45,
    });
    expect(waiting.attempts[0]).not.toHaveProperty('result');
  });

  test('that was not begun keeps open without an operation, and no time is named for it', async () => {
    const found = await results([[one]], [{ end: null, parts: [[one]] }]);
    expect(found).toMatchObject({ attempts: [{ status: 'open', operationUrls: [] }], retryWriteSeconds: null });
    expect(found.attempts[0]).not.toHaveProperty('result');
  });

  test('that had nothing left to write is applied', async () => {
    const { attempts } = await results([[one]], []);
    expect(attempts).toMatchObject([{ result: { state: 'applied', message: 'Nothing was left to write.' } }]);
  });
});

describe('an attempt in several requests', () => {
  const both = (first: StepOutcome | null, second: StepOutcome | null) =>
    results(
      [[one, https]],
      [
        { end: first, parts: [[one]] },
        { end: second, parts: [[https]] },
      ],
    );

  test.each<[string, StepOutcome, StepOutcome, object]>([
    ['is applied when all are', applied, applied, { state: 'applied', message: 'Written and verified.' }],
    ['fails when one fails', applied, failed, { state: 'failed', appliedPart: [one] }],
    ['fails in a part, whichever request it is', failed, applied, { state: 'failed', appliedPart: [https] }],
    ['is blocked when one is, and none fails', blocked, applied, { state: 'blocked', appliedPart: [https] }],
    ['is failed rather than blocked', blocked, failed, { state: 'failed', message: 'Refused.' }],
    ['is unknown when one is', applied, unknown, { state: 'unknown', message: 'It does not show.' }],
    ['is blocked rather than unknown', unknown, blocked, { state: 'blocked', message: 'Locked.' }],
  ])('%s', async (_, first, second, result) => {
    expect((await both(first, second)).attempts).toMatchObject([{ result }]);
  });

  test('stays open while one waits and none was applied', async () => {
    const { attempts } = await both(failed, later(30));
    expect(attempts[0]).not.toHaveProperty('result');
  });

  test.each<[string, StepOutcome]>([
    ['an operation runs', later(30, { operationUrl: 'https://op' })],
    ['Azure may have carried it out', later(30, { mayHaveApplied: true })],
  ])('stays open, although a part was applied, while %s', async (_, end) => {
    expect((await both(applied, end)).attempts[0]).not.toHaveProperty('result');
  });

  test('ends with its part when the rest was not sent', async () => {
    const found = await both(applied, later(30));
    const result = { state: 'failed', appliedPart: [one] };
    expect(found).toMatchObject({ attempts: [{ result }], retryWriteSeconds: 30 });
    expect(found.attempts[0]?.result?.message).toMatch(/^Azure asked to wait with the rest, which is planned anew\./);
  });

  test('is tried again after the longest wait', async () => {
    expect((await both(later(30), later(90))).retryWriteSeconds).toBe(90);
    expect((await both(later(90), later(30))).retryWriteSeconds).toBe(90);
    expect((await both(held, later(30))).retryWriteSeconds).toBe(30);
  });

  test('has the side effects of all, each from its first value to its last, and none that are undone', async () => {
    const side = (path: string, from: string, to: string) => ({ ...change(path), from, to });
    const first = { ...applied, alsoMoved: [side('a', '1', '2'), side('b', '1', '2'), side('c', '1', '2')] };
    const second = { ...applied, alsoMoved: [side('a', '2', '3'), side('b', '2', '1')] };
    const [found] = (await both(first, second)).attempts;
    expect(found?.result?.alsoMoved).toEqual([side('a', '1', '3'), side('c', '1', '2')]);
    expect(found?.result?.message).toBe('Written and verified. Something else moved with it.');
    expect(found?.result?.reasons.map(({ code }) => code)).toEqual(['also-moved']);
  });

  test('says once what could not be compared', async () => {
    const unread = { ...applied, reasons: reasonsOf('unread', 'moved') };
    const [found] = (await both({ ...failed, reasons: reasonsOf('invalid') }, unread)).attempts;
    expect(found?.result?.reasons.map(({ code }) => code)).toEqual(['invalid', 'part-applied', 'unread']);
    const [alone] = (await both(unread, applied)).attempts;
    expect(alone?.result?.reasons.map(({ code }) => code)).toEqual(['unread', 'moved']);
  });
});

describe('two attempts in one request of which a part shows', () => {
  const partly = { ...failed, reasons: reasonsOf('not-verified', 'unread'), verifiedChanges: [one] };

  test('each has the outcome of its own values', async () => {
    const { attempts } = await results([[one], [two]], [{ end: partly, parts: [[one], [two]] }]);
    expect(attempts).toMatchObject([
      { result: { state: 'applied', message: 'Written and verified.', reasons: reasonsOf('unread') } },
      { result: { state: 'failed', message: 'Refused.' } },
    ]);
    expect(attempts[0]?.result).not.toHaveProperty('appliedPart');
  });

  test('the one with both values failed, and its part stands', async () => {
    const { attempts } = await results([[one, two]], [{ end: partly, parts: [[one, two]] }]);
    expect(attempts).toMatchObject([{ result: { state: 'failed', appliedPart: [one] } }]);
  });
});
