/** The settings, by section. Every change is previewed before it is saved. */
import { signal } from '@preact/signals';
import type { Settings as SettingsDocument } from '../../api/types.ts';
import { hrefOf, place } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useGet } from '../../state/use-get.ts';
import { ErrorMessage, Message } from '../../ui/message.tsx';
import { SettingsChange } from '../../ui/settings-change/settings-change.tsx';
import { Advanced } from './advanced.tsx';
import { FieldForm } from './field-form.tsx';
import { SettingsHistory } from './history.tsx';
import { Mode } from './mode.tsx';
import { RuleSettings } from './rule-settings.tsx';
import { Scopes } from './scopes.tsx';
import type { PendingChange, SectionProps } from './section.ts';
import { Windows } from './windows.tsx';

const SECTIONS = {
  scopes: { title: 'Scopes', Component: Scopes },
  mode: { title: 'Mode and emergency stop', Component: Mode },
  rules: { title: 'Rules', Component: RuleSettings },
  limits: { title: 'Limits', Component: (props: SectionProps) => <FieldForm section="limits" {...props} /> },
  approvals: { title: 'Approvals', Component: (props: SectionProps) => <FieldForm section="approvals" {...props} /> },
  windows: { title: 'Change windows and freezes', Component: Windows },
  'health-gate': {
    title: 'Health gate and roll-out',
    Component: (props: SectionProps) => <FieldForm section="health-gate" {...props} />,
  },
  sweep: { title: 'Sweep and tags', Component: (props: SectionProps) => <FieldForm section="sweep" {...props} /> },
  advanced: { title: 'Advanced settings', Component: Advanced },
  history: { title: 'History', Component: SettingsHistory },
} as const;

/** The change that waits for its preview. */
const pending = signal<PendingChange | null>(null);

export function Settings() {
  const asked = place.value.query.get('section') ?? 'scopes';
  const name = isSection(asked) ? asked : 'scopes';
  const { title, Component } = SECTIONS[name];
  const { data, error, reload } = useGet<SettingsDocument>('/settings', ['settings']);
  const mayChange = hasRole('Operator');
  return (
    <>
      <h1>Settings</h1>
      <div class="sections">
        <nav class="section-nav" aria-label="Sections of the settings">
          <ul>
            {Object.entries(SECTIONS).map(([key, section]) => (
              <li key={key}>
                <a href={hrefOf('settings', { section: key })} aria-current={key === name ? 'page' : undefined}>
                  {section.title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <section aria-labelledby="section-title">
          <h2 id="section-title">{title}</h2>
          {!mayChange && data && (
            <Message tone="info">You can read the settings. Changing them needs the role Plumbline.Operator.</Message>
          )}
          {error && <ErrorMessage error={error} retry={reload} />}
          {data ? (
            <Component
              key={name}
              settings={data}
              mayChange={mayChange}
              ask={(change) => {
                pending.value = change;
              }}
            />
          ) : (
            !error && <p role="status">Loading…</p>
          )}
        </section>
      </div>
      {pending.value && (
        <SettingsChange
          {...pending.value}
          onSaved={() => {
            pending.peek()?.onSaved?.();
            reload();
          }}
          onClose={() => {
            pending.value = null;
          }}
        />
      )}
    </>
  );
}

function isSection(name: string): name is keyof typeof SECTIONS {
  return Object.hasOwn(SECTIONS, name);
}
