/** Roll-outs of rules: how far each is, and what an operator decides about it. */
import { useSignal } from '@preact/signals';
import { ApiError, call, withQuery } from '../../api/client.ts';
import type { Rollout } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { hrefOf, place } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useList } from '../../state/use-list.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { type Filter, filterQuery, isFiltered } from '../../ui/filters/filters.ts';
import { Person } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { Empty, ErrorMessage } from '../../ui/message.tsx';
import { nameOfScope } from '../../ui/settings-change/names.ts';
import type { Column } from '../../ui/table/column.ts';
import { DataTable } from '../../ui/table/data-table.tsx';
import { progressText, stagesText } from './progress.ts';

const STATUSES: Readonly<Record<Rollout['status'], { readonly title: string; readonly tone: string }>> = {
  waiting: { title: 'Not begun', tone: '' },
  running: { title: 'Running', tone: 'success' },
  stopped: { title: 'Stopped', tone: 'danger' },
  ended: { title: 'Ended', tone: '' },
};

const FILTERS: readonly Filter[] = [
  {
    name: 'status',
    title: 'Status',
    options: Object.entries(STATUSES).map(([value, { title }]) => ({ value, title })),
  },
];

type Decision = 'continue' | 'end';
const idOf = ({ id }: Rollout) => id;
const labelOf = ({ rule, scope }: Rollout) => `${rule} in ${nameOfScope(scope)}`;

export function Rollouts() {
  const { query } = place.value;
  const list = useList<Rollout>(withQuery('/rollouts', filterQuery(query, ['status'])), { idOf, kind: 'rollouts' });
  const asked = useSignal<{ readonly rollout: Rollout; readonly decision: Decision } | null>(null);
  const columns = useColumns((rollout, decision) => {
    asked.value = { rollout, decision };
  });
  return (
    <>
      <h1>Roll-outs</h1>
      <FilterBar filters={FILTERS} />
      <DataTable
        name="rollouts"
        caption="Roll-outs"
        list={list}
        columns={columns}
        noun="roll-out"
        idOf={idOf}
        labelOf={labelOf}
        empty={
          isFiltered(FILTERS, query) ? (
            <Empty title="No roll-out matches">Clear the filters.</Empty>
          ) : (
            <Empty title="No roll-outs">
              With <a href={hrefOf('settings', { section: 'health-gate' })}>stages</a>, a rule that begins to write does
              so on few apps first.
            </Empty>
          )
        }
      />
      {asked.value && (
        <DecisionDialog
          {...asked.value}
          onClose={() => {
            asked.value = null;
            list.refresh();
          }}
        />
      )}
    </>
  );
}

function useColumns(decide: (rollout: Rollout, decision: Decision) => void): readonly Column<Rollout>[] {
  // The table keeps its rows while the columns are the same.
  return useSignal<readonly Column<Rollout>[]>([
    {
      id: 'rule',
      title: 'Rule',
      width: '220px',
      phone: 'first',
      cell: ({ rule }) => <a href={hrefOf(['rules', rule])}>{rule}</a>,
    },
    {
      id: 'scope',
      title: 'Scope',
      width: '200px',
      phone: 'second',
      cell: ({ scope }) => <bdi title={scope}>{nameOfScope(scope)}</bdi>,
    },
    {
      id: 'status',
      title: 'Status',
      width: '110px',
      phone: 'third',
      cell: ({ status }) => <span class={`badge ${STATUSES[status].tone}`}>{STATUSES[status].title}</span>,
    },
    { id: 'progress', title: 'Progress', cell: (rollout) => <Progress rollout={rollout} /> },
    { id: 'startedAt', title: 'Started', width: '110px', cell: ({ startedAt }) => <Time at={startedAt} /> },
    {
      id: 'startedBy',
      title: 'By',
      width: '140px',
      optional: true,
      cell: ({ startedBy }) => <Person of={startedBy} />,
    },
    {
      id: 'actions',
      title: 'Actions',
      width: '190px',
      cell: (rollout) => <Actions rollout={rollout} decide={(decision) => decide(rollout, decision)} />,
    },
  ]).value;
}

function Progress({ rollout }: { rollout: Rollout }) {
  const { stage } = rollout.progress;
  return (
    <span class="rollout-progress">
      {rollout.status !== 'ended' && (
        <progress max={rollout.stages.length} value={Math.max(0, stage - 1)} aria-label={stagesText(rollout.stages)} />
      )}
      <span>{progressText(rollout)}</span>
    </span>
  );
}

function Actions({ rollout, decide }: { rollout: Rollout; decide(decision: Decision): void }) {
  if (rollout.status === 'ended' || !hasRole('Operator')) return null;
  return (
    <>
      {rollout.status === 'stopped' && (
        <button type="button" aria-label={`Continue ${labelOf(rollout)}`} onClick={() => decide('continue')}>
          Continue…
        </button>
      )}{' '}
      <button type="button" aria-label={`End ${labelOf(rollout)}`} onClick={() => decide('end')}>
        End…
      </button>
    </>
  );
}

const WORDS: Readonly<Record<Decision, { readonly title: string; readonly text: string }>> = {
  continue: { title: 'Continue the roll-out', text: 'The stage goes on. The next one begins when its apps stay well.' },
  end: { title: 'End the roll-out', text: 'All apps that it holds are written now, as the limits and windows allow.' },
};

function DecisionDialog({ rollout, decision, onClose }: { rollout: Rollout; decision: Decision; onClose(): void }) {
  const isBusy = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  const { title, text } = WORDS[decision];
  async function act() {
    isBusy.value = true;
    error.value = null;
    try {
      await call(`/rollouts/${encodeURIComponent(rollout.id)}/${decision}`, { method: 'POST' });
      expectChanges();
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
    } finally {
      isBusy.value = false;
    }
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <button type="button" class="primary" disabled={isBusy.value} onClick={() => void act()}>
            {title}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </>
      }
    >
      {error.value && <ErrorMessage error={error.value} />}
      <p>
        <strong>{rollout.rule}</strong> in <bdi>{nameOfScope(rollout.scope)}</bdi>: {progressText(rollout)}
      </p>
      <p>{text}</p>
    </Dialog>
  );
}
