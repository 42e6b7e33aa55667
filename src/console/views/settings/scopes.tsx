/** Subscriptions, resource groups and apps with the mode that applies to each, and where it comes from. */
import { useSignal } from '@preact/signals';
import type { FindingGroup, Settings } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { useGet } from '../../state/use-get.ts';
import { ErrorMessage } from '../../ui/message.tsx';
import { Scroll } from '../../ui/scroll.tsx';
import { nameOfScope } from '../../ui/settings-change/names.ts';
import { MODES } from './mode.tsx';
import { withStages } from './roll-out.ts';
import { ScopeDialog } from './scope-dialog.tsx';
import { type ScopeRow, scopeRows, withScope } from './scope-tree.ts';
import type { SectionProps } from './section.ts';

export function Scopes({ settings, mayChange, ask }: SectionProps) {
  const { data, error, reload } = useGet<{ items: readonly FindingGroup[] }>('/findings?group=resourceGroup');
  const edited = useSignal<string | null>(null);
  const rows = scopeRows(settings, data?.items ?? []);
  const setMode = (row: ScopeRow, mode: Settings['mode'] | undefined) =>
    ask({
      title: `Change the mode of ${nameOfScope(row.scope)}`,
      change: (current) => withScope(current, row.scope, { mode }),
      ...withStages(settings, mode, row.mode),
    });
  return (
    <>
      <p>The mode of the narrowest scope applies. A scope without a mode has that of the scope above it.</p>
      {error && <ErrorMessage error={error} retry={reload} />}
      <Scroll label="Table of scopes">
        <table class="plain scopes">
          <caption class="visually-hidden">Scopes and their modes</caption>
          <thead>
            <tr>
              <th scope="col">Scope</th>
              <th scope="col">Mode</th>
              <th scope="col">Set by</th>
              <th scope="col">Profile</th>
              <th scope="col" class="number">
                Failing
              </th>
              <th scope="col">Own settings</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.scope}>
                <th scope="row" class={`depth-${row.depth}`} title={row.scope}>
                  <bdi>{nameOfScope(row.scope)}</bdi>
                </th>
                <td>
                  <ModeChoice row={row} mayChange={mayChange} choose={(mode) => setMode(row, mode)} />
                </td>
                <td>{row.modeFrom === row.scope ? 'This scope' : nameOfScope(row.modeFrom)}</td>
                <td>{row.profile === 'strict' ? 'Strict' : 'Baseline'}</td>
                <td class="number">
                  {row.failing === null ? (
                    ''
                  ) : (
                    <a
                      href={hrefOf('findings', {
                        verdict: 'violation',
                        resource: row.scope === '/' ? null : row.scope,
                      })}
                    >
                      {row.failing.toLocaleString('en')}
                    </a>
                  )}
                </td>
                <td>
                  {row.scope !== '/' && (
                    <button
                      type="button"
                      class="subtle"
                      onClick={() => {
                        edited.value = row.scope;
                      }}
                    >
                      {wordsOf(row) || (mayChange ? 'Add…' : 'None')}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
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

interface ModeChoiceProps {
  readonly row: ScopeRow;
  readonly mayChange: boolean;
  choose(mode: Settings['mode'] | undefined): void;
}

function ModeChoice({ row, mayChange, choose }: ModeChoiceProps) {
  if (!mayChange) return <>{MODES[row.mode].title}</>;
  const isOwn = row.scope === '/' || row.own?.mode !== undefined;
  return (
    <select
      aria-label={`Mode of ${nameOfScope(row.scope)}`}
      value={isOwn ? row.mode : ''}
      onChange={(event) => {
        const { value } = event.currentTarget;
        // The row shows what is stored until the change is saved.
        event.currentTarget.value = isOwn ? row.mode : '';
        choose(value === 'audit' || value === 'approve' || value === 'autofix' ? value : undefined);
      }}
    >
      {row.scope !== '/' && <option value="">{isOwn ? 'As above' : `As above: ${MODES[row.mode].title}`}</option>}
      {Object.entries(MODES).map(([value, { title }]) => (
        <option key={value} value={value}>
          {title}
        </option>
      ))}
    </select>
  );
}

/** What a scope sets beside its mode. */
function wordsOf({ own }: ScopeRow): string {
  if (own === null) return '';
  const { window, frozen, approvers, rules } = own;
  const parts = [
    own.profile ? 'profile' : '',
    (approvers ?? []).length > 0 ? 'approvers' : '',
    window === undefined ? '' : 'window',
    frozen === undefined ? '' : 'freeze',
    Object.keys(rules ?? {}).length > 0 ? 'rules' : '',
  ];
  return parts.filter(Boolean).join(', ');
}
