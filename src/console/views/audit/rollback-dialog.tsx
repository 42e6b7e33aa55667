/** Rolls back a fix, or all fixes of its operation. */
import { useSignal } from '@preact/signals';
import { ApiError, call } from '../../api/client.ts';
import type { Approval, AuditEntry, RolledBack } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { hrefOf } from '../../state/location.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorMessage, Message } from '../../ui/message.tsx';
import { nameOfScope } from '../../ui/settings-change/names.ts';
import { AuditChanges } from './changes.tsx';

export function RollbackDialog({ entry, onClose }: { entry: AuditEntry; onClose(): void }) {
  const comment = useSignal('');
  const isWhole = useSignal(false);
  const isBusy = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  const results = useSignal<readonly RolledBack[] | null>(null);
  const mayAct = comment.value.trim() !== '' && !isBusy.value && results.value === null;
  async function act() {
    isBusy.value = true;
    error.value = null;
    const body = { comment: comment.peek().trim() };
    try {
      if (isWhole.peek()) {
        const whole = { ...body, operationId: entry.operationId };
        const answer = await call<{ items: RolledBack[] }>('/audit/rollback', { method: 'POST', body: whole });
        results.value = answer.body.items;
      } else {
        const answer = await call<Approval>(`/audit/${entry.id}/rollback`, { method: 'POST', body });
        results.value = [{ id: entry.id, status: answer.status, approval: answer.body }];
      }
      expectChanges();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
    } finally {
      isBusy.value = false;
    }
  }
  return (
    <Dialog
      title="Roll back"
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            {results.value ? 'Close' : 'Cancel'}
          </button>
          {results.value === null && (
            <button type="button" class="primary" disabled={!mayAct} onClick={() => void act()}>
              Roll back
            </button>
          )}
        </>
      }
    >
      {error.value && <ErrorMessage error={error.value} />}
      {results.value ? (
        <Results items={results.value} />
      ) : (
        <>
          <p>
            Puts back what this fix changed on <bdi>{entry.resource ? nameOfScope(entry.resource.id) : ''}</bdi>, if it
            is still as it was written. The rule then leaves the app alone for 7 days.
          </p>
          {/* A rollback writes what was there before. */}
          <AuditChanges
            changes={entry.changes.map(({ from, to, ...change }) => ({ ...change, from: to, to: from }))}
            title="Rollback"
          />
          {entry.operationId !== null && (
            <label class="check">
              <input
                type="checkbox"
                checked={isWhole.value}
                onChange={(event) => {
                  isWhole.value = event.currentTarget.checked;
                }}
              />
              <span>
                All fixes of this operation
                <small>Each has its own answer.</small>
              </span>
            </label>
          )}
          <label class="field">
            <span>Comment (required)</span>
            <textarea
              rows={3}
              maxLength={1000}
              required
              value={comment.value}
              onInput={(event) => {
                comment.value = event.currentTarget.value;
              }}
            />
          </label>
        </>
      )}
    </Dialog>
  );
}

function Results({ items }: { items: readonly RolledBack[] }) {
  const done = items.filter(({ approval }) => approval !== undefined);
  return (
    <>
      <Message tone={done.length === items.length ? 'success' : 'warning'}>
        {done.length} of {items.length} {items.length === 1 ? 'rollback' : 'rollbacks'} requested.
      </Message>
      <ul class="lines">
        {items.map(({ id, approval, problem }) => (
          <li key={id}>
            {approval ? (
              <a href={hrefOf('approvals', { open: approval.id, status: 'all' })}>
                {approval.rule.title} on {approval.resource.name}
              </a>
            ) : (
              `${problem?.title ?? 'Not possible'}: ${problem?.detail ?? ''}`
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
