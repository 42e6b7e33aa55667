/** The history of the estate: charts of what is failing, and of what was done. */
import * as z from 'zod';
import type { Refusal } from '../../domain/approvals/refusal.ts';
import {
  HISTORY_METRICS,
  type HistoryStep,
  historyPoint,
  KEPT_MS,
  MAX_POINTS,
  STEPS,
  stepCount,
  stepStart,
} from '../../domain/decisions/history.ts';
import { DAY_MS, timeAfter } from '../../domain/resources/durations.ts';
import { resourceScope } from '../../domain/resources/resource.ts';
import { timestamp } from '../../domain/resources/schema.ts';
import { readHistory } from '../../workflows/housekeeping/read-history.ts';
import { defineEndpoint } from '../framework/endpoint.ts';
import { invalidRequest } from '../framework/problem.ts';

const scope = resourceScope
  .refine(
    (text) => /^\/subscriptions\/[^/]+(\/resourceGroups\/[^/]+)?$/i.test(text),
    'must be a subscription or a resource group: no history is kept of a single resource',
  )
  .describe('A subscription or a resource group; everything unless given.');

const times = {
  from: timestamp
    .exactOptional()
    .describe('Inclusive, rounded down to a step. A week of hours, or 90 days before `to`.'),
  to: timestamp.exactOptional().describe('Exclusive; now unless given.'),
};

export const historyQuery = z.strictObject({
  metric: z
    .enum(HISTORY_METRICS)
    .describe(
      'failing: violations by severity. compliance: findings by benchmark. approvals: the pending ones by age. fixes: by outcome. timeToFix, timeToDecision: median and 95th percentile in seconds.',
    ),
  ...times,
  step: z.enum(STEPS).default('day').describe('Hours are kept for 90 days, days for two years.'),
  scope: scope.exactOptional(),
});

export const historyAnswer = z.strictObject({ points: z.array(historyPoint) }).meta({ id: 'History' });

export const getHistory = defineEndpoint({
  name: 'getHistory',
  method: 'GET',
  route: 'history',
  summary:
    'What was failing, or what was done, by hour or by day. A step in which the service did not run has no point.',
  role: 'Plumbline.Reader',
  query: historyQuery,
  result: historyAnswer,
  async handle({ deps, query: { metric, step, scope: asked = null, ...given } }) {
    const range = rangeOf(given, step, deps.clock.now());
    return { body: { points: await readHistory(deps, { metric, scope: asked, ...range }) } };
  },
});

const DEFAULT_MS: Readonly<Record<HistoryStep, number>> = { hour: 7 * DAY_MS, day: 90 * DAY_MS };

interface Asked {
  readonly from: Date;
  readonly to: Date;
  readonly now: Date;
  readonly step: HistoryStep;
}

/** The range that a query asks for. Throws Refusal `invalid` for one that no answer can show. */
export function rangeOf(given: { readonly from?: string; readonly to?: string }, step: HistoryStep, now: Date) {
  const to = given.to === undefined ? now : new Date(given.to);
  const from = given.from === undefined ? timeAfter(to, -DEFAULT_MS[step]) : new Date(given.from);
  refuseRange({ from, to, now, step });
  return { from, to, step };
}

function refuseRange({ from, to, now, step }: Asked): void {
  const refuse = (detail: string): Refusal => invalidRequest([{ parameter: 'from', detail }]);
  if (from >= to) throw refuse('must be before `to`');
  if (stepStart(from.getTime(), step) < stepStart(now.getTime(), step) - KEPT_MS[step]) {
    throw refuse(
      step === 'hour'
        ? 'is too long ago: hours are kept for 90 days; ask with `step=day`'
        : 'is too long ago: days are kept for two years',
    );
  }
  const points = stepCount(from.getTime(), to.getTime(), step);
  if (points > MAX_POINTS) {
    throw refuse(
      `asks for ${points} points, and an answer has ${MAX_POINTS} at most: take a shorter time or larger steps`,
    );
  }
}
