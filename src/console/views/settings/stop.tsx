/** The emergency stop: while it is in force, nobody writes to Azure. */
import { useSignal } from '@preact/signals';
import { ApiError, call } from '../../api/client.ts';
import type { Settings } from '../../api/types.ts';
import { expectChanges, state } from '../../state/live.ts';
import { hasRole } from '../../state/session.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorMessage } from '../../ui/message.tsx';

export function StopSection() {
  const isOpen = useSignal(false);
  const stop = state.value?.stopped ?? null;
  return (
    <section aria-labelledby="stop-title">
      <h3 id="stop-title">Emergency stop</h3>
      <p>
        {stop
          ? `Stopped by ${stop.by?.name ?? 'Plumbline'}: ${stop.reason}`
          : 'Changes are made as the mode says. A stop holds all of them at once, approved ones and rollbacks too.'}
      </p>
      {hasRole('Operator') && (
        <button
          type="button"
          class={stop ? '' : 'danger'}
          onClick={() => {
            isOpen.value = true;
          }}
        >
          {stop ? 'Resume changes…' : 'Stop all changes…'}
        </button>
      )}
      {isOpen.value && (
        <StopDialog
          onClose={() => {
            isOpen.value = false;
          }}
        />
      )}
    </section>
  );
}

/** Stops or resumes, whichever is possible now. There is no preview: a stop must take one step. */
export function StopDialog({ onClose }: { onClose(): void }) {
  const stop = state.value?.stopped ?? null;
  const reason = useSignal('');
  const isBusy = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  const mayAct = stop !== null || reason.value.trim() !== '';
  async function act() {
    isBusy.value = true;
    error.value = null;
    try {
      await setStop(stop === null ? { reason: reason.peek().trim() } : null);
      expectChanges();
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
    } finally {
      isBusy.value = false;
    }
  }
  return (
    <Dialog
      title={stop ? 'Resume changes' : 'Stop all changes'}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            class={stop ? 'primary' : 'danger'}
            disabled={!mayAct || isBusy.value}
            onClick={() => void act()}
          >
            {stop ? 'Resume changes' : 'Stop all changes'}
          </button>
        </>
      }
    >
      {error.value && <ErrorMessage error={error.value} />}
      {stop ? (
        <p>
          Stopped because: <bdi>{stop.reason}</bdi>. What was held is written again as the mode, windows and limits
          allow.
        </p>
      ) : (
        <>
          <p>No change is written to Azure until an operator resumes. Evaluation, reports and approvals go on.</p>
          <label class="field">
            <span>Reason (required)</span>
            <textarea
              rows={3}
              maxLength={1000}
              required
              value={reason.value}
              onInput={(event) => {
                reason.value = event.currentTarget.value;
              }}
            />
          </label>
        </>
      )}
    </Dialog>
  );
}

/** Stores a stop, or none, under the ETag that was just read; when others changed the settings between, it reads again. */
async function setStop(stopped: { readonly reason: string } | null, attempts = 3): Promise<void> {
  const { body, etag } = await call<Settings>('/settings');
  try {
    await call('/settings', { method: 'PUT', body: { ...body, stopped }, headers: { 'if-match': etag ?? '*' } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412 || attempts <= 1) throw error;
    await setStop(stopped, attempts - 1);
  }
}
