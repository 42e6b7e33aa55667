/** The open approvals of an app. */
import { withQuery } from '../../api/client.ts';
import type { ApprovalBrief } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { useList } from '../../state/use-list.ts';
import { ChangeLine } from '../../ui/changes/change-table.tsx';
import { Impact, Severity, Status } from '../../ui/format/badges.tsx';
import { Person } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { STATUS_WORDS } from '../../ui/format/words.ts';
import { Empty } from '../../ui/message.tsx';
import type { Column } from '../../ui/table/column.ts';
import { DataTable } from '../../ui/table/data-table.tsx';

const COLUMNS: readonly Column<ApprovalBrief>[] = [
  {
    id: 'severity',
    title: 'Severity',
    width: '100px',
    phone: 'first',
    cell: ({ rule }) => <Severity of={rule.severity} />,
  },
  { id: 'status', title: 'Status', width: '130px', phone: 'first', cell: ({ status }) => <Status of={status} /> },
  { id: 'rule', title: 'Rule', phone: 'second', cell: ({ rule }) => rule.title },
  {
    id: 'change',
    title: 'Change',
    width: '26%',
    phone: 'third',
    cell: ({ changes }) => <ChangeLine changes={changes} />,
  },
  { id: 'impact', title: 'Impact', width: '110px', cell: ({ rule }) => <Impact of={rule.impact} /> },
  { id: 'by', title: 'Changed by', width: '140px', cell: ({ changedBy }) => <Person of={changedBy} /> },
  { id: 'requested', title: 'Requested', width: '100px', cell: ({ requestedAt }) => <Time at={requestedAt} /> },
];

const idOf = ({ id }: ApprovalBrief) => id;
const labelOf = ({ rule, status }: ApprovalBrief) => `${rule.title}: ${STATUS_WORDS[status]}`;
const hrefOfApproval = ({ id }: ApprovalBrief) => hrefOf('approvals', { open: id });

export function AppPending({ id }: { id: string }) {
  const query = { resource: id, status: 'pending,approved,blocked,unknown', view: 'brief' };
  const list = useList<ApprovalBrief>(withQuery('/approvals', query), { idOf, kind: 'approvals' });
  return (
    <DataTable
      name="app-pending"
      caption="Open approvals of this app"
      list={list}
      columns={COLUMNS}
      noun="approval"
      idOf={idOf}
      labelOf={labelOf}
      hrefOf={hrefOfApproval}
      empty={<Empty title="No pending approvals">No change of this app waits for a decision.</Empty>}
    />
  );
}
