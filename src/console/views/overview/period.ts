/** The period and the scope that the overview shows. Both are in the address. */

export const PERIODS = [7, 30, 90] as const;
export type Period = (typeof PERIODS)[number];

const DAY_MS = 86_400_000;

export function periodOf(query: URLSearchParams): Period {
  const days = Number(query.get('period'));
  return PERIODS.find((one) => one === days) ?? 30;
}

/** The first and the last day of a period that ends today, as `2026-01-31`, in UTC as the service counts days. */
export function daysOf(period: Period, now: number): { readonly first: string; readonly last: string } {
  const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { first: dayOf(now - (period - 1) * DAY_MS), last: dayOf(now) };
}
