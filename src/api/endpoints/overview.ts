/** The numbers of an overview in one answer: a page that shows them makes one request. */
import * as z from 'zod';
import { findingGroup, findingGroups } from '../../domain/decisions/find-findings.ts';
import type { ResourceBrief } from '../../domain/decisions/finding-briefs.ts';
import { HISTORY_METRICS } from '../../domain/decisions/history.ts';
import { DAY_MS, timeAfter } from '../../domain/resources/durations.ts';
import { isInScope } from '../../domain/resources/resource.ts';
import { time } from '../../domain/resources/schema.ts';
import { historyReader } from '../../workflows/housekeeping/read-history.ts';
import type { Deps } from '../../workflows/ports/deps.ts';
import { visitResources } from '../../workflows/state/count-lists.ts';
import { defineEndpoint } from '../framework/endpoint.ts';
import { historyAnswer, historyQuery, rangeOf } from './history.ts';

const MOST_GROUPS = 10;
const groups = z.array(findingGroup).describe(`Those with the most violations first, ${MOST_GROUPS} at most`);

export const overviewAnswer = z
  .strictObject({
    findings: z.strictObject({
      rules: z.array(findingGroup).describe('All rules, the one with the most violations first'),
      resources: groups,
      resourceGroups: groups,
      held: z.int().describe('Fixes that wait for a window, the budget, a roll-out or the end of a freeze'),
    }),
    approvals: z.strictObject({
      pending: z.int(),
      oldestAt: time.nullable().describe('When the oldest pending one was requested'),
      expiring: z.int().describe('Pending ones that expire within 24 hours'),
      blocked: z.int().describe('Decided ones whose write was refused, or has no known outcome'),
    }),
    history: z.strictObject({
      failing: historyAnswer,
      compliance: historyAnswer,
      approvals: historyAnswer,
      fixes: historyAnswer,
      timeToFix: historyAnswer,
      timeToDecision: historyAnswer,
    }),
  })
  .meta({ id: 'Overview' });

export const getOverview = defineEndpoint({
  name: 'getOverview',
  method: 'GET',
  route: 'overview',
  summary: 'What fails, what waits, and what was done day by day, in one answer.',
  role: 'Plumbline.Reader',
  query: historyQuery.pick({ from: true, scope: true }),
  result: overviewAnswer,
  async handle({ deps, query: { scope = null, ...given } }) {
    const range = { ...rangeOf(given, 'day', deps.clock.now()), scope };
    const readHistory = historyReader(deps);
    const [findings, approvals, points] = await Promise.all([
      countFindings(deps, scope),
      countApprovals(deps, scope),
      Promise.all(HISTORY_METRICS.map(async (metric) => [metric, await readHistory({ metric, ...range })] as const)),
    ]);
    const history = Object.fromEntries(points.map(([metric, found]) => [metric, { points: found }]));
    return { body: { findings, approvals, history } };
  },
});

/** All groups from one look at the resources. */
async function countFindings(deps: Deps, scope: string | null) {
  const { rules, resources, resourceGroups, held } = await visitResources(deps, () => {
    const counted = {
      rules: findingGroups('rule', noControls),
      resources: findingGroups('resource', noControls),
      resourceGroups: findingGroups('resourceGroup', noControls),
      held: 0,
      visit({ id, findings }: ResourceBrief) {
        if (scope !== null && !isInScope(id, scope)) return;
        for (const one of [counted.rules, counted.resources, counted.resourceGroups]) one.add(id, findings);
        counted.held += findings.filter(({ label }) => label.action === 'hold').length;
      },
    };
    return counted;
  });
  return {
    rules: rules.result(Number.POSITIVE_INFINITY).items,
    resources: resources.result(MOST_GROUPS).items,
    resourceGroups: resourceGroups.result(MOST_GROUPS).items,
    held,
  };
}

const noControls = () => [];

async function countApprovals({ approvals, clock }: Deps, scope: string | null) {
  const resource = scope === null ? {} : { resource: [scope] };
  const { heads } = await approvals.listHeads({ ...resource, status: ['pending', 'blocked', 'unknown'] });
  const pending = heads.filter(({ status }) => status === 'pending');
  const soon = timeAfter(clock.now(), DAY_MS).toISOString();
  return {
    pending: pending.length,
    oldestAt: pending.map(({ requestedAt }) => requestedAt).sort()[0] ?? null,
    expiring: pending.filter(({ expiresAt }) => expiresAt < soon).length,
    blocked: heads.length - pending.length,
  };
}
