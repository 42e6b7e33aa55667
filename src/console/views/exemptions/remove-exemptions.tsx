/** Removes exemptions before their end. */
import { call } from '../../api/client.ts';
import type { ListedExemption } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { plural } from '../../ui/format/words.ts';
import { removeMany } from './exemption-jobs.ts';
import { Listed } from './renew-exemptions.tsx';

interface Props {
  readonly exemptions: readonly ListedExemption[];
  onClose(): void;
  onDone(): void;
}

export function RemoveExemptions({ exemptions, onClose, onDone }: Props) {
  const [first] = exemptions;
  const covered = exemptions.reduce((sum, { covers = 0 }) => sum + covers, 0);
  return (
    <ConfirmDialog
      title={exemptions.length === 1 ? 'Remove the exemption?' : `Remove ${plural(exemptions.length, 'exemption')}?`}
      action="Remove"
      danger
      typeNumber={exemptions.length > 10 ? exemptions.length : null}
      onClose={onClose}
      onConfirm={async () => {
        if (exemptions.length > 1) removeMany(exemptions);
        else await call(`/exemptions/${first?.id}`, { method: 'DELETE' });
        expectChanges();
        onDone();
        onClose();
      }}
    >
      <p>
        {covered === 0
          ? 'No failing check is exempt by it now.'
          : `${plural(covered, 'failing check')} ${covered === 1 ? 'is' : 'are'} decided again, as the mode and the tier say: fixed, or put before an approver.`}
      </p>
      <Listed exemptions={exemptions} />
    </ConfirmDialog>
  );
}
