/** The columns of approvals. */
import type { ApprovalBrief } from '../../api/types.ts';
import { hrefOf, place } from '../../state/location.ts';
import { ChangeLine } from '../../ui/changes/change-table.tsx';
import { Impact, Severity, Status } from '../../ui/format/badges.tsx';
import { Person, ResourceName } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { PURPOSE_WORDS, wordOf } from '../../ui/format/words.ts';
import type { Column } from '../../ui/table/column.ts';

/** The address of the details of an item of the list that is shown now. */
export function openHref(view: string, id: string): string {
  const query = new URLSearchParams(place.value.query);
  query.set('open', id);
  return hrefOf(view, query);
}

export const COLUMNS: readonly Column<ApprovalBrief>[] = [
  {
    id: 'severity',
    title: 'Severity',
    width: '96px',
    sort: 'severity',
    phone: 'first',
    cell: ({ rule }) => <Severity of={rule.severity} />,
  },
  {
    id: 'app',
    title: 'App',
    width: '15%',
    sort: 'resource',
    phone: 'first',
    cell: ({ resource }) => <ResourceName resource={resource} />,
  },
  {
    id: 'rule',
    title: 'Rule',
    sort: 'rule',
    phone: 'second',
    cell: ({ id, rule, mayDecide }) => (
      <>
        <RuleLink id={id} title={rule.title} />
        {!mayDecide.allowed && <small title={mayDecide.reason ?? ''}> Not yours to approve</small>}
      </>
    ),
  },
  { id: 'change', title: 'Change', phone: 'third', cell: ({ changes }) => <ChangeLine changes={changes} /> },
  { id: 'impact', title: 'Impact', width: '96px', sort: 'impact', cell: ({ rule }) => <Impact of={rule.impact} /> },
  { id: 'changedBy', title: 'Changed by', width: '120px', cell: ({ changedBy }) => <Person of={changedBy} /> },
  {
    id: 'requested',
    title: 'Requested',
    width: '96px',
    sort: '-requested',
    reverse: 'requested',
    phone: 'first',
    cell: ({ requestedAt }) => <Time at={requestedAt} />,
  },
  {
    id: 'expires',
    title: 'Expires',
    width: '90px',
    sort: 'expires',
    cell: ({ expiresAt, status }) => (status === 'pending' ? <Time at={expiresAt} /> : <>–</>),
  },
  { id: 'status', title: 'Status', width: '120px', optional: true, cell: ({ status }) => <Status of={status} /> },
  {
    id: 'purpose',
    title: 'Type',
    width: '90px',
    optional: true,
    cell: ({ purpose }) => <>{wordOf(PURPOSE_WORDS, purpose)}</>,
  },
  {
    id: 'reversible',
    title: 'Reversible',
    width: '96px',
    optional: true,
    cell: ({ rule }) => <>{rule.reversible ? 'Yes' : 'No'}</>,
  },
  {
    id: 'decidedBy',
    title: 'Decided by',
    width: '130px',
    optional: true,
    cell: ({ decision }) => <Person of={decision?.by} />,
  },
];

function RuleLink({ id, title }: { id: string; title: string }) {
  return (
    <a href={openHref('approvals', id)} tabIndex={-1}>
      {title}
    </a>
  );
}
