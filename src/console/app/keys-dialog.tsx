/** The list of keyboard shortcuts, and the switch that turns them off. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { areKeysOn, listKeys } from '../state/keys.ts';

const isOpen = signal(false);

export function openKeysDialog(): void {
  isOpen.value = true;
}

export function KeysDialog() {
  return isOpen.value ? <OpenDialog /> : null;
}

const TITLE = 'keys-title';

function OpenDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      class="keys-dialog"
      aria-labelledby={TITLE}
      onClose={() => {
        isOpen.value = false;
      }}
    >
      <h2 id={TITLE}>Keyboard shortcuts</h2>
      <label class="switch">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={({ currentTarget }) => {
            areKeysOn.value = currentTarget.checked;
          }}
        />
        Use shortcuts of single characters
      </label>
      <div class="groups">
        {[...listKeys()].map(([group, keys]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {[...keys].map(([shortcut, label]) => (
                <div key={shortcut}>
                  <dt>
                    {shortcut.split(' ').map((key) => (
                      <kbd key={key}>{keyLabel(key)}</kbd>
                    ))}
                  </dt>
                  <dd>{label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div class="dialog-actions">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  );
}

const LABELS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  'Shift+ArrowUp': 'Shift ↑',
  'Shift+ArrowDown': 'Shift ↓',
  Escape: 'Esc',
};

function keyLabel(key: string): string {
  return LABELS[key] ?? key;
}
