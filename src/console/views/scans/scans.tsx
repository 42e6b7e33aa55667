/** Scans: who started which, and how far each is. */
import { useSignal } from '@preact/signals';
import { call, withQuery } from '../../api/client.ts';
import type { Scan } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { hrefOf, place } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useList } from '../../state/use-list.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { type Filter, filterQuery, isFiltered } from '../../ui/filters/filters.ts';
import { Person } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { optionsOf } from '../../ui/format/words.ts';
import { Empty } from '../../ui/message.tsx';
import { scopeOption, scopeText } from '../../ui/scope/scope.ts';
import { useSelection } from '../../ui/selection.ts';
import { SelectionBar } from '../../ui/selection-bar.tsx';
import type { Column } from '../../ui/table/column.ts';
import { DataTable } from '../../ui/table/data-table.tsx';
import { durationText, progressText, SCAN_WORDS, secondsTaken, shareOf } from './scan-words.ts';
import { StartScan } from './start-scan.tsx';
import { Sweeps } from './sweeps.tsx';

const COLUMNS: readonly Column<Scan>[] = [
  {
    id: 'scope',
    title: 'Scope',
    phone: 'first',
    cell: ({ scope }) => {
      const { kind, name } = scopeOption(scope);
      return (
        <span class="resource-name" title={scope}>
          <bdi>{name}</bdi>
          <small>{kind}</small>
        </span>
      );
    },
  },
  {
    id: 'status',
    title: 'Status',
    width: '120px',
    phone: 'first',
    cell: ({ status }) => <ScanStatus status={status} />,
  },
  { id: 'progress', title: 'Progress', width: '30%', phone: 'second', cell: (scan) => <Progress scan={scan} /> },
  { id: 'started', title: 'Started', width: '110px', phone: 'third', cell: ({ startedAt }) => <Time at={startedAt} /> },
  { id: 'by', title: 'By', width: '140px', phone: 'third', cell: ({ actor }) => <Person of={actor} /> },
  {
    id: 'took',
    title: 'Took',
    width: '90px',
    cell: (scan) => {
      const seconds = secondsTaken(scan);
      return seconds === null ? '–' : durationText(seconds);
    },
  },
  {
    id: 'result',
    title: 'Result',
    width: '110px',
    cell: ({ scope }) => (
      <a tabIndex={-1} href={hrefOf('findings', { resource: scope })}>
        Findings
      </a>
    ),
  },
  {
    id: 'cancelledBy',
    title: 'Cancelled by',
    width: '140px',
    optional: true,
    cell: ({ cancelledBy }) => <Person of={cancelledBy} />,
  },
];

const FILTERS: readonly Filter[] = [{ name: 'status', title: 'Status', options: optionsOf(SCAN_WORDS) }];
const idOf = ({ id }: Scan) => id;
const labelOf = ({ scope, status }: Scan) => `${scopeText(scope)}: ${SCAN_WORDS[status]}`;
const hrefOfResult = ({ scope }: Scan) => hrefOf('findings', { resource: scope });

export function Scans() {
  const { query } = place.value;
  const path = withQuery('/scans', filterQuery(query, ['status']));
  const list = useList<Scan>(path, { idOf, kind: 'scans' });
  const selection = useSelection(idOf, path);
  const isStarting = useSignal(false);
  const cancelling = useSignal<readonly Scan[]>([]);
  const isOperator = hasRole('Operator');
  const start = isOperator && (
    <button
      type="button"
      class="primary"
      onClick={() => {
        isStarting.value = true;
      }}
    >
      Scan…
    </button>
  );
  const cancel = (items: readonly Scan[]) => {
    cancelling.value = items.filter(({ status }) => status === 'running');
  };
  return (
    <>
      <div class="page-head">
        <h1>Scans</h1>
        {start && <div class="actions">{start}</div>}
      </div>
      <FilterBar filters={FILTERS} />
      <DataTable
        name="scans"
        caption="Scans, newest first"
        list={list}
        columns={COLUMNS}
        noun="scan"
        idOf={idOf}
        labelOf={labelOf}
        hrefOf={hrefOfResult}
        selection={isOperator ? selection : null}
        empty={
          isFiltered(FILTERS, query) ? (
            <Empty title="No scan matches">Change or clear the filters to see more.</Empty>
          ) : (
            <Empty title="No scans yet">
              <p>
                A scan checks every app of a scope now. Without one, apps are checked when they change, and by the
                sweep.
              </p>
            </Empty>
          )
        }
      />
      <Sweeps />
      {isOperator && (
        <SelectionBar selection={selection} total={null} actions={[{ label: 'Cancel scan…', run: cancel }]} />
      )}
      {isStarting.value && <StartScan onClose={() => (isStarting.value = false)} onStarted={list.refresh} />}
      {cancelling.value.length > 0 && (
        <ConfirmDialog
          title={cancelling.value.length === 1 ? 'Cancel this scan?' : `Cancel ${cancelling.value.length} scans?`}
          action="Cancel scan"
          onClose={() => cancel([])}
          onConfirm={async () => {
            for (const { id } of cancelling.peek()) await call(`/scans/${id}/cancel`, { method: 'POST', body: {} });
            cancel([]);
            selection.clear();
            expectChanges();
            list.refresh();
          }}
        >
          <p>Apps that were not checked yet are left out. What was found stays.</p>
          <ul class="lines">
            {cancelling.value.map((scan) => (
              <li key={scan.id}>
                {scopeText(scan.scope)}: {progressText(scan)}
              </li>
            ))}
          </ul>
        </ConfirmDialog>
      )}
    </>
  );
}

function ScanStatus({ status }: Pick<Scan, 'status'>) {
  return <span class={`badge ${status === 'done' ? 'success' : ''}`}>{SCAN_WORDS[status]}</span>;
}

function Progress({ scan }: { scan: Scan }) {
  const share = shareOf(scan);
  return (
    <span class="progress">
      {scan.status === 'running' && (
        <progress
          aria-label={`Progress of the scan of ${scopeText(scan.scope)}`}
          {...(share === null ? {} : { value: share })}
        />
      )}
      <span>{progressText(scan)}</span>
    </span>
  );
}
