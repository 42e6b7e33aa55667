/** Puts messages on their queues again. */
import { call } from '../../api/client.ts';
import type { DeadLetter } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { plural } from '../../ui/format/words.ts';
import { byError } from './by-error.ts';
import { retryMany } from './retry-job.ts';

interface Props {
  readonly letters: readonly DeadLetter[];
  onClose(): void;
  onDone(): void;
}

export function RetryDialog({ letters, onClose, onDone }: Props) {
  const [first] = letters;
  return (
    <ConfirmDialog
      title={letters.length === 1 ? 'Retry this message?' : `Retry ${plural(letters.length, 'message')}?`}
      action="Retry"
      onClose={onClose}
      onConfirm={async () => {
        if (letters.length === 1 && first) {
          await call(`/deadletters/${encodeURIComponent(first.id)}/release`, { method: 'POST', body: {} });
        } else retryMany(letters);
        expectChanges();
        onDone();
        onClose();
      }}
    >
      <p>Each is sent to its queue as if it came for the first time. If it fails again, it comes back here.</p>
      <ul class="lines">
        {byError(letters).map(({ error, count }) => (
          <li key={error}>
            {count > 1 && <strong>{count.toLocaleString('en')} × </strong>}
            {error}
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}
