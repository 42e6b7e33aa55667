/** The audit log of a period, its verification, and one entry. */
import { useMemo } from 'preact/hooks';
import { withQuery } from '../../api/client.ts';
import type { AuditEntry } from '../../api/types.ts';
import { hrefOf, place, setQuery } from '../../state/location.ts';
import { useList } from '../../state/use-list.ts';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { type Filter, filterQuery, isFiltered } from '../../ui/filters/filters.ts';
import { Empty } from '../../ui/message.tsx';
import { DataTable } from '../../ui/table/data-table.tsx';
import { COLUMNS, labelOf } from './columns.tsx';
import { EntryDetails } from './entry-details.tsx';
import { KINDS } from './kinds.ts';
import { nameOfPeriod, PRESETS, periodOf } from './period.ts';
import { Verification } from './verification.tsx';

/** Under the names of the API. */
const FILTERED = ['q', 'kind', 'actor', 'resource', 'rule', 'operationId', 'approval'] as const;

const FILTERS: readonly Filter[] = [
  { name: 'q', title: 'Search', kind: 'text' },
  {
    name: 'kind',
    title: 'Event',
    options: Object.entries(KINDS).map(([value, title]) => ({ value, title })),
  },
  { name: 'period-days', title: 'Dates', kind: 'period', from: 'from', to: 'to' },
  { name: 'actor', title: 'Actor', kind: 'text' },
  { name: 'resource', title: 'Scope', kind: 'scope' },
  { name: 'rule', title: 'Rule', kind: 'text' },
  { name: 'operationId', title: 'Operation', kind: 'text' },
];

const idOf = ({ id }: AuditEntry) => id;

export function AuditLog() {
  const { query } = place.value;
  const open = query.get('open');
  const dates = `${query.get('period')} ${query.get('from')} ${query.get('to')}`;
  const period = useMemo(() => periodOf(query, new Date()), [dates]);
  const filters = filterQuery(query, FILTERED);
  const list = useList<AuditEntry>(withQuery('/audit', { ...period, ...filters }), { idOf, kind: 'audit' });
  return (
    <>
      <h1>Audit log</h1>
      <Verification period={period} filters={filters} />
      <div class="presets">
        {PRESETS.map((days) => (
          <button
            key={days}
            type="button"
            aria-pressed={!query.get('from') && (query.get('period') ?? '7') === String(days)}
            onClick={() => setQuery({ period: days === 7 ? null : String(days), from: null, to: null })}
          >
            {days} days
          </button>
        ))}
      </div>
      <FilterBar filters={FILTERS} />
      <DataTable
        name="audit"
        caption="Audit log"
        list={list}
        columns={COLUMNS}
        noun="entry"
        idOf={idOf}
        labelOf={labelOf}
        hrefOf={({ id }) => hrefOf('audit', withOpen(query, id))}
        empty={
          isFiltered(FILTERS, query) ? (
            <Empty title="No entry matches">Clear the filters, or choose a longer period.</Empty>
          ) : (
            <Empty title={`Nothing happened in ${nameOfPeriod(period, new Date())}`}>Choose a longer period.</Empty>
          )
        }
      />
      {open !== null && <EntryDetails key={open} id={open} close={() => setQuery({ open: null })} />}
    </>
  );
}

function withOpen(query: URLSearchParams, id: string): URLSearchParams {
  const next = new URLSearchParams(query);
  next.set('open', id);
  return next;
}
