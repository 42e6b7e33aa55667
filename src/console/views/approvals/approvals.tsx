/** Approvals: the queue, filtered, grouped and selected; decided in one dialog. */
import { useSignal } from '@preact/signals';
import { withQuery } from '../../api/client.ts';
import type { ApprovalBrief, ApprovalGroup } from '../../api/types.ts';
import { now } from '../../state/clock.ts';
import { place, setQuery, valuesOf } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useList } from '../../state/use-list.ts';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { cleared, type Filter, filterQuery, isFiltered } from '../../ui/filters/filters.ts';
import { GroupBy } from '../../ui/filters/group-by.tsx';
import { Impact } from '../../ui/format/badges.tsx';
import { Time } from '../../ui/format/time.tsx';
import { IMPACT_WORDS, optionsOf, PURPOSE_WORDS, SEVERITY_WORDS, STATUS_WORDS } from '../../ui/format/words.ts';
import { Empty } from '../../ui/message.tsx';
import { resourceGroupOf, scopeText } from '../../ui/scope/scope.ts';
import { useSelection } from '../../ui/selection.ts';
import { SelectionBar } from '../../ui/selection-bar.tsx';
import { DataTable } from '../../ui/table/data-table.tsx';
import { narrowedScope, useGroups } from '../../ui/table/use-groups.ts';
import { ApprovalDetails } from './approval-details.tsx';
import { COLUMNS, openHref } from './columns.tsx';
import type { Decision } from './decide.ts';
import { DecideDialog } from './decide-dialog.tsx';
import { labelOf } from './decision-job.ts';
import { EXPIRING, timesOf } from './times.ts';

const FILTERS: readonly Filter[] = [
  { name: 'q', title: 'Search app, rule or person', kind: 'text' },
  { name: 'status', title: 'Status', options: optionsOf(STATUS_WORDS) },
  { name: 'severity', title: 'Severity', options: optionsOf(SEVERITY_WORDS) },
  { name: 'impact', title: 'Impact', options: optionsOf(IMPACT_WORDS) },
  { name: 'purpose', title: 'Type', options: optionsOf(PURPOSE_WORDS) },
  { name: 'resource', title: 'Scope', kind: 'scope' },
  { name: 'rule', title: 'Rule', kind: 'text' },
  { name: 'changedBy', title: 'Changed by', kind: 'text' },
  { name: 'requested', title: 'Requested', kind: 'period', from: 'from', to: 'to' },
  { name: 'expires', title: 'Expires', options: EXPIRING, single: true },
  { name: 'mayDecide', title: 'To decide', options: [{ value: 'true', title: 'I can approve' }], single: true },
];
/** Rule and person come from links and groups; their chips are shown, without controls of their own. */
const CONTROLS = ['q', 'status', 'severity', 'impact', 'mayDecide', 'expires', 'requested', 'purpose', 'resource'];
/** Those that the API has under the same name. */
const SAME = ['q', 'status', 'severity', 'impact', 'purpose', 'resource', 'rule', 'changedBy', 'mayDecide'];
const GROUPS = [
  { value: 'rule', title: 'Rule' },
  { value: 'resource', title: 'App' },
  { value: 'resourceGroup', title: 'Resource group' },
];
const OPEN = ['pending', 'approved', 'blocked', 'unknown'];
/** So many can be decided at once. */
const MOST = 10_000;

const idOf = ({ id }: ApprovalBrief) => id;
const rowHref = ({ id }: ApprovalBrief) => openHref('approvals', id);

export function Approvals() {
  const { query } = place.value;
  const filters = { status: 'pending', ...filterQuery(query, SAME), ...timesOf(query, now.value) };
  const isOpenOnly = filters.status.split(',').every((one) => OPEN.includes(one));
  // Nobody decides what is decided.
  const asked = isOpenOnly ? filters : { ...filters, mayDecide: null };
  // Other statuses have neither an order of their own nor a total.
  const ordered = isOpenOnly ? { sort: query.get('sort') ?? 'severity', total: 'true' } : {};
  const path = withQuery('/approvals', { ...asked, ...ordered, view: 'brief' });
  const list = useList<ApprovalBrief>(path, { idOf, kind: 'approvals' });
  const by = query.get('group');
  const grouping = useGroups<ApprovalBrief, ApprovalGroup>({
    path: by === null ? null : withQuery('/approvals', { ...asked, group: by }),
    list,
    kind: 'approvals',
    idOf,
    keyOf: (item) => groupKey(by, item).toLowerCase(),
    titleOf: (key) =>
      by === 'rule' ? (list.items.find(({ rule }) => rule.id === key)?.rule.title ?? key) : scopeText(key),
    pathOf: (key) =>
      withQuery('/approvals', {
        ...asked,
        ...ordered,
        total: null,
        view: 'brief',
        ...(by === 'rule' ? { rule: key } : { resource: narrowedScope(valuesOf(query, 'resource'), key) }),
      }),
    detail: ({ impact, oldest }) => (
      <small>
        worst impact <Impact of={impact} /> · oldest <Time at={oldest} />
      </small>
    ),
  });
  const selection = useSelection(idOf, JSON.stringify(asked));
  const dialog = useSignal<{ decision: Decision; items: readonly ApprovalBrief[] } | null>(null);
  const open = query.get('open');
  const isApprover = hasRole('Approver');
  const ask = (decision: Decision) => (items: readonly ApprovalBrief[]) => {
    dialog.value = { decision, items };
  };
  return (
    <>
      <h1>Approvals</h1>
      <FilterBar filters={FILTERS} controls={CONTROLS} end={<GroupBy options={GROUPS} />} />
      <DataTable
        name="approvals"
        caption="Approvals"
        noun="approval"
        list={list}
        columns={COLUMNS}
        defaultSort={isOpenOnly ? 'severity' : null}
        idOf={idOf}
        labelOf={labelOf}
        hrefOf={rowHref}
        selection={isApprover ? selection : null}
        grouping={grouping}
        keys={
          isApprover ? { a: { label: 'Approve', run: ask('approve') }, r: { label: 'Reject', run: ask('reject') } } : {}
        }
        empty={<NoApprovals />}
      />
      {isApprover && (
        <SelectionBar
          selection={selection}
          total={list.total}
          loadAll={() => list.loadAll(MOST)}
          actions={[
            { label: 'Approve…', key: 'a', primary: true, run: ask('approve') },
            { label: 'Reject…', key: 'r', run: ask('reject') },
          ]}
        />
      )}
      {open !== null && <ApprovalDetails key={open} id={open} decide={isApprover ? ask : null} />}
      {dialog.value && (
        <DecideDialog
          {...dialog.value}
          onClose={() => {
            dialog.value = null;
          }}
          onStarted={() => {
            dialog.value = null;
            selection.clear();
            setQuery({ open: null });
          }}
        />
      )}
    </>
  );
}

function groupKey(by: string | null, { rule, resource }: ApprovalBrief): string {
  if (by === 'rule') return rule.id;
  if (by === 'resource') return resource.id;
  const segments = resource.id.split('/');
  return segments.slice(0, resourceGroupOf(resource.id) === null ? 3 : 5).join('/');
}

function NoApprovals() {
  if (!isFiltered(FILTERS, place.value.query)) {
    return (
      <Empty title="No pending approvals">
        An approval appears when a change needs a person: risky fixes, or every fix in mode approve.
      </Empty>
    );
  }
  return (
    <Empty title="No approvals match">
      <button type="button" onClick={() => setQuery(cleared(FILTERS))}>
        Clear filters
      </button>
    </Empty>
  );
}
