/** The form of an exemption: what was typed becomes requests, or messages by field. Times are passed in. */
import type { Exemption } from '../../api/types.ts';
import { dayOf, localDay } from '../../ui/format/days.ts';

const DAY = 86_400_000;
/** The service grants none for longer. */
export const MOST_DAYS = 365;
export const DEFAULT_DAYS = 30;
/** Choices beside the date. */
export const PERIODS = [7, 30, 90, 180] as const;

/** What is to be exempt: a rule within a scope. */
export interface Target {
  readonly scope: string;
  readonly rule: string;
}

export interface ExemptionRequest extends Target {
  readonly owner: string;
  readonly reason: string;
  readonly ticket?: string;
  /** ISO 8601, in UTC. */
  readonly expires: string;
}

export interface ExemptionDraft {
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string;
  /** The last day, such as 2026-12-30, in the time zone of the person. */
  readonly lastDay: string;
}

export type Problems = Partial<Readonly<Record<keyof ExemptionDraft | 'targets', string>>>;

/** A draft as the form opens: owned by who opens it, for 30 days. */
export function newDraft(owner: string, now: Date): ExemptionDraft {
  return { owner, reason: '', ticket: '', lastDay: dayAfter(now, DEFAULT_DAYS) };
}

/** The calendar day so many days from now, in the time zone of the person: the value of a date field. */
export function dayAfter(now: Date, days: number): string {
  return localDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days));
}

/** The end of the last day (ISO), but no later than the service allows; null when the text is no day. */
export function endOfDay(lastDay: string, now: Date): string | null {
  const end = dayOf(lastDay);
  if (end === null) return null;
  end.setHours(23, 59, 59);
  // A minute for the clocks of two machines.
  const latest = new Date(now.getTime() + MOST_DAYS * DAY - 60_000);
  const isLastAllowed = lastDay === dayAfter(now, MOST_DAYS);
  return (isLastAllowed && end > latest ? latest : end).toISOString();
}

/** What is wrong with a draft, by field; empty when nothing is. */
export function problemsOf(draft: ExemptionDraft, targets: readonly Target[], now: Date): Problems {
  const problems: { -readonly [field in keyof Problems]: string } = {};
  if (targets.length === 0) problems.targets = 'Choose at least one check.';
  const [owner, reason, ticket] = [draft.owner.trim(), draft.reason.trim(), draft.ticket.trim()];
  if (owner === '') problems.owner = 'Enter a person or a team.';
  else if (owner.length > 200) problems.owner = 'Enter 200 characters or fewer.';
  if (reason === '') problems.reason = 'Enter a reason.';
  else if (reason.length > 4000) problems.reason = 'Enter 4,000 characters or fewer.';
  if (ticket.length > 200) problems.ticket = 'Enter 200 characters or fewer.';
  const lastDay = problemOfDay(draft.lastDay, now);
  return lastDay === null ? problems : { ...problems, lastDay };
}

/** What is wrong with the last day; null when nothing is. */
export function problemOfDay(lastDay: string, now: Date): string | null {
  const end = endOfDay(lastDay, now);
  if (end === null) return 'Enter a date, such as 2030-12-31.';
  if (Date.parse(end) <= now.getTime()) return 'Choose today or a later day.';
  return lastDay > dayAfter(now, MOST_DAYS) ? `Choose a day within ${MOST_DAYS} days.` : null;
}

/** The requests of a draft without problems, one for each target. */
export function requestsOf(draft: ExemptionDraft, targets: readonly Target[], now: Date): ExemptionRequest[] {
  const expires = endOfDay(draft.lastDay, now) ?? '';
  const ticket = draft.ticket.trim();
  return targets.map(({ scope, rule }) => ({
    ...{ scope, rule, owner: draft.owner.trim(), reason: draft.reason.trim(), expires },
    ...(ticket === '' ? {} : { ticket }),
  }));
}

/**
 * The requests for a preview: what is covered follows from scope, rule and end alone, so it is shown before the other fields
 * are filled in. null while the end is no day that the service takes.
 */
export function previewRequestsOf(
  { lastDay }: Pick<ExemptionDraft, 'lastDay'>,
  targets: readonly Target[],
  now: Date,
): ExemptionRequest[] | null {
  if (targets.length === 0 || problemOfDay(lastDay, now) !== null) return null;
  return requestsOf({ owner: 'preview', reason: 'preview', ticket: '', lastDay }, targets, now);
}

/** How much of an exemption is left. */
export interface Left {
  /** Of its whole time, from 0 to 1. */
  readonly share: number;
  readonly days: number;
  readonly tone: 'plain' | 'soon' | 'ended';
}

/** Ends soon: within a week, or a day for the short ones. */
export function leftOf({ createdAt, expires }: Pick<Exemption, 'createdAt' | 'expires'>, now: Date): Left {
  const [start, end] = [Date.parse(createdAt), Date.parse(expires)];
  const left = end - now.getTime();
  const share = Math.min(1, Math.max(0, left / Math.max(1, end - start)));
  return {
    share,
    days: Math.max(0, Math.ceil(left / DAY)),
    tone: left <= 0 ? 'ended' : left <= 7 * DAY ? 'soon' : 'plain',
  };
}
