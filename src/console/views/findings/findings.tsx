/** Findings: each rule on each app, filtered, grouped and selected. */
import { useSignal } from '@preact/signals';
import { withQuery } from '../../api/client.ts';
import type { FindingBrief, FindingGroup } from '../../api/types.ts';
import { place, setQuery, valuesOf } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useList } from '../../state/use-list.ts';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { cleared, type Filter, filterQuery, isFiltered } from '../../ui/filters/filters.ts';
import { GroupBy } from '../../ui/filters/group-by.tsx';
import { ACTION_WORDS, optionsOf, SEVERITY_WORDS, VERDICT_WORDS } from '../../ui/format/words.ts';
import { Empty } from '../../ui/message.tsx';
import { resourceGroupOf, scopeText } from '../../ui/scope/scope.ts';
import { useSelection } from '../../ui/selection.ts';
import { SelectionBar } from '../../ui/selection-bar.tsx';
import { DataTable } from '../../ui/table/data-table.tsx';
import { narrowedScope, useGroups } from '../../ui/table/use-groups.ts';
import { ExemptDialog } from '../exemptions/exempt-dialog.tsx';
import { StartScans } from '../scans/start-scans.tsx';
import { COLUMNS, findingHref, labelOf } from './columns.tsx';
import { FindingDetails } from './finding-details.tsx';
import { findingId, startRequests } from './request-job.ts';

const FILTERS: readonly Filter[] = [
  { name: 'q', title: 'Search app or rule', kind: 'text' },
  { name: 'verdict', title: 'Result', options: optionsOf(VERDICT_WORDS) },
  { name: 'severity', title: 'Severity', options: optionsOf(SEVERITY_WORDS) },
  { name: 'decision', title: 'Action', options: optionsOf(ACTION_WORDS) },
  { name: 'resource', title: 'Scope', kind: 'scope' },
  { name: 'rule', title: 'Rule', kind: 'text' },
  { name: 'benchmark', title: 'Benchmark', kind: 'text' },
];
/** A rule and a benchmark come from links and groups; their chips are shown. */
const CONTROLS = ['q', 'verdict', 'severity', 'decision', 'resource'];
const NAMES = FILTERS.map(({ name }) => name);
const GROUPS = [
  { value: 'rule', title: 'Rule' },
  { value: 'resource', title: 'App' },
  { value: 'resourceGroup', title: 'Resource group' },
  { value: 'benchmark', title: 'Benchmark' },
];
const MOST = 10_000;

type Target = Pick<FindingBrief, 'rule' | 'title' | 'resource'>;

export function Findings() {
  const { query } = place.value;
  const asked = { verdict: 'violation', ...filterQuery(query, NAMES) };
  const ordered = { sort: query.get('sort') ?? '-severity', view: 'brief' };
  const list = useList<FindingBrief>(withQuery('/findings', { ...asked, ...ordered, total: 'true' }), {
    idOf: findingId,
    kind: 'findings',
  });
  const by = query.get('group');
  const grouping = useGroups<FindingBrief, FindingGroup>({
    path: by === null ? null : withQuery('/findings', { ...asked, group: by }),
    list,
    kind: 'findings',
    idOf: findingId,
    follow: by === 'benchmark' ? (key) => setQuery({ benchmark: key, group: null }, { replace: false }) : null,
    keyOf: (item) => groupKey(by, item).toLowerCase(),
    titleOf: (key) => titleOf(by, key, list.items),
    pathOf: (key) =>
      withQuery('/findings', { ...asked, ...ordered, ...filterOf(by, key, valuesOf(query, 'resource')) }),
    detail: ({ byVerdict, exempt }) => (
      <small>
        {(byVerdict.violation ?? 0).toLocaleString('en')} fail · {(byVerdict.compliant ?? 0).toLocaleString('en')} pass
        {exempt > 0 && ` · ${exempt.toLocaleString('en')} exempt`}
      </small>
    ),
  });
  const selection = useSelection(findingId, JSON.stringify(asked));
  const dialog = useSignal<{ kind: 'exempt' | 'scan'; items: readonly Target[] } | null>(null);
  const open = query.get('open');
  const isOperator = hasRole('Operator');
  const show = (kind: 'exempt' | 'scan') => (items: readonly Target[]) => {
    dialog.value = { kind, items };
  };
  const actions = isOperator
    ? [
        { label: 'Exempt…', key: 'e', primary: true, run: show('exempt') },
        { label: 'Request approval', run: requestApprovals },
        { label: 'Scan…', key: 's', run: show('scan') },
      ]
    : [];
  const close = () => {
    dialog.value = null;
  };
  return (
    <>
      <h1>Findings</h1>
      <FilterBar filters={FILTERS} controls={CONTROLS} end={<GroupBy options={GROUPS} />} />
      <DataTable
        name="findings"
        caption="Findings"
        noun="finding"
        list={list}
        columns={COLUMNS}
        defaultSort="-severity"
        idOf={findingId}
        labelOf={labelOf}
        hrefOf={findingHref}
        selection={isOperator && by !== 'benchmark' ? selection : null}
        grouping={grouping}
        keys={
          isOperator ? { e: { label: 'Exempt', run: show('exempt') }, s: { label: 'Scan', run: show('scan') } } : {}
        }
        empty={<NoFindings />}
      />
      {isOperator && (
        <SelectionBar selection={selection} total={list.total} loadAll={() => list.loadAll(MOST)} actions={actions} />
      )}
      {open !== null && <FindingDetails key={open} id={open} actions={actions} />}
      {dialog.value?.kind === 'exempt' && (
        <ExemptDialog
          checks={dialog.value.items.map(({ rule, title, resource }) => ({ rule, title, scope: resource.id }))}
          onClose={close}
        />
      )}
      {dialog.value?.kind === 'scan' && (
        <StartScans
          scopes={[...new Set(dialog.value.items.map(({ resource }) => resource.id))]}
          onClose={close}
          onStarted={selection.clear}
        />
      )}
    </>
  );
}

function requestApprovals(items: readonly Target[]): void {
  startRequests({
    title: `Request ${items.length === 1 ? 'an approval' : `${items.length} approvals`}`,
    items: items.map((item) => ({ id: findingId(item), label: `${item.title} on ${item.resource.name}` })),
  });
}

function groupKey(by: string | null, { rule, resource }: FindingBrief): string {
  if (by === 'rule') return rule;
  if (by === 'resource') return resource.id;
  const segments = resource.id.split('/');
  return segments.slice(0, resourceGroupOf(resource.id) === null ? 3 : 5).join('/');
}

function titleOf(by: string | null, key: string, items: readonly FindingBrief[]): string {
  if (by === 'rule') return items.find(({ rule }) => rule === key)?.title ?? key;
  return by === 'benchmark' ? key : scopeText(key);
}

function filterOf(by: string | null, key: string, scopes: readonly string[]): Record<string, string> {
  if (by === 'rule') return { rule: key };
  if (by === 'benchmark') return { benchmark: key };
  return { resource: narrowedScope(scopes, key) };
}

function NoFindings() {
  if (!isFiltered(FILTERS, place.value.query)) {
    return <Empty title="Nothing fails">Findings appear after the first scan, or when an app changes.</Empty>;
  }
  return (
    <Empty title="No findings match">
      <button type="button" onClick={() => setQuery(cleared(FILTERS))}>
        Clear filters
      </button>
    </Empty>
  );
}
