/** Times, as people read them. */

/** How long ago a time (ISO) is, such as `5 min ago`; `never` for null. */
export function ago(time: string | null | undefined, now: Date): string {
  if (!time) return 'never';
  const seconds = Math.round((now.getTime() - Date.parse(time)) / 1000);
  return seconds < 0 ? `in ${duration(-seconds)}` : `${duration(seconds)} ago`;
}

/** A time span in its largest unit. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
