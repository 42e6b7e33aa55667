/** One entry of the log: what happened, what led to it, and its place in the log. */
import { useSignal } from '@preact/signals';
import type { AuditEntry, RollbackPossibility } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useGet } from '../../state/use-get.ts';
import { Details } from '../../ui/details.tsx';
import { Person, ResourceName } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { ErrorMessage } from '../../ui/message.tsx';
import { AuditChanges } from './changes.tsx';
import { Actor } from './columns.tsx';
import { KINDS } from './kinds.ts';
import { RollbackDialog } from './rollback-dialog.tsx';

export function EntryDetails({ id, close }: { id: string; close(): void }) {
  const { data, error, reload } = useGet<AuditEntry>(`/audit/${encodeURIComponent(id)}`);
  return (
    <Details
      title={data ? KINDS[data.kind] : 'Entry'}
      subtitle={data && <Time at={data.at} exact />}
      close={close}
      actions={data && isFix(data) && hasRole('Approver') && <Rollback entry={data} />}
    >
      {error && <ErrorMessage error={error} retry={reload} />}
      {data ? <Entry entry={data} /> : !error && <p role="status">Loading…</p>}
    </Details>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { resource, rule, mode, message, reasons, changes, alsoMoved, operationId, approvalId } = entry;
  return (
    <>
      <p>{message}</p>
      <dl class="entry-facts">
        {resource && (
          <Fact name="App">
            <ResourceName resource={resource} href={hrefOf('apps', { resource: resource.id })} />
          </Fact>
        )}
        {rule && (
          <Fact name="Rule">
            <a href={hrefOf(['rules', rule])}>{rule}</a>
          </Fact>
        )}
        <Fact name="Actor">
          <Actor of={entry.actor} />
        </Fact>
        {mode && <Fact name="Mode">{mode}</Fact>}
        {approvalId && (
          <Fact name="Approval">
            <a href={hrefOf('approvals', { status: 'all', open: approvalId })}>Show</a>
          </Fact>
        )}
        {operationId && (
          <Fact name="Operation">
            <a href={hrefOf('audit', { operationId })}>
              <code>{operationId}</code>
            </a>
          </Fact>
        )}
      </dl>
      <AuditChanges changes={changes} title="Changes" />
      <AuditChanges changes={alsoMoved} title="Also changed in Azure" />
      {reasons.length > 0 && (
        <>
          <h3>Reasons</h3>
          <ul class="lines">
            {reasons.map(({ code, text }) => (
              <li key={`${code} ${text}`}>{text}</li>
            ))}
          </ul>
        </>
      )}
      <Trigger of={entry.trigger} />
      <h3>Sequence</h3>
      <dl class="entry-facts">
        <Fact name="Chain / sequence">
          {entry.chain} / {entry.seq}
        </Fact>
        <Fact name="Hash">
          <code>{entry.hash}</code>
        </Fact>
        <Fact name="Hash before">
          <code>{entry.prevHash || 'none'}</code>
        </Fact>
        <Fact name="Signature">
          <code>
            {entry.keyId}: {entry.signature}
          </code>
        </Fact>
        <Fact name="Entry">
          <code>{entry.id}</code>
        </Fact>
      </dl>
    </>
  );
}

const TRIGGERS = { event: 'Change in Azure', sweep: 'Sweep', scan: 'Scan', decision: 'Decision' } as const;

function Trigger({ of }: { of: AuditEntry['trigger'] }) {
  if (!of) return null;
  return (
    <>
      <h3>Trigger</h3>
      <dl class="entry-facts">
        <Fact name="Type">{TRIGGERS[of.type]}</Fact>
        {of.changedBy && (
          <Fact name="Changed by">
            <Person of={of.changedBy} />
          </Fact>
        )}
        {of.operation && <Fact name="Operation in Azure">{of.operation}</Fact>}
        {of.eventId && (
          <Fact name="Event">
            <code>{of.eventId}</code>
          </Fact>
        )}
        {of.correlationId && (
          <Fact name="Correlation">
            <code>{of.correlationId}</code>
          </Fact>
        )}
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Rollback({ entry }: { entry: AuditEntry }) {
  const isOpen = useSignal(false);
  const { data, error } = useGet<RollbackPossibility>(`/audit/${entry.id}/rollback`, ['approvals']);
  return (
    <>
      <button
        type="button"
        disabled={!data?.possible}
        aria-describedby="rollback-reason"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        Roll back…
      </button>
      <small id="rollback-reason">{error ? error.message : (data?.reason ?? '')}</small>
      {isOpen.value && (
        <RollbackDialog
          entry={entry}
          onClose={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}

/** Whether an entry says that changes were written. */
function isFix({ kind, changes }: AuditEntry): boolean {
  return kind === 'fix.applied' && changes.length > 0;
}
