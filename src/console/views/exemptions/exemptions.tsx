/** Exemptions: in force, or ended within a year. */
import { useSignal } from '@preact/signals';
import { withQuery } from '../../api/client.ts';
import type { ListedExemption } from '../../api/types.ts';
import { hrefOf, place, setQuery, valuesOf } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useList } from '../../state/use-list.ts';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { type Filter, isFiltered } from '../../ui/filters/filters.ts';
import { Empty } from '../../ui/message.tsx';
import { scopeText } from '../../ui/scope/scope.ts';
import { useKnownScopes } from '../../ui/scope/scope-field.tsx';
import { useSelection } from '../../ui/selection.ts';
import { SelectionBar } from '../../ui/selection-bar.tsx';
import { DataTable } from '../../ui/table/data-table.tsx';
import { ENDED_COLUMNS, IN_FORCE_COLUMNS } from './columns.tsx';
import { CreateExemption } from './create-exemption.tsx';
import { ExemptionDetails } from './exemption-details.tsx';
import { exemptionQuery } from './list-query.ts';
import { RemoveExemptions } from './remove-exemptions.tsx';
import { RenewExemptions } from './renew-exemptions.tsx';

const idOf = ({ id }: ListedExemption) => id;
const labelOf = ({ rule, scope }: ListedExemption) => `${rule} on ${scopeText(scope)}`;
const hrefOfOne = ({ id }: ListedExemption) =>
  hrefOf('exemptions', { ...Object.fromEntries(place.peek().query), open: id });

type Open =
  | { readonly dialog: 'create' }
  | { readonly dialog: 'renew' | 'remove'; readonly items: readonly ListedExemption[] };

export function Exemptions() {
  const { query } = place.value;
  const isEnded = query.get('state') === 'ended';
  const today = useSignal(new Date()).value;
  const path = withQuery('/exemptions', exemptionQuery(query, today));
  const list = useList<ListedExemption>(path, { idOf, kind: 'exemptions' });
  const known = useKnownScopes();
  const bar = filterBar(
    known.map(({ id }) => id),
    list.items,
    query,
  );
  const selection = useSelection(idOf, path);
  const opened = useSignal<Open | null>(null);
  const close = () => {
    opened.value = null;
  };
  const done = () => {
    selection.clear();
    list.refresh();
  };
  const ask = (dialog: 'renew' | 'remove') => (items: readonly ListedExemption[]) => {
    opened.value = { dialog, items };
  };
  const mayChange = hasRole('Operator') && !isEnded;
  const shown = list.items.find(({ id }) => id === query.get('open'));
  return (
    <>
      <div class="page-head">
        <h1>Exemptions</h1>
        {hasRole('Operator') && (
          <div class="actions">
            <button
              type="button"
              class="primary"
              onClick={() => {
                opened.value = { dialog: 'create' };
              }}
            >
              Create…
            </button>
          </div>
        )}
      </div>
      <nav class="tabs" aria-label="State">
        <a href={hrefOf('exemptions')} aria-current={isEnded ? undefined : 'page'}>
          In force
        </a>
        <a href={hrefOf('exemptions', { state: 'ended' })} aria-current={isEnded ? 'page' : undefined}>
          Ended
        </a>
      </nav>
      <FilterBar filters={bar} />
      <DataTable
        key={String(isEnded)}
        name="exemptions"
        caption={isEnded ? 'Ended exemptions' : 'Exemptions in force'}
        list={list}
        columns={isEnded ? ENDED_COLUMNS : IN_FORCE_COLUMNS}
        defaultSort={isEnded ? null : '-created'}
        noun="exemption"
        idOf={idOf}
        labelOf={labelOf}
        hrefOf={hrefOfOne}
        selection={mayChange ? selection : null}
        empty={<Nothing isEnded={isEnded} isFiltered={isFiltered(bar, query)} />}
      />
      {mayChange && (
        <SelectionBar
          selection={selection}
          total={list.total}
          loadAll={() => list.loadAll(Number.POSITIVE_INFINITY)}
          actions={[
            { label: 'Renew…', run: ask('renew') },
            { label: 'Remove…', run: ask('remove') },
          ]}
        />
      )}
      {shown && (
        <ExemptionDetails
          exemption={shown}
          {...(mayChange ? { onRenew: () => ask('renew')([shown]), onRemove: () => ask('remove')([shown]) } : {})}
          close={() => setQuery({ open: null })}
        />
      )}
      {opened.value?.dialog === 'create' && <CreateExemption known={known} onClose={close} onDone={done} />}
      {opened.value?.dialog === 'renew' && (
        <RenewExemptions exemptions={opened.value.items} onClose={close} onDone={done} />
      )}
      {opened.value?.dialog === 'remove' && (
        <RemoveExemptions exemptions={opened.value.items} onClose={close} onDone={done} />
      )}
    </>
  );
}

function Nothing({ isEnded, isFiltered: hasFilters }: { isEnded: boolean; isFiltered: boolean }) {
  if (hasFilters) return <Empty title="No exemption matches">Change or clear the filters to see more.</Empty>;
  if (isEnded) return <Empty title="No ended exemptions">None has ended or was removed within a year.</Empty>;
  return (
    <Empty title="No exemptions">
      An exemption lets a violation stay as it is until a day, with an owner and a reason. Create one here, on the page
      of an app, or for selected findings.
    </Empty>
  );
}

/** Rules and owners are chosen among those that are shown, and those that the address names. */
function filterBar(
  scopes: readonly string[],
  shown: readonly ListedExemption[],
  query: URLSearchParams,
): readonly Filter[] {
  const optionsOf = (name: 'rule' | 'owner') =>
    [...new Set([...valuesOf(query, name), ...shown.map((one) => one[name])])]
      .toSorted()
      .map((value) => ({ value, title: value }));
  return [
    { name: 'q', title: 'Search exemptions', kind: 'text' },
    { name: 'resource', title: 'Scope', kind: 'scope', known: scopes },
    { name: 'rule', title: 'Rule', options: optionsOf('rule') },
    { name: 'owner', title: 'Owner', single: true, options: optionsOf('owner') },
    {
      name: 'expiring',
      title: 'Expiring',
      single: true,
      options: [1, 7, 30].map((days) => ({
        value: String(days),
        title: days === 1 ? 'Within 24 hours' : `Within ${days} days`,
      })),
    },
  ];
}
