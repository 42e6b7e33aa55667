/** The times of an address of approvals, as the API takes them. */
import { dayOf, nextDay } from '../../ui/format/days.ts';

const HOUR_MS = 3_600_000;

/** How soon an approval expires. */
export const EXPIRING = [
  { value: '24h', title: 'In 24 hours', hours: 24 },
  { value: '3d', title: 'In 3 days', hours: 72 },
] as const;

/**
 * `from` and `to` are the days of the request, both included; `expires` is one of `EXPIRING`. What cannot be read is left out.
 * The end of an hour is taken, so that an address gives the same requests for a while.
 */
export function timesOf(query: URLSearchParams, now: number): Record<string, string> {
  const [from, to] = [dayOf(query.get('from')), dayOf(query.get('to'))];
  const hours = EXPIRING.find(({ value }) => value === query.get('expires'))?.hours;
  return {
    ...(from && { requestedFrom: from.toISOString() }),
    ...(to && { requestedTo: nextDay(to).toISOString() }),
    ...(hours && { expiresBefore: new Date(Math.ceil(now / HOUR_MS + hours) * HOUR_MS).toISOString() }),
  };
}
