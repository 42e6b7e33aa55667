/** The settings of one scope in a form. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Settings } from '../../api/types.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { nameOfScope } from '../../ui/settings-change/names.ts';
import { MODES } from './mode.tsx';
import { DAYS, formOf, membersOf, problemsOf, type ScopeForm } from './scope-form.ts';
import { ownOf, withScope } from './scope-tree.ts';
import type { SectionProps } from './section.ts';

export interface ScopeDialogProps extends SectionProps {
  readonly settings: Settings;
  /** Empty: the person types it. */
  readonly scope: string;
  onClose(): void;
}

export function ScopeDialog({ settings, scope, mayChange, ask, onClose }: ScopeDialogProps) {
  const own = ownOf(settings, scope);
  const form = useSignal(formOf(scope, own, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const wasTried = useSignal(false);
  const set = (change: Partial<ScopeForm>) => {
    form.value = { ...form.peek(), ...change };
  };
  const now = form.value;
  const problems = wasTried.value ? problemsOf(now, new Date()) : {};
  function submit() {
    wasTried.value = true;
    if (Object.keys(problemsOf(now, new Date())).length > 0) return;
    const target = now.scope.trim();
    const members = membersOf(now, ownOf(settings, target));
    onClose();
    ask({ title: `Change ${nameOfScope(target)}`, change: (current) => withScope(current, target, members) });
  }
  return (
    <Dialog
      title={scope === '' ? 'Settings for a scope' : nameOfScope(scope)}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            {mayChange ? 'Cancel' : 'Close'}
          </button>
          {mayChange && (
            <button type="button" class="primary" onClick={submit}>
              Preview and save…
            </button>
          )}
        </>
      }
    >
      <fieldset disabled={!mayChange} class="fields">
        <legend class="visually-hidden">Settings of the scope</legend>
        {scope === '' ? (
          <Labelled label="Scope" problem={problems.scope}>
            <input
              type="text"
              value={now.scope}
              placeholder="/subscriptions/…/resourceGroups/…"
              onInput={(event) => set({ scope: event.currentTarget.value })}
            />
          </Labelled>
        ) : (
          <p>
            <code>{scope}</code>
          </p>
        )}
        <Labelled label="Mode">
          <select value={now.mode} onChange={(event) => set({ mode: event.currentTarget.value })}>
            <option value="">As above</option>
            {Object.entries(MODES).map(([value, { title }]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </Labelled>
        <Labelled label="Profile">
          <select value={now.profile} onChange={(event) => set({ profile: event.currentTarget.value })}>
            <option value="">As above</option>
            <option value="baseline">Baseline</option>
            <option value="strict">Strict</option>
          </select>
        </Labelled>
        <Labelled label="Approvers: object ids of users or groups, one a line" problem={problems.approvers}>
          <textarea rows={3} value={now.approvers} onInput={(event) => set({ approvers: event.currentTarget.value })} />
        </Labelled>
        <Switch label="Change window" isOn={now.hasWindow} set={(hasWindow) => set({ hasWindow })} />
        {now.hasWindow && <WindowFields form={now} problems={problems} set={set} />}
        <Switch label="Change freeze" isOn={now.isFrozen} set={(isFrozen) => set({ isFrozen })} />
        {now.isFrozen && (
          <>
            <Labelled label="Until" problem={problems.until}>
              <input
                type="datetime-local"
                value={now.until}
                onInput={(event) => set({ until: event.currentTarget.value })}
              />
            </Labelled>
            <Labelled label="Reason" problem={problems.reason}>
              <input type="text" value={now.reason} onInput={(event) => set({ reason: event.currentTarget.value })} />
            </Labelled>
          </>
        )}
      </fieldset>
    </Dialog>
  );
}

type Problems = ReturnType<typeof problemsOf>;

function WindowFields({
  form,
  problems,
  set,
}: {
  form: ScopeForm;
  problems: Problems;
  set(change: Partial<ScopeForm>): void;
}) {
  return (
    <>
      <fieldset>
        <legend>Days on which it opens</legend>
        {Object.entries(DAYS).map(([day, title]) => (
          <label key={day} class="check inline">
            <input
              type="checkbox"
              checked={form.days.includes(day)}
              onChange={(event) =>
                set({
                  days: event.currentTarget.checked ? [...form.days, day] : form.days.filter((one) => one !== day),
                })
              }
            />
            <span>{title}</span>
          </label>
        ))}
        {problems.days && <small class="field-error">{problems.days}</small>}
      </fieldset>
      <Labelled label="From">
        <input type="time" required value={form.from} onInput={(event) => set({ from: event.currentTarget.value })} />
      </Labelled>
      <Labelled label="To">
        <input type="time" required value={form.to} onInput={(event) => set({ to: event.currentTarget.value })} />
      </Labelled>
      <Labelled label="Time zone" problem={problems.timeZone}>
        <input type="text" value={form.timeZone} onInput={(event) => set({ timeZone: event.currentTarget.value })} />
      </Labelled>
    </>
  );
}

function Labelled({
  label,
  problem,
  children,
}: {
  label: string;
  problem?: string | undefined;
  children: ComponentChildren;
}) {
  return (
    <div class="field">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is the child */}
      <label>
        <span>{label}</span>
        {children}
      </label>
      {problem && (
        <small class="field-error" role="alert">
          {problem}
        </small>
      )}
    </div>
  );
}

function Switch({ label, isOn, set }: { label: string; isOn: boolean; set(isOn: boolean): void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={isOn} onChange={(event) => set(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
