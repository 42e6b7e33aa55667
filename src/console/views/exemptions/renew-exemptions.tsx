/** Gives exemptions another end, and the reason for it. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import type { ListedExemption } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { plural } from '../../ui/format/words.ts';
import { ErrorMessage } from '../../ui/message.tsx';
import { scopeText } from '../../ui/scope/scope.ts';
import { DEFAULT_DAYS, dayAfter, endOfDay, problemOfDay } from './exemption-form.ts';
import { renewMany } from './exemption-jobs.ts';
import { LastDayField, PreviewOfExemption, ReasonField, usePreview } from './fields.tsx';

interface Props {
  readonly exemptions: readonly ListedExemption[];
  onClose(): void;
  onDone(): void;
}

export function RenewExemptions({ exemptions, onClose, onDone }: Props) {
  const form = useId();
  const opened = useSignal(new Date()).value;
  const [first] = exemptions;
  const reason = useSignal(exemptions.length === 1 ? (first?.reason ?? '') : '');
  const lastDay = useSignal(dayAfter(opened, DEFAULT_DAYS));
  const wasTried = useSignal(false);
  const isBusy = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  const expires = endOfDay(lastDay.value, opened);
  const isDay = problemOfDay(lastDay.value, opened) === null && expires !== null;
  const preview = usePreview(
    isDay ? exemptions.map(({ scope, rule, owner }) => ({ scope, rule, owner, reason: 'preview', expires })) : null,
  );
  const problems = {
    reason: reason.value.trim() === '' ? 'Enter a reason.' : undefined,
    lastDay: problemOfDay(lastDay.value, opened) ?? undefined,
  };

  async function renew(event: Event): Promise<void> {
    event.preventDefault();
    wasTried.value = true;
    if (isBusy.peek() || problems.reason || expires === null || problems.lastDay || preview.totals === null) return;
    isBusy.value = true;
    try {
      const body = { expires, reason: reason.peek().trim() };
      if (exemptions.length > 1) renewMany(exemptions, body);
      else await call(`/exemptions/${first?.id}`, { method: 'PUT', body });
      expectChanges();
      onDone();
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
      title={exemptions.length === 1 ? 'Renew the exemption' : `Renew ${plural(exemptions.length, 'exemption')}`}
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={form} class="primary" disabled={isBusy.value || preview.totals === null}>
            Renew
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </>
      }
    >
      <Listed exemptions={exemptions} />
      <form id={form} noValidate onSubmit={(event: Event) => void renew(event)}>
        <LastDayField
          value={lastDay.value}
          problem={wasTried.value ? problems.lastDay : undefined}
          onChange={(next) => {
            lastDay.value = next;
          }}
        />
        <ReasonField
          value={reason.value}
          problem={wasTried.value ? problems.reason : undefined}
          onChange={(next) => {
            reason.value = next;
          }}
        />
      </form>
      <PreviewOfExemption preview={preview} />
      {error.value && <ErrorMessage error={error.value} />}
    </Dialog>
  );
}

/** What is changed: the first ones by name. */
export function Listed({ exemptions }: { exemptions: readonly ListedExemption[] }) {
  const MOST = 8;
  return (
    <ul class="lines">
      {exemptions.slice(0, MOST).map(({ id, rule, scope, owner }) => (
        <li key={id}>
          <code>{rule}</code> on {scopeText(scope)} <small>({owner})</small>
        </li>
      ))}
      {exemptions.length > MOST && <li>and {exemptions.length - MOST} more</li>}
    </ul>
  );
}
