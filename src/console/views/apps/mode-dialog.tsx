/** Another mode for an app, or for what contains it. It is previewed before it is saved. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { EffectiveSettings } from '../../api/types.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { MODE_WORDS } from '../../ui/format/words.ts';
import { scopesAround, scopeText } from '../../ui/scope/scope.ts';
import { SettingsChange } from '../../ui/settings-change/settings-change.tsx';
import { MODE_SENTENCES, type Mode, withMode } from './mode.ts';

const MODES: readonly Mode[] = ['audit', 'approve', 'autofix'];

interface Props {
  readonly id: string;
  /** The mode that applies to it now. */
  readonly mode: EffectiveSettings['mode'];
  onClose(): void;
}

export function ModeDialog({ id, mode, onClose }: Props) {
  const form = useId();
  const scope = useSignal(id);
  const chosen = useSignal<Mode>(mode.value);
  const isPreview = useSignal(false);
  if (isPreview.value) {
    const [target, next] = [scope.value, chosen.value];
    return (
      <SettingsChange
        title={`Mode of ${scopeText(target)}`}
        change={(settings) => withMode(settings, target, next)}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog
      title="Change mode"
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={form} class="primary">
            Preview
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event: Event) => {
          event.preventDefault();
          isPreview.value = true;
        }}
      >
        <div class="field">
          <label for={`${form}-scope`}>Scope</label>
          <select
            id={`${form}-scope`}
            value={scope.value}
            onChange={(event) => {
              scope.value = event.currentTarget.value;
            }}
          >
            {scopesAround(id).map((one) => (
              <option key={one.id} value={one.id}>
                {scopeText(one.id)}
              </option>
            ))}
          </select>
        </div>
        <fieldset class="field">
          <legend>Mode</legend>
          {MODES.map((one) => (
            <label class="check" key={one}>
              <input
                type="radio"
                name={`${form}-mode`}
                checked={chosen.value === one}
                onChange={() => {
                  chosen.value = one;
                }}
              />
              <span>
                {MODE_WORDS[one]}
                <small> {MODE_SENTENCES[one]}</small>
              </span>
            </label>
          ))}
        </fieldset>
      </form>
    </Dialog>
  );
}
