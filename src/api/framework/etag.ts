/** Conditional requests. */

/** Whether a header If-None-Match has this ETag; weak ones count, as RFC 9110 says. */
export function isMatch(header: string | null, etag: string): boolean {
  const given = (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return given.includes(etag.replace(/^W\//, '')) || given.includes('*');
}
