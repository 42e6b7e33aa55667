/** The columns of the audit log. */
import type { AuditEntry } from '../../api/types.ts';
import { Person, ResourceName } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { textOfValue } from '../../ui/settings-change/names.ts';
import type { Column } from '../../ui/table/column.ts';
import { KINDS, toneOf } from './kinds.ts';

export const COLUMNS: readonly Column<AuditEntry>[] = [
  { id: 'at', title: 'Time', width: '11rem', phone: 'third', cell: ({ at }) => <Time at={at} exact /> },
  {
    id: 'kind',
    title: 'Event',
    width: '11rem',
    phone: 'first',
    cell: ({ kind }) => <span class={`badge ${toneOf(kind)}`}>{KINDS[kind]}</span>,
  },
  { id: 'actor', title: 'Actor', width: '10rem', cell: ({ actor }) => <Actor of={actor} /> },
  {
    id: 'resource',
    title: 'App',
    width: '14rem',
    phone: 'second',
    cell: ({ resource }) => (resource ? <ResourceName resource={resource} /> : '–'),
  },
  { id: 'rule', title: 'Rule', width: '14rem', cell: ({ rule }) => rule ?? '–' },
  { id: 'change', title: 'Change', cell: ({ changes, message }) => <Change changes={changes} message={message} /> },
  { id: 'operation', title: 'Operation', optional: true, cell: ({ operationId }) => operationId ?? '–' },
  { id: 'sequence', title: 'Sequence', optional: true, cell: ({ chain, seq }) => `${chain}/${seq}` },
];

export function labelOf({ kind, resource, at }: AuditEntry): string {
  return `${KINDS[kind]}${resource ? ` on ${resource.name}` : ''}, ${at}`;
}

export function Actor({ of }: { of: AuditEntry['actor'] }) {
  return of.type === 'service' ? <>Plumbline</> : <Person of={of} />;
}

function Change({ changes, message }: Pick<AuditEntry, 'changes' | 'message'>) {
  const [first, ...rest] = changes;
  if (!first) return <>{message}</>;
  return (
    <span title={message}>
      <code>{first.path.split('/').at(-1)}</code> {textOfValue(first.from)} → {textOfValue(first.to)}
      {rest.length > 0 && ` and ${rest.length} more`}
    </span>
  );
}
