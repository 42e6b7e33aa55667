/** The list of rules with what they find. */
import { useMemo } from 'preact/hooks';
import type { FindingGroup, Rule, Settings } from '../../api/types.ts';
import { fixedList, sorted } from '../../state/fixed-list.ts';
import { hrefOf, place, valuesOf } from '../../state/location.ts';
import { useGet } from '../../state/use-get.ts';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import type { Filter } from '../../ui/filters/filters.ts';
import { Severity } from '../../ui/format/badges.tsx';
import { optionsOf, SEVERITY_WORDS } from '../../ui/format/words.ts';
import { Empty } from '../../ui/message.tsx';
import type { Column } from '../../ui/table/column.ts';
import { DataTable } from '../../ui/table/data-table.tsx';
import { benchmarksOf, isShown, RULE_SORTS, type RuleRow, rowsOfRules } from './rule-rows.ts';
import { KIND_WORDS, PROFILE_WORDS, TIER_WORDS } from './words.ts';

const COLUMNS: readonly Column<RuleRow>[] = [
  {
    id: 'rule',
    title: 'Rule',
    sort: 'rule',
    reverse: '-rule',
    phone: 'second',
    cell: ({ rule, isEnabled, scopes }) => (
      <>
        {rule.title} {!isEnabled && <span class="badge quiet">Off</span>}
        <small class="below">
          {rule.id}
          {scopes > 0 && ` · set in ${scopes} ${scopes === 1 ? 'scope' : 'scopes'}`}
        </small>
      </>
    ),
  },
  {
    id: 'severity',
    title: 'Severity',
    width: '110px',
    sort: '-severity',
    reverse: 'severity',
    phone: 'first',
    cell: ({ rule }) => <Severity of={rule.severity} />,
  },
  {
    id: 'tier',
    title: 'Tier',
    width: '140px',
    sort: 'tier',
    reverse: '-tier',
    phone: 'first',
    cell: ({ tier }) => TIER_WORDS[tier],
  },
  {
    id: 'failing',
    title: 'Failing',
    width: '95px',
    sort: '-failing',
    reverse: 'failing',
    phone: 'third',
    cell: (row) => <Failing row={row} />,
  },
  {
    id: 'passing',
    title: 'Passing',
    width: '95px',
    sort: '-passing',
    reverse: 'passing',
    cell: ({ passing }) => number(passing),
  },
  {
    id: 'exempt',
    title: 'Exempt',
    width: '95px',
    sort: '-exempt',
    reverse: 'exempt',
    cell: ({ exempt }) => number(exempt),
  },
  { id: 'profile', title: 'Profile', width: '90px', cell: ({ rule }) => PROFILE_WORDS[rule.profile] },
  {
    id: 'benchmarks',
    title: 'Benchmarks',
    width: '18%',
    cell: ({ rule }) => <span class="clamp">{benchmarksOf(rule).join(', ') || '–'}</span>,
  },
  { id: 'kind', title: 'Type', width: '120px', optional: true, cell: ({ rule }) => KIND_WORDS[rule.kind] },
];

function number(count: number) {
  return count === 0 ? <span class="none">0</span> : count.toLocaleString('en');
}

function Failing({ row: { failing } }: { row: RuleRow }) {
  return (
    <>
      {number(failing)}
      <span class="phone-only"> failing</span>
    </>
  );
}

const idOf = ({ rule }: RuleRow) => rule.id;
const labelOf = ({ rule, failing }: RuleRow) => `${rule.title}: ${failing} failing`;
const hrefOfRule = ({ rule }: RuleRow) => hrefOf(['rules', rule.id]);
const DEFAULT_SORT = '-failing';

export function RuleList() {
  const { query } = place.value;
  const rules = useGet<{ items: readonly Rule[] }>('/rules?limit=200');
  const groups = useGet<{ items: readonly FindingGroup[] }>('/findings?group=rule', ['findings']);
  const settings = useGet<Settings>('/settings', ['settings']);
  const rows = useMemo(
    () => rowsOfRules(rules.data?.items ?? [], groups.data?.items ?? [], settings.data),
    [rules.data, groups.data, settings.data],
  );
  const sort = query.get('sort') ?? DEFAULT_SORT;
  const text = query.toString();
  const shown = useMemo(() => {
    const values = (name: string) => valuesOf(query, name);
    const filters = {
      ...{ q: query.get('q') ?? '', severity: values('severity'), tier: values('tier'), profile: values('profile') },
      ...{ kind: values('kind'), benchmark: values('benchmark'), state: values('state') },
    };
    return sorted(
      rows.filter((row) => isShown(row, filters)),
      sort,
      RULE_SORTS,
    );
  }, [rows, text, sort]);
  const list = fixedList(shown, {
    isLoading: rules.isLoading,
    error: rules.error ?? groups.error ?? settings.error,
    reload: () => {
      for (const one of [rules, groups, settings]) one.reload();
    },
  });
  return (
    <>
      <h1>Rules</h1>
      <FilterBar filters={filterBar(rows)} />
      <DataTable
        name="rules"
        caption="Rules"
        list={list}
        columns={COLUMNS}
        defaultSort={DEFAULT_SORT}
        noun="rule"
        idOf={idOf}
        labelOf={labelOf}
        hrefOf={hrefOfRule}
        empty={<Empty title="No rule matches">Change or clear the filters to see more.</Empty>}
      />
    </>
  );
}

function filterBar(rows: readonly RuleRow[]): readonly Filter[] {
  const benchmarks = new Map<string, number>();
  for (const one of rows.flatMap(({ rule }) => benchmarksOf(rule))) benchmarks.set(one, (benchmarks.get(one) ?? 0) + 1);
  return [
    { name: 'q', title: 'Search rules', kind: 'text' },
    { name: 'severity', title: 'Severity', options: optionsOf(SEVERITY_WORDS) },
    { name: 'tier', title: 'Tier', options: optionsOf(TIER_WORDS) },
    { name: 'profile', title: 'Profile', options: optionsOf(PROFILE_WORDS) },
    { name: 'kind', title: 'Type', options: optionsOf(KIND_WORDS) },
    {
      name: 'benchmark',
      title: 'Benchmark',
      options: [...benchmarks].toSorted().map(([value, count]) => ({ value, title: value, count })),
    },
    {
      name: 'state',
      title: 'State',
      options: [
        { value: 'failing', title: 'With failing apps' },
        { value: 'on', title: 'Enabled' },
        { value: 'off', title: 'Disabled' },
      ],
    },
  ];
}
