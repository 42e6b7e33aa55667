/** Starts a scan of a scope that a person names. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import type { Scan } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorMessage } from '../../ui/message.tsx';
import { readScope } from '../../ui/scope/scope.ts';
import { ScopeField, useKnownScopes } from '../../ui/scope/scope-field.tsx';

export function StartScan({ onClose, onStarted }: { onClose(): void; onStarted(): void }) {
  const form = useId();
  const text = useSignal('');
  const wasTried = useSignal(false);
  const isBusy = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  const known = useKnownScopes();
  const read = readScope(text.value, known);

  async function start(event: Event): Promise<void> {
    event.preventDefault();
    wasTried.value = true;
    if (isBusy.peek() || 'problem' in read) return;
    isBusy.value = true;
    try {
      await call<Scan>('/scans', { method: 'POST', body: { scope: read.id } });
      expectChanges();
      onStarted();
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
      title="Start a scan"
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={form} class="primary" disabled={isBusy.value}>
            Scan
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={(event: Event) => void start(event)}>
        <ScopeField
          text={text.value}
          read={read}
          known={known}
          showProblem={wasTried.value}
          onChange={(next) => {
            text.value = next;
          }}
        />
        <p class="hint">
          Every app of the scope is read and checked now. Changes by people are handled first, so a large scope takes a
          while.
        </p>
      </form>
      {error.value && <ErrorMessage error={error.value} />}
    </Dialog>
  );
}
