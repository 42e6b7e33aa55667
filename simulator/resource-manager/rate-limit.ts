// What ARM's token buckets still hold, for the headers that show it. The simulator does not throttle by itself: throttling
// is a fault on demand.

interface Bucket {
  left: number;
  at: number;
}

const sizes = {
  GET: { size: 250, perSecond: 25 },
  DELETE: { size: 200, perSecond: 10 },
  other: { size: 200, perSecond: 10 },
};

/** Takes a token for a request at `now` (milliseconds) and returns how many are left. */
export function createRateLimiter(): (method: string, now: number) => number {
  const buckets = new Map<string, Bucket>();
  return (method, now) => {
    const kind = method === 'GET' || method === 'DELETE' ? method : 'other';
    const { size, perSecond } = sizes[kind];
    const bucket = buckets.get(kind) ?? { left: size, at: now };
    const left = Math.max(0, Math.min(size, bucket.left + ((now - bucket.at) / 1000) * perSecond) - 1);
    buckets.set(kind, { left, at: now });
    return Math.floor(left);
  };
}
