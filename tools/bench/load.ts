/** How long the bundle takes to load. */
import { checkBundle } from '../build/bundle-check.ts';
import type { Pair, Report } from './report.ts';

export async function compareLoad(report: Report, bundle: string, base: string): Promise<void> {
  const pairs: Pair[] = [];
  for (let run = 0; run < 5; run++) {
    const { loadMilliseconds: before } = await checkBundle(base);
    const { loadMilliseconds: now } = await checkBundle(bundle);
    pairs.push({ before, now });
  }
  report.compare('the bundle loads', 'ms', pairs, 0.8);
}
