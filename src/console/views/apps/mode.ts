/** The mode of a scope in the settings. */
import type { Settings } from '../../api/types.ts';

export type Mode = Settings['mode'];

/** What each mode does, in one sentence. */
export const MODE_SENTENCES: Readonly<Record<Mode, string>> = {
  audit: 'Report only. No changes are made.',
  approve: 'Every fix needs approval.',
  autofix: 'Low-risk fixes are applied automatically; others need approval.',
};

/** The settings with this mode in a scope; null leaves it to the scopes above. A scope that says nothing more is removed. */
export function withMode(settings: Settings, scope: string, mode: Mode | null): Settings {
  const key = scope.toLowerCase();
  const own = settings.scopes.find((one) => one.scope.toLowerCase() === key);
  const { mode: _, ...rest } = own ?? { scope };
  const next = mode === null ? rest : { ...rest, mode };
  const isEmpty = Object.keys(next).length === 1;
  if (own === undefined) return isEmpty ? settings : { ...settings, scopes: [...settings.scopes, next] };
  return {
    ...settings,
    scopes: settings.scopes.flatMap((one) => (one !== own ? one : isEmpty ? [] : next)),
  };
}

/** Where a value comes from, for people. `from` is as `/settings/effective` gives it. */
export function sourceText(from: string, scopeText: (id: string) => string): string {
  if (from === 'default') return 'Default';
  if (from === 'settings') return 'Settings, everywhere';
  return from.startsWith('/') ? scopeText(from) : `App setting ${from}`;
}
