/** The form of one scope: what is typed, and the settings that it makes. */
import type { ScopeSettings } from './scope-tree.ts';

export interface ScopeForm {
  readonly scope: string;
  readonly mode: string;
  readonly profile: string;
  /** Object ids, one a line. */
  readonly approvers: string;
  readonly hasWindow: boolean;
  readonly days: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly isFrozen: boolean;
  /** A local date and time, as `<input type="datetime-local">` has it. */
  readonly until: string;
  readonly reason: string;
}

export const DAYS = { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' } as const;
type Day = keyof typeof DAYS;

export function formOf(scope: string, own: ScopeSettings | null, timeZone: string): ScopeForm {
  const { window, frozen } = own ?? {};
  return {
    scope,
    mode: own?.mode ?? '',
    profile: own?.profile ?? '',
    approvers: (own?.approvers ?? []).join('\n'),
    hasWindow: Boolean(window),
    days: window?.days ?? ['sat', 'sun'],
    from: window?.from ?? '22:00',
    to: window?.to ?? '04:00',
    timeZone: window?.timeZone ?? timeZone,
    isFrozen: Boolean(frozen),
    until: frozen ? localTime(new Date(frozen.until)) : '',
    reason: frozen?.reason ?? '',
  };
}

/** What is wrong, by the name of the field. */
export function problemsOf(form: ScopeForm, now: Date): Readonly<Partial<Record<keyof ScopeForm, string>>> {
  const ids = idsOf(form.approvers);
  const isScope = /^\/subscriptions\/[^/]+(\/resourceGroups\/[^/]+(\/providers\/.+)?)?\/?$/i.test(form.scope.trim());
  return {
    ...(isScope ? {} : { scope: 'Enter the ARM id of a subscription, a resource group or an app.' }),
    ...(ids.every((id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
      ? {}
      : { approvers: 'Enter object ids of users or groups, one a line.' }),
    ...(form.hasWindow && form.days.length === 0 ? { days: 'Choose at least one day.' } : {}),
    ...(form.hasWindow && !isTimeZone(form.timeZone)
      ? { timeZone: 'Enter the name of a time zone, such as Europe/Berlin.' }
      : {}),
    ...(form.isFrozen && !(Date.parse(form.until) > now.getTime()) ? { until: 'Enter a time in the future.' } : {}),
    ...(form.isFrozen && form.reason.trim() === '' ? { reason: 'Enter a reason.' } : {}),
  };
}

/** The members of the scope. What is left to the scopes above is undefined; `null` in the stored scope stays. */
export function membersOf(form: ScopeForm, own: ScopeSettings | null): Omit<ScopeSettings, 'scope'> {
  const ids = idsOf(form.approvers);
  const { mode, profile } = form;
  return {
    mode: mode === 'audit' || mode === 'approve' || mode === 'autofix' ? mode : undefined,
    profile: profile === 'baseline' || profile === 'strict' ? profile : undefined,
    approvers: ids.length === 0 ? undefined : ids,
    window: form.hasWindow
      ? { days: form.days.filter(isDay), from: form.from, to: form.to, timeZone: form.timeZone.trim() }
      : own?.window === null
        ? null
        : undefined,
    frozen: form.isFrozen
      ? { until: new Date(form.until).toISOString(), reason: form.reason.trim() }
      : own?.frozen === null
        ? null
        : undefined,
  };
}

function idsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

function isDay(name: string): name is Day {
  return Object.hasOwn(DAYS, name);
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name.trim() }));
  } catch {
    return false;
  }
}

/** `2026-01-31T22:00`, in the time zone of this machine. */
function localTime(time: Date): string {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
