// Sample answers of the history and the overview, typed as the API answers them.
import type { History, OverviewAnswer } from '../../../src/console/api/types.ts';
import { daysAgo, hoursAgo } from './estate.ts';
import { findingGroups } from './findings.ts';

const MAKE: Readonly<Record<string, (day: number) => History['points'][number]>> = {
  failing: (day) => ({ at: daysAgo(day), critical: 1, high: 4 + (day % 5), medium: 3 + (day % 3), low: 2, info: 1 }),
  compliance: (day) => ({
    at: daysAgo(day),
    benchmarks: [
      { benchmark: 'MCSB', pass: 80 - day, fail: 9, exempt: 2, unknown: 3 },
      { benchmark: 'CIS App Service 1.0', pass: 40, fail: 12, exempt: 0, unknown: 1 },
    ],
  }),
  approvals: (day) => ({ at: daysAgo(day), pending: 3, upTo1Day: 1, upTo7Days: 2, upTo30Days: 0, over30Days: 0 }),
  fixes: (day) => ({
    at: daysAgo(day),
    applied: day % 4,
    failed: day % 7 === 0 ? 1 : 0,
    blocked: 0,
    rolledBack: day === 3 ? 1 : 0,
  }),
  timeToFix: (day) => ({
    at: daysAgo(day),
    count: day % 4,
    medianSeconds: day % 4 === 0 ? null : 40 + day,
    p95Seconds: day % 4 === 0 ? null : 90,
  }),
  timeToDecision: (day) => ({ at: daysAgo(day), count: 1, medianSeconds: 3600 * (1 + (day % 6)), p95Seconds: 86_400 }),
};

/** Of so many days, the last one today. */
export function history(metric: string, days: number): History {
  const make = MAKE[metric];
  if (!make) throw new Error(`There is no metric ${metric}.`);
  return { points: Array.from({ length: days }, (_, index) => make(days - 1 - index)) };
}

/** The numbers of the overview. */
export function overview(days: number): OverviewAnswer {
  const { rule: rules = [], resource: resources = [], resourceGroup: resourceGroups = [] } = findingGroups;
  return {
    findings: { rules: [...rules], resources: [...resources], resourceGroups: [...resourceGroups], held: 2 },
    approvals: { pending: 3, oldestAt: hoursAgo(70), expiring: 1, blocked: 1 },
    history: {
      failing: history('failing', days),
      compliance: history('compliance', days),
      approvals: history('approvals', days),
      fixes: history('fixes', days),
      timeToFix: history('timeToFix', days),
      timeToDecision: history('timeToDecision', days),
    },
  };
}
