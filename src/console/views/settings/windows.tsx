/** The change windows and freezes of all scopes. */
import { useSignal } from '@preact/signals';
import { Empty } from '../../ui/message.tsx';
import { nameOfScope } from '../../ui/settings-change/names.ts';
import { ScopeDialog } from './scope-dialog.tsx';
import { DAYS } from './scope-form.ts';
import type { ScopeSettings } from './scope-tree.ts';
import type { SectionProps } from './section.ts';

export function Windows({ settings, mayChange, ask }: SectionProps) {
  const edited = useSignal<string | null>(null);
  const rows = settings.scopes.filter(({ window, frozen }) => window !== undefined || frozen !== undefined);
  return (
    <>
      <p>
        A window holds changes that restart an app, make a new revision or touch its traffic until it opens. A freeze
        holds every change until it ends.
      </p>
      {rows.length === 0 ? (
        <Empty title="No change windows and no freezes">Changes are made at any time.</Empty>
      ) : (
        <table class="plain">
          <caption class="visually-hidden">Change windows and freezes</caption>
          <thead>
            <tr>
              <th scope="col">Scope</th>
              <th scope="col">Change window</th>
              <th scope="col">Freeze</th>
              <th scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.scope}>
                <th scope="row" title={row.scope}>
                  <bdi>{nameOfScope(row.scope)}</bdi>
                </th>
                <td>{windowText(row)}</td>
                <td>{freezeText(row)}</td>
                <td>
                  <button
                    type="button"
                    class="subtle"
                    aria-label={`${mayChange ? 'Change' : 'Show'} ${nameOfScope(row.scope)}`}
                    onClick={() => {
                      edited.value = row.scope;
                    }}
                  >
                    {mayChange ? 'Change…' : 'Show'}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {mayChange && (
        <button
          type="button"
          onClick={() => {
            edited.value = '';
          }}
        >
          Add a window or a freeze…
        </button>
      )}
      {edited.value !== null && (
        <ScopeDialog
          settings={settings}
          scope={edited.value}
          mayChange={mayChange}
          ask={ask}
          onClose={() => {
            edited.value = null;
          }}
        />
      )}
    </>
  );
}

function windowText({ window }: ScopeSettings): string {
  if (window === undefined) return 'As above';
  if (window === null) return 'None';
  return `${window.days.map((day) => DAYS[day]).join(', ')} ${window.from}–${window.to}, ${window.timeZone}`;
}

function freezeText({ frozen }: ScopeSettings): string {
  if (frozen === undefined) return 'As above';
  if (frozen === null) return 'None';
  const until = new Date(frozen.until);
  const when = until.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  return `${until.getTime() > Date.now() ? 'Until' : 'Ended'} ${when}: ${frozen.reason}`;
}
