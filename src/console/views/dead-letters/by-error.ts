/** Dead letters folded by their error, the most frequent first. */
import type { DeadLetter } from '../../api/types.ts';

export interface ErrorCount {
  readonly error: string;
  readonly count: number;
}

/** Numbers and ids differ between messages with the same fault, so they do not count. */
export function byError(letters: readonly Pick<DeadLetter, 'reason'>[], most = 8): readonly ErrorCount[] {
  const counts = new Map<string, { error: string; count: number }>();
  for (const { reason } of letters) {
    const key = reason.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/gi, '#');
    const known = counts.get(key);
    if (known) known.count += 1;
    else counts.set(key, { error: reason, count: 1 });
  }
  const all = [...counts.values()].toSorted((a, b) => b.count - a.count);
  const rest = all.slice(most).reduce((sum, { count }) => sum + count, 0);
  return rest === 0 ? all : [...all.slice(0, most), { error: 'with other errors', count: rest }];
}
