/** The scopes that can have settings of their own: what apps are in, and what the settings name; widest first. */
import type { FindingGroup, Settings } from '../../api/types.ts';

export type ScopeSettings = Settings['scopes'][number];

export interface ScopeRow {
  /** An ARM id; `/` is everything. */
  readonly scope: string;
  readonly depth: number;
  readonly mode: Settings['mode'];
  /** Where the mode comes from: a scope, `/` for the settings as a whole. */
  readonly modeFrom: string;
  readonly profile: Settings['profile'];
  /** The findings and the violations below it; null when nothing is known. */
  readonly checks: number | null;
  readonly failing: number | null;
  /** What the settings say of this very scope. */
  readonly own: ScopeSettings | null;
}

/** `groups`: the findings by resource group, as `GET /findings?group=resourceGroup` answers. */
export function scopeRows(
  settings: Settings,
  groups: readonly Pick<FindingGroup, 'key' | 'count' | 'byVerdict'>[],
): ScopeRow[] {
  const known = new Map<string, string>([['/', '/']]);
  for (const id of [...groups.map(({ key }) => key), ...settings.scopes.map(({ scope }) => scope)]) {
    for (const at of [...parentsOf(id), trimmed(id)]) if (!known.has(at.toLowerCase())) known.set(at.toLowerCase(), at);
  }
  return [...known]
    .sort(([one], [other]) => (sortable(one) < sortable(other) ? -1 : 1))
    .map(([key, scope]) => {
      const inside = groups.filter((group) => isWithin(group.key, key));
      const counts = inside.length === 0 ? null : inside;
      return {
        scope,
        depth: depthOf(key),
        ...effective(settings, key),
        checks: counts?.reduce((sum, { count }) => sum + count, 0) ?? null,
        failing: counts?.reduce((sum, { byVerdict }) => sum + (byVerdict.violation ?? 0), 0) ?? null,
        own: ownOf(settings, key),
      };
    });
}

/** What the settings say of this very scope. */
export function ownOf(settings: Settings, scope: string): ScopeSettings | null {
  return settings.scopes.find((one) => trimmed(one.scope).toLowerCase() === trimmed(scope).toLowerCase()) ?? null;
}

/**
 * The settings with other members for a scope. A member that is undefined is left to the scopes above; a scope without members
 * is removed. `/` changes the settings as a whole.
 */
export function withScope(settings: Settings, scope: string, members: Omit<ScopeSettings, 'scope'>): Settings {
  if (scope === '/') {
    const { mode = settings.mode, profile = settings.profile } = members;
    return { ...settings, mode, profile };
  }
  const own = ownOf(settings, scope);
  const merged = Object.entries({ ...own, ...members, scope: own?.scope ?? scope }).filter(
    ([, value]) => value !== undefined,
  );
  const next = merged.length > 1 ? [Object.fromEntries(merged) as ScopeSettings] : [];
  const index = settings.scopes.findIndex((one) => one.scope === own?.scope);
  const scopes = index < 0 ? [...settings.scopes, ...next] : settings.scopes.toSpliced(index, 1, ...next);
  return { ...settings, scopes };
}

function effective(settings: Settings, key: string): Pick<ScopeRow, 'mode' | 'modeFrom' | 'profile'> {
  const above = settings.scopes
    .filter(({ scope }) => isWithin(key, scope))
    .sort((a, b) => trimmed(a.scope).length - trimmed(b.scope).length);
  const byMode = above.findLast(({ mode }) => mode !== undefined);
  return {
    mode: byMode?.mode ?? settings.mode,
    modeFrom: byMode?.scope ?? '/',
    profile: above.findLast(({ profile }) => profile !== undefined)?.profile ?? settings.profile,
  };
}

function isWithin(id: string, scope: string): boolean {
  const [inner, outer] = [trimmed(id).toLowerCase(), trimmed(scope).toLowerCase()];
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`);
}

/** The subscription, the resource group and the parent resource of an id, as far as it has them. */
function parentsOf(id: string): string[] {
  const segments = trimmed(id).split('/').slice(1);
  return [2, 4].filter((length) => segments.length > length).map((length) => `/${segments.slice(0, length).join('/')}`);
}

function depthOf(key: string): number {
  const { length } = key.split('/').filter(Boolean);
  return length === 0 ? 0 : length <= 2 ? 1 : length <= 4 ? 2 : 3;
}

/** A slash sorts before every other character, so that what is below a scope follows it. */
function sortable(key: string): string {
  return key === '/' ? '' : key.replaceAll('/', '\0');
}

function trimmed(id: string): string {
  return id.replace(/\/+$/, '');
}
