/** The state of the service in one answer: what is in force, what waits, and a revision of each kind of what is stored. */
import type { Deps } from '../ports/deps.ts';
import type { ServiceState } from '../ports/history.ts';
import { settingsInForce, stopIn } from '../settings/change-settings.ts';

/** Two requests at most, once housekeeping has run. Throws StorageUnavailable. */
export async function readServiceState(deps: Deps): Promise<ServiceState> {
  const { settings: stored, revisions, runningScans, ...numbers } = await deps.revisions.read();
  const inForce = settingsInForce(deps, stored);
  return {
    mode: inForce.settings.mode,
    stopped: stopIn(inForce),
    settingsRevision: inForce.revision,
    ...numbers,
    scans: { running: runningScans },
    revisions: { ...revisions, settings: inForce.revision },
  };
}

/** Gives a new revision to what changed without one, because a process ended in between. */
export async function healRevisions({ revisions, log }: Deps): Promise<void> {
  const moved = await revisions.heal();
  if (moved.length > 0) log.debug({ kinds: moved }, 'revisions renewed');
}
