/** The list of keyboard shortcuts, and the switch that turns them off. */
import { signal } from '@preact/signals';
import { areKeysOn, listKeys } from '../state/keys.ts';
import { Dialog } from '../ui/dialog.tsx';

const isOpen = signal(false);

export function openKeysDialog(): void {
  isOpen.value = true;
}

export function KeysDialog() {
  if (!isOpen.value) return null;
  return (
    <Dialog
      title="Keyboard shortcuts"
      wide
      onClose={() => {
        isOpen.value = false;
      }}
    >
      <div class="keys-dialog">
        <label>
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
                        <kbd key={key}>{LABELS[key] ?? key}</kbd>
                      ))}
                    </dt>
                    <dd>{label}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </Dialog>
  );
}

const LABELS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  'Shift+ArrowUp': 'Shift ↑',
  'Shift+ArrowDown': 'Shift ↓',
  Escape: 'Esc',
};
