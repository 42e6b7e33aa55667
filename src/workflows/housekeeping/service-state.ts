/** The state of the service in one answer: what is in force, what waits, and a revision of each kind of what is stored. */
import type { Mode } from '../../domain/resources/reasons.ts';
import type { Deps } from '../ports/deps.ts';
import type { Revised } from '../ports/history.ts';
import type { StoredSettings } from '../ports/settings.ts';
import { settingsInForce } from '../settings/change-settings.ts';

export interface ServiceState {
  readonly mode: Mode;
  readonly settings: StoredSettings;
  readonly approvals: { readonly pending: number; readonly oldestAt: string | null };
  readonly deadLetters: number;
  readonly runningScans: number;
  readonly revisions: Readonly<Record<Revised | 'settings', number>>;
}

/** Two requests at most, once housekeeping has run. Throws StorageUnavailable. */
export async function readServiceState(deps: Deps): Promise<ServiceState> {
  const { settings: stored, revisions, ...numbers } = await deps.revisions.read();
  const settings = settingsInForce(deps, stored);
  return {
    mode: settings.settings.mode,
    settings,
    ...numbers,
    revisions: { ...revisions, settings: settings.revision },
  };
}

/** Gives a new revision to what changed without one, because a process ended in between. */
export async function healRevisions({ revisions, log }: Deps): Promise<void> {
  const moved = await revisions.heal();
  if (moved.length > 0) log.debug({ kinds: moved }, 'revisions renewed');
}
