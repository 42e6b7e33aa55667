/** The columns of exemptions. */
import type { ListedExemption } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { Person } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { scopeOption } from '../../ui/scope/scope.ts';
import type { Column } from '../../ui/table/column.ts';
import { leftOf } from './exemption-form.ts';

const SCOPE: Column<ListedExemption> = {
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
};
const RULE: Column<ListedExemption> = {
  id: 'rule',
  title: 'Rule',
  width: '20%',
  phone: 'second',
  cell: ({ rule }) => (
    <a tabIndex={-1} href={hrefOf(['rules', rule])}>
      {rule}
    </a>
  ),
};
const OWNER: Column<ListedExemption> = {
  id: 'owner',
  title: 'Owner',
  width: '13%',
  phone: 'third',
  cell: ({ owner }) => <bdi>{owner}</bdi>,
};
const REASON: Column<ListedExemption> = {
  id: 'reason',
  title: 'Reason',
  width: '20%',
  cell: ({ reason }) => <span class="clamp">{reason}</span>,
};
const TICKET: Column<ListedExemption> = {
  id: 'ticket',
  title: 'Ticket',
  width: '10%',
  optional: true,
  cell: ({ ticket }) => ticket ?? '–',
};
const CREATED_BY: Column<ListedExemption> = {
  id: 'createdBy',
  title: 'Created by',
  width: '13%',
  optional: true,
  cell: ({ createdBy }) => <Person of={createdBy} />,
};

export const IN_FORCE_COLUMNS: readonly Column<ListedExemption>[] = [
  SCOPE,
  RULE,
  OWNER,
  REASON,
  TICKET,
  {
    id: 'expires',
    title: 'Expires',
    width: '130px',
    sort: 'expires',
    reverse: '-expires',
    phone: 'first',
    cell: (one) => <Expires of={one} />,
  },
  {
    id: 'covers',
    title: 'Covers',
    width: '90px',
    phone: 'third',
    cell: ({ covers }) =>
      covers === undefined ? '–' : covers === 0 ? <span class="none">0</span> : covers.toLocaleString('en'),
  },
  CREATED_BY,
  {
    id: 'created',
    title: 'Created',
    width: '110px',
    sort: '-created',
    reverse: 'created',
    cell: ({ createdAt }) => <Time at={createdAt} />,
  },
];

export const ENDED_COLUMNS: readonly Column<ListedExemption>[] = [
  SCOPE,
  RULE,
  OWNER,
  REASON,
  TICKET,
  {
    id: 'why',
    title: 'Ended',
    width: '110px',
    phone: 'first',
    cell: ({ why }) => <span class="badge">{why === 'removed' ? 'Removed' : 'Expired'}</span>,
  },
  { id: 'endedAt', title: 'Time', width: '110px', phone: 'third', cell: ({ endedAt }) => <Time at={endedAt} /> },
  { id: 'endedBy', title: 'Ended by', width: '13%', cell: ({ endedBy }) => <Person of={endedBy} /> },
  CREATED_BY,
];

/** How much of its time is left, as a bar and in words. */
export function Expires({ of }: { of: Pick<ListedExemption, 'createdAt' | 'expires'> }) {
  const { share, tone } = leftOf(of, new Date());
  return (
    <span class={`expires ${tone}`}>
      <Time at={of.expires} />
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${Math.round(share * 100)}%` }} />
      </span>
    </span>
  );
}
