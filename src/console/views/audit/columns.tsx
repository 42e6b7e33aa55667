/** The columns of the audit log. */
import type { AuditEntry } from '../../api/types.ts';
import { ChangeLine } from '../../ui/changes/change-table.tsx';
import { Person, ResourceName } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import type { Column } from '../../ui/table/column.ts';
import { KINDS, toneOf } from './kinds.ts';

export const COLUMNS: readonly Column<AuditEntry>[] = [
  { id: 'at', title: 'Time', width: '170px', phone: 'third', cell: ({ at }) => <Time at={at} exact /> },
  {
    id: 'kind',
    title: 'Event',
    width: '150px',
    phone: 'first',
    cell: ({ kind }) => <span class={`badge ${toneOf(kind)}`}>{KINDS[kind]}</span>,
  },
  { id: 'actor', title: 'Actor', width: '140px', phone: 'first', cell: ({ actor }) => <Actor of={actor} /> },
  {
    id: 'resource',
    title: 'App',
    width: '180px',
    phone: 'second',
    cell: ({ resource }) => (resource ? <ResourceName resource={resource} /> : '–'),
  },
  { id: 'rule', title: 'Rule', width: '210px', phone: 'second', cell: ({ rule }) => rule ?? '–' },
  {
    id: 'change',
    title: 'Change',
    phone: 'third',
    cell: ({ changes, message }) => (
      <span class="one-line" title={message}>
        {changes.length === 0 ? message : <ChangeLine changes={changes} />}
      </span>
    ),
  },
  { id: 'operation', title: 'Operation', optional: true, cell: ({ operationId }) => operationId ?? '–' },
  { id: 'sequence', title: 'Sequence', optional: true, cell: ({ chain, seq }) => `${chain}/${seq}` },
];

export function labelOf({ kind, resource, at }: AuditEntry): string {
  return `${KINDS[kind]}${resource ? ` on ${resource.name}` : ''}, ${at}`;
}

export function Actor({ of }: { of: AuditEntry['actor'] }) {
  return of.type === 'service' ? <>Plumbline</> : <Person of={of} />;
}
