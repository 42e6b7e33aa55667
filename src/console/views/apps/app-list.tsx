/** One row for each resource that has findings. */
import { useSignal } from '@preact/signals';
import { withQuery } from '../../api/client.ts';
import type { ResourceRow } from '../../api/types.ts';
import { place } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useList } from '../../state/use-list.ts';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { type Filter, filterQuery, isFiltered } from '../../ui/filters/filters.ts';
import { ResourceName } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { MODE_WORDS, optionsOf, SEVERITY_WORDS } from '../../ui/format/words.ts';
import { Empty } from '../../ui/message.tsx';
import { appHref } from '../../ui/scope/app-href.ts';
import { scopeOption } from '../../ui/scope/scope.ts';
import { useKnownScopes } from '../../ui/scope/scope-field.tsx';
import { useSelection } from '../../ui/selection.ts';
import { SelectionBar } from '../../ui/selection-bar.tsx';
import type { Column } from '../../ui/table/column.ts';
import { DataTable } from '../../ui/table/data-table.tsx';
import { StartScans } from '../scans/start-scans.tsx';
import { SeverityCounts } from './severity-counts.tsx';

const KIND_WORDS = {
  'web-app': 'Web app',
  'container-app': 'Container app',
  environment: 'Environment',
  plan: 'Plan',
  subscription: 'Subscription',
} as const;

const COLUMNS: readonly Column<ResourceRow>[] = [
  {
    id: 'name',
    title: 'App',
    sort: 'name',
    reverse: '-name',
    phone: 'first',
    cell: ({ resource }) => <ResourceName resource={resource} />,
  },
  {
    id: 'group',
    title: 'Resource group',
    width: '14%',
    cell: ({ resourceGroup }) => (resourceGroup ? <bdi>{scopeOption(resourceGroup).name}</bdi> : '–'),
  },
  {
    id: 'subscription',
    title: 'Subscription',
    width: '18%',
    optional: true,
    cell: ({ subscription }) => <bdi>{scopeOption(subscription).name}</bdi>,
  },
  { id: 'mode', title: 'Mode', width: '150px', phone: 'third', cell: ({ mode }) => MODE_WORDS[mode] },
  {
    id: 'failing',
    title: 'Failing',
    width: '190px',
    sort: '-severity',
    reverse: 'severity',
    phone: 'second',
    cell: ({ failing, bySeverity }) => <SeverityCounts failing={failing} bySeverity={bySeverity} />,
  },
  {
    id: 'pending',
    title: 'Pending',
    width: '100px',
    sort: '-pendingApprovals',
    reverse: 'pendingApprovals',
    cell: ({ pendingApprovals }) => count(pendingApprovals),
  },
  {
    id: 'exemptions',
    title: 'Exempt',
    width: '100px',
    sort: '-exemptions',
    reverse: 'exemptions',
    cell: ({ exemptions }) => count(exemptions),
  },
  {
    id: 'unknown',
    title: 'Unknown',
    width: '100px',
    optional: true,
    cell: ({ byVerdict }) => count(byVerdict.unknown ?? 0),
  },
  {
    id: 'checked',
    title: 'Last checked',
    width: '145px',
    sort: '-evaluatedAt',
    reverse: 'evaluatedAt',
    phone: 'third',
    cell: ({ evaluatedAt }) => <Time at={evaluatedAt} />,
  },
  {
    id: 'full',
    title: 'Last full check',
    width: '155px',
    sort: '-fullyEvaluatedAt',
    reverse: 'fullyEvaluatedAt',
    optional: true,
    cell: ({ fullyEvaluatedAt }) => <Time at={fullyEvaluatedAt} />,
  },
];

/** Nothing is easier to see than a number. */
function count(number: number) {
  return number === 0 ? <span class="none">0</span> : number.toLocaleString('en');
}

const NAMES = ['q', 'resource', 'kind', 'mode', 'severity', 'failing'];
const DEFAULT_SORT = '-severity';
const idOf = ({ key }: ResourceRow) => key;
const labelOf = ({ resource, failing }: ResourceRow) => `${resource.name}: ${failing} failing`;
const hrefOfApp = ({ resource }: ResourceRow) => appHref(resource.id);

export function AppList() {
  const { query } = place.value;
  const filters = filterQuery(query, NAMES);
  const sort = query.get('sort') ?? DEFAULT_SORT;
  const path = withQuery('/resources', { ...filters, sort, total: 'true' });
  const list = useList<ResourceRow>(path, { idOf, kind: 'findings' });
  const bar = filterBar(useKnownScopes().map(({ id }) => id));
  const selection = useSelection(idOf, path);
  const scanning = useSignal<readonly ResourceRow[]>([]);
  const scan = (items: readonly ResourceRow[]) => {
    scanning.value = items;
  };
  const isOperator = hasRole('Operator');
  return (
    <>
      <h1>Apps</h1>
      <FilterBar filters={bar} />
      <DataTable
        name="apps"
        caption="Apps"
        list={list}
        columns={COLUMNS}
        defaultSort={DEFAULT_SORT}
        noun="app"
        idOf={idOf}
        labelOf={labelOf}
        hrefOf={hrefOfApp}
        selection={isOperator ? selection : null}
        keys={isOperator ? { s: { label: 'Scan', run: scan } } : {}}
        empty={
          isFiltered(bar, query) ? (
            <Empty title="No app matches">Change or clear the filters to see more.</Empty>
          ) : (
            <Empty title="No apps yet">
              An app appears here after its first change, after a scan, or with the next sweep of a subscription.
            </Empty>
          )
        }
      />
      {isOperator && (
        <SelectionBar
          selection={selection}
          total={list.total}
          loadAll={() => list.loadAll(Number.POSITIVE_INFINITY)}
          actions={[{ label: 'Scan…', key: 's', run: scan }]}
        />
      )}
      {scanning.value.length > 0 && (
        <StartScans
          scopes={scanning.value.map(({ resource }) => resource.id)}
          onClose={() => scan([])}
          onStarted={selection.clear}
        />
      )}
    </>
  );
}

function filterBar(groups: readonly string[]): readonly Filter[] {
  return [
    { name: 'q', title: 'Search apps', kind: 'text' },
    { name: 'resource', title: 'Scope', kind: 'scope', known: groups },
    { name: 'kind', title: 'Type', options: optionsOf(KIND_WORDS) },
    { name: 'mode', title: 'Mode', options: optionsOf(MODE_WORDS) },
    { name: 'severity', title: 'Severity', options: optionsOf(SEVERITY_WORDS) },
    {
      name: 'failing',
      title: 'Failing',
      single: true,
      options: [1, 3, 5, 10].map((least) => ({ value: String(least), title: `${least} or more` })),
    },
  ];
}
