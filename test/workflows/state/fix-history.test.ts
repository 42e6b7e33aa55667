/** Which outcomes of fixes count, by rule. */
import { expect, test } from 'vitest';
import { type Attempt, outcomeOf } from '../../../src/domain/approvals/attempt.ts';
import type { ReasonCode } from '../../../src/domain/resources/reasons.ts';
import { intentRecord, withResult } from '../../../src/workflows/state/audit-records.ts';
import { updateHistory } from '../../../src/workflows/state/fix-history.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { attempt } from '../../fakes/reconcile-context.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const AT = NOW.toISOString();
const EARLIER = '2026-02-01T00:00:00.000Z';
const before = { fixedAt: [EARLIER], failedAt: [], alsoMovedAt: null };

async function ended(
  state: 'applied' | 'failed' | 'blocked' | 'unknown',
  codes: readonly ReasonCode[] = [],
  members: Partial<Attempt> = {},
): Promise<Attempt> {
  const one = attempt('a', members);
  const [intent] = await fakeDeps().audit.append([intentRecord(auditContext, one)]);
  if (!intent) throw new Error('the intent is in the log');
  return withResult(
    auditContext,
    { ...one, intent },
    outcomeOf(
      state,
      'x',
      codes.map((code) => ({ code, text: '' })),
    ),
  );
}

test.each<[string, Promise<Attempt>, object]>([
  ['applied', ended('applied'), { ...before, fixedAt: [EARLIER, AT] }],
  [
    'applied, with a side effect',
    ended('applied', ['also-moved']),
    { ...before, fixedAt: [EARLIER, AT], alsoMovedAt: AT },
  ],
  ['failed', ended('failed', ['invalid']), { ...before, failedAt: [AT] }],
  ['failed, of which a part was applied', ended('failed', ['part-applied', 'invalid']), { ...before, failedAt: [AT] }],
  ['failed, because its rest was not sent', ended('failed', ['part-applied']), before],
  ['failed for no reason that is known', ended('failed'), { ...before, failedAt: [AT] }],
  ['not verified', ended('failed', ['part-applied', 'not-verified']), { ...before, failedAt: [AT] }],
  ['gone', ended('failed', ['part-applied', 'gone']), { ...before, failedAt: [AT] }],
  ['blocked', ended('blocked', ['blocked']), before],
  ['unknown', ended('unknown', ['not-verified']), before],
  ['a rollback', ended('applied', [], { purpose: 'rollback' }), before],
  ['open', Promise.resolve(attempt('a')), before],
])('a fix that is %s', async (_, made, history) => {
  expect(updateHistory({ 'rule-a': before, other: before }, [await made], NOW)).toEqual({
    'rule-a': history,
    other: before,
  });
});

test('a rule gets a history with its first fix', async () => {
  expect(updateHistory({}, [await ended('applied')], NOW)).toEqual({
    'rule-a': { fixedAt: [AT], failedAt: [], alsoMovedAt: null },
  });
});
