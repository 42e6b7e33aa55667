/** What is true of the whole service, and who is signed in. */
import { useSignal } from '@preact/signals';
import { now, shortDuration } from '../state/clock.ts';
import { answeredAt, isOnline, isStale, state } from '../state/live.ts';
import { hrefOf } from '../state/location.ts';
import { hasRole } from '../state/session.ts';
import { StopDialog } from '../views/settings/stop.tsx';
import { Account } from './account.tsx';
import { environmentName } from './environment.ts';
import { Icon } from './icons.tsx';
import { openKeysDialog } from './keys-dialog.tsx';
import { MenuButton } from './navigation.tsx';

export function Header() {
  return (
    <header>
      <MenuButton />
      <a class="product" href={hrefOf([])}>
        Plumbline
      </a>
      <span class="environment" title="Environment">
        <bdi>{environmentName(window.location.hostname)}</bdi>
      </span>
      <ModeChip />
      <span class="spacer" />
      <Connection />
      <StopButton />
      <button
        type="button"
        class="bare keys-button"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts"
        onClick={openKeysDialog}
      >
        ?
      </button>
      <Account />
    </header>
  );
}

export const MODE_NAMES = { audit: 'Report only', approve: 'Approval', autofix: 'Auto-fix' } as const;

function ModeChip() {
  if (!state.value) return null;
  const { mode, stopped } = state.value;
  return (
    <a class={`badge mode ${stopped ? 'danger' : ''}`} href={hrefOf('settings', { section: 'mode' })}>
      {stopped ? 'Stopped' : `Mode: ${MODE_NAMES[mode]}`}
    </a>
  );
}

/** Stops all changes in one step, or resumes them. */
function StopButton() {
  const isOpen = useSignal(false);
  if (!hasRole('Operator')) return null;
  const [short, whole] = state.value?.stopped ? ['Resume', 'Resume changes'] : ['Stop', 'Stop all changes'];
  return (
    <>
      <button
        type="button"
        class="stop"
        aria-label={whole}
        title={whole}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        <Icon name="stop" />
        <span class="label">{short}</span>
      </button>
      {isOpen.value && (
        <StopDialog
          onClose={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}

function Connection() {
  const [tone, text] = connection();
  const at = answeredAt.value;
  const age = at === null ? '' : `Updated ${shortDuration(now.value - at)} ago`;
  return (
    <span class={`connection ${tone}`} title={age}>
      <span class="dot" aria-hidden="true" />
      <span class="state">{text}</span>
      {age && <span class="age">{age}</span>}
    </span>
  );
}

function connection(): [string, string] {
  if (isOnline.value === null) return ['waiting', 'Connecting'];
  if (!isOnline.value) return ['danger', 'Offline'];
  return isStale.value ? ['warning', 'Out of date'] : ['success', 'Live'];
}
