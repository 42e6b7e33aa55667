/** After any writes, at the same time and with crashes between any two requests, the kept counts are those of the lists. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { APPROVAL_STATUSES } from '../../../src/domain/approvals/approval.ts';
import { headOf, OPEN_STATUSES } from '../../../src/domain/approvals/approval-list.ts';
import type { Finding } from '../../../src/domain/decisions/finding.ts';
import { briefOf, type ResourceBrief, textOfLabel } from '../../../src/domain/decisions/finding-briefs.ts';
import { timeAfter } from '../../../src/domain/resources/durations.ts';
import { SEVERITIES, VERDICTS } from '../../../src/domain/rules/rule.ts';
import { shardKeyOf } from '../../../src/storage/findings/shards.ts';
import { openStorage, type Storage } from '../../../src/storage/open-storage.ts';
import type { Findings } from '../../../src/workflows/ports/findings.ts';
import { ConflictError, collect, paginate } from '../../../src/workflows/ports/storage.ts';
import { countFindings, listFixes } from '../../../src/workflows/state/count-lists.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, approval, auditKeys, finding, record, time } from '../samples.ts';

const account = useAccount();
const YEAR_2000 = new Date('2000-01-01T00:00:00.000Z');

class Crash extends Error {}

/** An instance that ends before its n-th table request; null: never. */
function instance(crashAt: number | null): Storage {
  let requests = 0;
  return openStorage({
    connection: { kind: 'connection-string', value: account.connectionString() },
    auditKeys,
    now: () => ACCOUNT_NOW,
    onRequest: () => {
      requests++;
      if (crashAt !== null && requests >= crashAt) throw new Crash();
    },
  });
}

/** Five apps, three of which have the same counter. */
const APPS = (() => {
  const all = Array.from({ length: 200 }, (_, n) => app(`counted-${n}`));
  const keyOf = (of: (typeof all)[number]) => shardKeyOf(of.key).rowKey;
  const [first] = all;
  const same = all.filter((of) => first && keyOf(of) === keyOf(first)).slice(0, 3);
  return [...same, ...all.filter((of) => !same.includes(of)).slice(0, 2)];
})();

const crashAt = fc.option(fc.integer({ min: 1, max: 6 }), { freq: 2 });
const which = fc.integer({ min: 0, max: APPS.length - 1 });
const verdict = fc.record({
  verdict: fc.constantFrom(...VERDICTS),
  severity: fc.constantFrom(...SEVERITIES),
  since: fc.integer({ min: 0, max: 3 }).map(time),
});
const write = fc.oneof(
  // Up to 120 rules do not fit into one transaction when all of them move.
  fc.record({
    kind: fc.constant('findings' as const),
    which,
    rules: fc.constantFrom(0, 1, 3, 60, 120),
    all: verdict,
    one: verdict,
    crashAt,
  }),
  fc.record({ kind: fc.constant('approval' as const), which, status: fc.constantFrom(...APPROVAL_STATUSES), crashAt }),
  fc.record({ kind: fc.constant('fix' as const), which, what: fc.integer({ min: 0, max: 4 }), crashAt }),
);
type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;

async function carryOut(one: Write): Promise<void> {
  const storage = instance(one.crashAt);
  const of = APPS[one.which] ?? app('none');
  if (one.kind === 'findings') {
    const { all, one: different } = one;
    const found = Array.from({ length: one.rules }, (_, n) => finding(of, `rule-${n}`, n === 0 ? different : all));
    return storage.findings.replace(of, found);
  }
  if (one.kind === 'approval') {
    const id = `a-${one.which}`;
    const version = (await storage.approvals.get(id))?.version ?? null;
    await storage.approvals.save(approval(id, of, { status: one.status }), version);
    return;
  }
  const at = time(one.what * 40_000);
  const records = [record(of, `fix ${one.what}`, { at }), record(of, `failed ${one.what}`, { at, kind: 'fix.failed' })];
  await storage.audit.append(records, new Map([['e1', time(-9)]]));
}

beforeAll(async () => {
  const { counts } = account.open();
  await counts.repair(ACCOUNT_NOW);
  expect(await counts.readFindings()).not.toBeNull();
}, 60_000);

test('the counts are those of the lists', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(write, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 }),
      async (rounds) => {
        for (const writes of rounds) {
          const ends = await Promise.allSettled(writes.map(carryOut));
          for (const end of ends) {
            if (end.status === 'rejected' && !(end.reason instanceof ConflictError)) {
              expect(end.reason).toBeInstanceOf(Crash);
            }
          }
          const { findings, approvals, audit, events, counts } = account.open();
          expect(await counts.readFindings()).toEqual(await countFindings({ findings }));
          expect(await briefsOf(findings)).toEqual(await listedBriefs(findings));
          // The rows of the index, one status at a time, and what is packed.
          const listed = [];
          for (const status of OPEN_STATUSES) {
            listed.push(...(await collect(paginate((page) => approvals.list({ status: [status] }, page)))));
          }
          listed.sort((a, b) => (a.id < b.id ? -1 : 1));
          const packed = await approvals.list({ status: OPEN_STATUSES, total: true }, { limit: 200, after: null });
          expect(packed.items).toEqual(listed.map(({ outbox: _, ...one }) => ({ ...one, source: null })));
          expect(packed.total).toBe(listed.length);
          const { heads } = await approvals.listHeads({ status: ['pending'] });
          expect(heads).toEqual(listed.filter(({ status }) => status === 'pending').map(headOf));
          const fixes = (await listFixes({ audit, events }, YEAR_2000)).map(({ at }) => at);
          expect((await counts.readFixes(YEAR_2000))?.map(({ at }) => at)).toEqual(fixes);
        }
      },
    ),
    { numRuns: 12 },
  );
  expect(await account.open().counts.repair(timeAfter(ACCOUNT_NOW, 3_600_000))).toEqual([]);
}, 180_000);

async function briefsOf(findings: Findings) {
  const briefs: ResourceBrief[] = [];
  expect(await findings.visitBriefs((brief) => briefs.push(brief))).toBe(true);
  return briefs.map(comparable).sort();
}

/** The same, from the list of findings. */
async function listedBriefs(findings: Findings) {
  const byId = new Map<string, Finding[]>();
  for await (const one of paginate((page) => findings.list({}, page))) {
    byId.set(one.resource.id, [...(byId.get(one.resource.id) ?? []), one]);
  }
  return [...byId]
    .flatMap(([id, found]) => briefOf(id, found, null) ?? [])
    .map(comparable)
    .sort();
}

/** Without the time of the evaluation: after a crash between two transactions it is that of findings that are not listed yet. */
function comparable({ id, findings }: ResourceBrief): string {
  return `${id}: ${findings.map(({ label, since }) => `${textOfLabel(label)} ${since}`).sort()}`;
}
