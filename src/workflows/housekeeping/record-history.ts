/** Records once an hour what the estate is like, from the kept counts: a few requests, whatever nobody has changed. */
import {
  addNumbers,
  ageName,
  benchmarksByRule,
  LEVELS,
  levelNames,
  type Numbers,
  stepStart,
} from '../../domain/decisions/history.ts';
import type { Deps } from '../ports/deps.ts';

/** The hours that this process knows to be recorded, by store. */
const recorded = new WeakMap<Deps['history'], number>();

/** Returns whether this hour was recorded now. */
export async function recordHistory({ history, counts, approvals, rules, clock }: Deps): Promise<boolean> {
  const now = clock.now();
  const hour = stepStart(now.getTime(), 'hour');
  if (recorded.get(history) === hour) return false;
  const at = new Date(hour);
  const isNew = !(await history.hasHour(at));
  if (isNew) {
    const benchmarks = benchmarksByRule(rules);
    const findings = await counts.readByGroup((label) => levelNames(label, benchmarks));
    const { heads } = await approvals.listHeads({ status: ['pending'] });
    const groups = new Map(findings ?? []);
    for (const { resource, requestedAt } of heads) {
      const scope = groupOf(resource);
      const one: Numbers = { [`approvals ${ageName(requestedAt, now)}`]: 1 };
      groups.set(scope, addNumbers(groups.get(scope) ?? {}, one));
    }
    // What is not counted yet has no point, and no zero.
    await history.record(at, findings === null ? ['approvals'] : LEVELS, groups);
  }
  recorded.set(history, hour);
  return isNew;
}

/** The resource group of a resource, or its subscription, in lower case. */
function groupOf(resource: string): string {
  const segments = resource.toLowerCase().split('/');
  return segments.slice(0, segments.length > 4 ? 5 : 3).join('/');
}
