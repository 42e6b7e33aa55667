/** Scans apps that are selected. */
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { plural } from '../../ui/format/words.ts';
import { scopeText } from '../../ui/scope/scope.ts';
import { scanMany } from './scan-job.ts';

interface Props {
  /** ARM ids. */
  readonly scopes: readonly string[];
  onClose(): void;
  onStarted(): void;
}

const SHOWN = 8;

export function StartScans({ scopes, onClose, onStarted }: Props) {
  return (
    <ConfirmDialog
      title={`Scan ${plural(scopes.length, 'app')}?`}
      action="Scan"
      onClose={onClose}
      onConfirm={() => {
        scanMany(scopes);
        onStarted();
        onClose();
      }}
    >
      <p>Each is read and checked now. What is found is decided as the mode and the tier say.</p>
      <ul class="lines">
        {scopes.slice(0, SHOWN).map((scope) => (
          <li key={scope}>{scopeText(scope)}</li>
        ))}
        {scopes.length > SHOWN && <li>and {scopes.length - SHOWN} more</li>}
      </ul>
    </ConfirmDialog>
  );
}
