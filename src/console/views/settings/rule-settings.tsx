/** The rules that the settings change, everywhere or in a scope. */
import { hrefOf } from '../../state/location.ts';
import { Empty } from '../../ui/message.tsx';
import { nameOfScope, textOfValue } from '../../ui/settings-change/names.ts';
import type { SectionProps } from './section.ts';

export function RuleSettings({ settings, mayChange, ask }: SectionProps) {
  const places = [{ scope: '/', rules: settings.rules }, ...settings.scopes];
  const rows = places.flatMap(({ scope, rules = {} }) =>
    Object.entries(rules).map(([rule, setting]) => ({ scope, rule, setting })),
  );
  if (rows.length === 0) {
    return (
      <Empty title="Every rule is as it comes">
        Choose a rule under <a href={hrefOf('rules')}>Rules</a> to switch it, or to change its tier or parameters.
      </Empty>
    );
  }
  return (
    <table class="plain">
      <caption class="visually-hidden">Rules with settings</caption>
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Scope</th>
          <th scope="col">Settings</th>
          <th scope="col">
            <span class="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ scope, rule, setting }) => (
          <tr key={`${scope} ${rule}`}>
            <th scope="row">
              <a href={hrefOf(['rules', rule])}>{rule}</a>
            </th>
            <td title={scope}>{nameOfScope(scope)}</td>
            <td>{wordsOf(setting)}</td>
            <td>
              {mayChange && (
                <button
                  type="button"
                  class="subtle"
                  aria-label={`Reset ${rule} in ${nameOfScope(scope)}`}
                  onClick={() =>
                    ask({ title: `Reset ${rule}`, change: (current) => withoutRule(current, scope, rule) })
                  }
                >
                  Reset…
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Settings = SectionProps['settings'];

function wordsOf({ enabled, tier, parameters = {} }: Settings['rules'][string]): string {
  return [
    enabled === undefined ? '' : enabled ? 'enabled' : 'disabled',
    tier === undefined ? '' : `tier ${tier}`,
    ...Object.entries(parameters).map(([name, value]) => `${name}: ${textOfValue(value)}`),
  ]
    .filter(Boolean)
    .join(', ');
}

function withoutRule(settings: Settings, scope: string, rule: string): Settings {
  const without = <T,>({ [rule]: _removed, ...others }: Record<string, T>) => others;
  if (scope === '/') return { ...settings, rules: without(settings.rules) };
  return {
    ...settings,
    scopes: settings.scopes.map((one) => (one.scope === scope ? { ...one, rules: without(one.rules ?? {}) } : one)),
  };
}
