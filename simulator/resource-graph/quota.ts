// The quota of each caller: so many queries in each window, over all subscriptions.

const windowMilliseconds = 5000;

export interface Quota {
  /** Counts a query; `remaining` is negative when it is one too many. Milliseconds. */
  take(objectId: string, limit: number, now: number): { remaining: number; resetsAfter: number };
}

export function createQuota(): Quota {
  const windows = new Map<string, { began: number; asked: number }>();
  return {
    take(objectId, limit, now) {
      const known = windows.get(objectId);
      const window = known && now - known.began < windowMilliseconds ? known : { began: now, asked: 0 };
      windows.set(objectId, window);
      window.asked += 1;
      return { remaining: limit - window.asked, resetsAfter: window.began + windowMilliseconds - now };
    },
  };
}

export function quotaHeaders(remaining: number, milliseconds: number): Record<string, string> {
  return {
    'x-ms-user-quota-remaining': String(Math.max(0, remaining)),
    'x-ms-user-quota-resets-after': timeSpan(Math.ceil(milliseconds / 1000)),
  };
}

function timeSpan(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}
