/** Scans: evaluate all resources in a scope now, on the slow queue. */
import * as z from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/resources/durations.ts';
import { resourceScope } from '../../domain/resources/resource.ts';
import { SCAN_STATUSES, type Scan, scan } from '../../workflows/ports/findings.ts';
import { type SweepProgress, sweepProgress } from '../../workflows/ports/sweeps.ts';
import * as sweep from '../../workflows/sweep/sweep.ts';
import { defineEndpoint, type RequestContext } from '../framework/endpoint.ts';
import { several } from '../framework/list-query.ts';
import { pageQuery, pageSchema, readPage } from '../framework/page.ts';
import { isId } from '../framework/parameters.ts';
import { actorOf } from '../framework/principal.ts';

const progress = z.strictObject({
  found: z.int(),
  evaluated: z.int(),
  ratePerMinute: z.number().nullable().describe('Since the start; null while nothing is evaluated'),
  secondsLeft: z.int().nullable().describe('null while nobody knows, and for a scan that has ended'),
});

/** Without members that are not there. */
export const scanAnswer = scan
  .omit({ listed: true })
  .extend({ cancelledBy: scan.shape.cancelledBy.unwrap().exactOptional(), progress })
  .meta({ id: 'Scan' });

export const sweepAnswer = sweepProgress
  .omit({ subscriptionId: true, state: true, before: true })
  .extend({
    scope: z.string().describe('The subscription'),
    status: z
      .enum(['running', 'done', 'stalled'])
      .describe(
        'done: everything was listed, and what has to be evaluated is queued; stalled: without progress for an hour',
      ),
  })
  .meta({ id: 'Sweep' });

export const listScans = defineEndpoint({
  name: 'listScans',
  method: 'GET',
  route: 'scans',
  summary:
    'The scans that somebody started within 90 days, newest first, with their progress; on the first page also the latest scheduled sweep of each subscription.',
  role: 'Plumbline.Reader',
  query: z.strictObject({ status: several(z.enum(SCAN_STATUSES)).exactOptional(), ...pageQuery }),
  result: pageSchema(scanAnswer).extend({
    sweeps: z.array(sweepAnswer).exactOptional().describe('Not on further pages'),
  }),
  async handle({ deps, config, query }) {
    const [page, sweeps] = await Promise.all([
      readPage('scans', config.cursorKey, query, ({ status = null }, at) => deps.scans.list(status, at)),
      query.cursor === undefined ? deps.sweepRuns.list() : null,
    ]);
    const now = deps.clock.now();
    return {
      body: {
        ...page,
        items: page.items.map((one) => scanView(one, now)),
        ...(sweeps === null ? {} : { sweeps: sweeps.map((one) => sweepView(one, sweep.isRunning(deps, one))) }),
      },
    };
  },
});

export const startScan = defineEndpoint({
  name: 'startScan',
  method: 'POST',
  route: 'scans',
  summary: 'Evaluates all resources in a scope, on the slow queue.',
  role: 'Plumbline.Operator',
  body: z.strictObject({ scope: resourceScope }),
  responseHeaders: { Location: 'The URL of the scan.' },
  statuses: [202],
  result: scanAnswer,
  async handle({ deps, principal, body }) {
    const started = await sweep.startScan(deps, body.scope, actorOf(principal));
    return { headers: { location: `/api/scans/${started.id}` }, body: scanView(started, deps.clock.now()) };
  },
});

export const getScan = defineEndpoint({
  name: 'getScan',
  method: 'GET',
  route: 'scans/{id}',
  summary: 'The progress of a scan.',
  role: 'Plumbline.Reader',
  result: scanAnswer,
  refusals: ['not-found'],
  findSubject: findScan,
  async handle({ deps, subject }) {
    return { body: scanView(subject, deps.clock.now()) };
  },
});

export const cancelScan = defineEndpoint({
  name: 'cancelScan',
  method: 'POST',
  route: 'scans/{id}/cancel',
  summary: 'Cancels a scan: what waits for it is not evaluated. One that has ended stays as it is.',
  role: 'Plumbline.Operator',
  result: scanAnswer,
  refusals: ['not-found'],
  findSubject: findScan,
  async handle({ deps, principal, subject }) {
    const cancelled = await sweep.cancelScan(deps, subject.id, actorOf(principal));
    return { body: scanView(cancelled ?? subject, deps.clock.now()) };
  },
});

async function findScan({ deps, params: { id: wanted } }: RequestContext): Promise<Scan> {
  const found = isId(wanted) ? await deps.scans.get(wanted) : null;
  if (!found) throw new Refusal('not-found', 'There is no scan with this id.');
  return found;
}

function sweepView({ subscriptionId, state, before: _, ...seen }: SweepProgress, isRunning: boolean) {
  const status = state === 'done' ? 'done' : isRunning ? 'running' : 'stalled';
  return { ...seen, scope: `/subscriptions/${subscriptionId}`, status };
}

function scanView({ listed, cancelledBy, ...seen }: Scan, now: Date): z.infer<typeof scanAnswer> {
  const { id, scope, status, found, evaluated, startedAt, endedAt } = seen;
  const taken = startedAt === null ? 0 : Date.parse(endedAt ?? now.toISOString()) - Date.parse(startedAt);
  const perMillisecond = evaluated > 0 && taken > 0 ? evaluated / taken : null;
  const isCounting = status === 'running' && listed && perMillisecond !== null;
  return {
    ...{ id, scope, status, found, evaluated },
    ...seen,
    ...(cancelledBy === null ? {} : { cancelledBy }),
    progress: {
      found,
      evaluated,
      ratePerMinute: perMillisecond === null ? null : Math.round(perMillisecond * MINUTE_MS * 10) / 10,
      secondsLeft: isCounting ? Math.ceil((found - evaluated) / perMillisecond / SECOND_MS) : null,
    },
  };
}
