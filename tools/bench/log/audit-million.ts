/**
 * The first page of a log of a million entries, by every documented filter and every two of them, over a stand-in of the table
 * service: no emulator takes a million rows in a bearable time. A test compares the stand-in with Azurite.
 */
import { auditFilters } from '../../../src/api/endpoints/audit/query.ts';
import { indexRanges, openAuditIndex } from '../../../src/storage/audit/audit-index.ts';
import { readLog } from '../../../src/storage/audit/search.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import type { AuditQuery } from '../../../src/workflows/ports/audit.ts';
import { ENTRIES, entryAt, logTables, timeAt, wholeIndex } from '../../../test/storage/million.ts';
import { auditKeys } from '../../../test/storage/samples.ts';
import { tableService } from '../../../test/storage/table-service.ts';

/** The part of the report that it fills. */
interface Report {
  count(what: string, unit: string, found: number, limit: number): void;
  time(what: string, milliseconds: number, goal: number): void;
  must(what: string, holds: boolean): void;
}

const FAR_DOWN = entryAt(900_000);
const APP = FAR_DOWN.resource?.id ?? '';
const GROUP = APP.split('/').slice(0, 5).join('/');

/** Values of each filter, by its name in the API: frequent, rare and none. */
const FILTERS: Readonly<Record<string, readonly AuditQuery[]>> = {
  from: [{ from: timeAt(500_000) }],
  to: [{ to: timeAt(500_000) }],
  resource: [{ resource: APP }, { resource: GROUP }, { resource: GROUP.split('/').slice(0, 3).join('/') }],
  rule: [{ rule: 'rule-7' }, { rule: 'rare-rule' }, { rule: 'unheard-of' }],
  kind: [
    { kind: 'fix.applied' },
    { kind: 'service.stopped' },
    { kinds: ['fix.applied', 'service.stopped'] },
    { kinds: ['service.stopped', 'service.resumed', 'settings.changed'] },
  ],
  actor: [{ actor: 'person-20' }, { actor: 'nina' }, { actorName: 'nobody' }],
  operationId: [{ operationId: FAR_DOWN.operationId ?? '' }],
  approval: [{ approval: 'approval-24000' }],
  q: [{ text: 'rule-7' }, { text: 'nowhere' }],
};
const MOST_REQUESTS = 3;
const PAGE = { limit: 50, after: null };

export async function measureAuditPages(report: Report): Promise<void> {
  const documented = Object.keys(auditFilters.shape).sort();
  report.must('every documented filter is measured', `${documented}` === `${Object.keys(FILTERS).sort()}`);
  const index = wholeIndex(() => undefined);
  for (const behind of [0, 400]) {
    const service = tableService(logTables(index, behind));
    const open = (name: string) => openTable(service.client(name), () => undefined);
    const log = open('PlumblineAudit');
    const indexed = openAuditIndex(log, open('PlumblineAuditIndex'), auditKeys, () => new Date(timeAt(0)));
    const state = behind === 0 ? '' : `, index ${behind} entries behind`;
    for (const [what, queries] of [...Object.entries(FILTERS), ['two of them', pairs()] as const]) {
      let [most, longest] = [0, 0];
      for (const query of queries) {
        service.requests();
        const from = performance.now();
        if (indexRanges(query).length > 0) await indexed.list(query, PAGE);
        else await readLog(log, query, PAGE);
        longest = Math.max(longest, performance.now() - from);
        most = Math.max(most, service.requests());
      }
      const title = `GET /audit by ${what} (${queries.length}), ${ENTRIES} entries${state}`;
      report.count(title, 'table requests', most, MOST_REQUESTS);
      report.time('', longest, 1000);
    }
  }
}

/** Every value of each filter with every value of each other one. */
function pairs(): AuditQuery[] {
  const names = Object.keys(FILTERS);
  return names.flatMap((first, n) =>
    names
      .slice(n + 1)
      .flatMap((second) => (FILTERS[first] ?? []).flatMap((a) => (FILTERS[second] ?? []).map((b) => ({ ...a, ...b })))),
  );
}
