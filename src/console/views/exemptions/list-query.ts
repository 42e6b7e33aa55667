/** The request for the list of exemptions that an address asks for. */
const DAY = 86_400_000;

/** `expiring` is a number of days; the service takes a time. It is rounded to the hour, so that the same list stays the same. */
export function exemptionQuery(query: URLSearchParams, now: Date): Record<string, string> {
  const isEnded = query.get('state') === 'ended';
  const given = ['q', 'rule', 'owner'].flatMap((name) => {
    const value = query.get(name)?.trim();
    return value ? [[name, value] as const] : [];
  });
  const [scope] = (query.get('resource') ?? '').split(',').filter(Boolean);
  const days = Number(query.get('expiring'));
  const sort = query.get('sort');
  return {
    ...Object.fromEntries(given),
    ...(scope === undefined ? {} : { resource: scope }),
    ...(days > 0 ? { expiresBefore: hourAfter(now, days) } : {}),
    ...(isEnded ? { state: 'ended' } : sort && sort !== '-created' ? { sort } : {}),
    total: 'true',
  };
}

function hourAfter(now: Date, days: number): string {
  const hour = 3_600_000;
  return new Date(Math.ceil((now.getTime() + days * DAY) / hour) * hour).toISOString();
}
