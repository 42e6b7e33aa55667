/** What Plumbline and people did about an app, from the audit log. */
import { withQuery } from '../../api/client.ts';
import type { AuditEntry } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { useList } from '../../state/use-list.ts';
import { ChangeLine } from '../../ui/changes/change-table.tsx';
import { Person } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { Empty } from '../../ui/message.tsx';
import type { Column } from '../../ui/table/column.ts';
import { DataTable } from '../../ui/table/data-table.tsx';
import { KINDS } from '../audit/kinds.ts';

const COLUMNS: readonly Column<AuditEntry>[] = [
  { id: 'at', title: 'Time', width: '100px', phone: 'first', cell: ({ at }) => <Time at={at} /> },
  { id: 'kind', title: 'Event', width: '180px', phone: 'first', cell: ({ kind }) => KINDS[kind] },
  { id: 'actor', title: 'Actor', width: '140px', phone: 'second', cell: ({ actor }) => <Person of={actor} /> },
  { id: 'rule', title: 'Rule', width: '22%', phone: 'second', cell: ({ rule }) => rule ?? '–' },
  {
    id: 'change',
    title: 'Change',
    phone: 'third',
    cell: ({ changes, message }) =>
      changes.length > 0 ? <ChangeLine changes={changes} /> : <span class="clamp">{message}</span>,
  },
];

const idOf = ({ id }: AuditEntry) => id;
const labelOf = ({ kind, at }: AuditEntry) => `${KINDS[kind]}, ${at}`;
const hrefOfEntry = ({ id }: AuditEntry) => hrefOf('audit', { open: id });

export function AppHistory({ id }: { id: string }) {
  const list = useList<AuditEntry>(withQuery('/audit', { resource: id }), { idOf, kind: 'audit' });
  return (
    <DataTable
      name="app-history"
      caption="Entries of the audit log about this app"
      list={list}
      columns={COLUMNS}
      noun="entry"
      idOf={idOf}
      labelOf={labelOf}
      hrefOf={hrefOfEntry}
      empty={<Empty title="No entries">Nothing was written, decided or exempted here yet.</Empty>}
    />
  );
}
