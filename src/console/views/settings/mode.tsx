/** How much Plumbline may do, where no scope says otherwise; and the emergency stop. */
import { useSignal } from '@preact/signals';
import type { Settings } from '../../api/types.ts';
import { withStages } from './roll-out.ts';
import type { SectionProps } from './section.ts';
import { StopSection } from './stop.tsx';

export const MODES: Readonly<Record<Settings['mode'], { readonly title: string; readonly text: string }>> = {
  audit: { title: 'Report only', text: 'Report only. No changes are made.' },
  approve: { title: 'Needs approval', text: 'Every fix needs approval.' },
  autofix: { title: 'Auto-fix', text: 'Low-risk fixes are applied automatically; others need approval.' },
};

const PROFILES: Readonly<Record<Settings['profile'], string>> = {
  baseline: 'Baseline: the rules that fit nearly every app.',
  strict: 'Strict: all rules.',
};

export function Mode({ settings, mayChange, ask }: SectionProps) {
  const mode = useSignal(settings.mode);
  const profile = useSignal(settings.profile);
  const isDifferent = mode.value !== settings.mode || profile.value !== settings.profile;
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const [nextMode, nextProfile] = [mode.value, profile.value];
          ask({
            title: 'Change the mode',
            change: (current) => ({ ...current, mode: nextMode, profile: nextProfile }),
            ...withStages(settings, nextMode, settings.mode),
          });
        }}
      >
        <fieldset disabled={!mayChange}>
          <legend>Mode</legend>
          {keysOf(MODES).map((name) => (
            <label key={name} class="check">
              <input
                type="radio"
                name="mode"
                checked={mode.value === name}
                onChange={() => {
                  mode.value = name;
                }}
              />
              <span>
                {MODES[name].title} <code>{name}</code>
                <small>{MODES[name].text}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <fieldset disabled={!mayChange}>
          <legend>Profile</legend>
          {keysOf(PROFILES).map((name) => (
            <label key={name} class="check">
              <input
                type="radio"
                name="profile"
                checked={profile.value === name}
                onChange={() => {
                  profile.value = name;
                }}
              />
              <span>{PROFILES[name]}</span>
            </label>
          ))}
        </fieldset>
        {mayChange && (
          <button type="submit" class="primary" disabled={!isDifferent}>
            Preview and save…
          </button>
        )}
      </form>
      <StopSection />
    </>
  );
}

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(record).filter((key): key is K => Object.hasOwn(record, key));
}
