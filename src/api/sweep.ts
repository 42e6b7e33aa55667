/** What operators ask of the slow path: look at a part of the estate now, and put what it reported before people. */
import * as z from 'zod';
import { Refusal } from '../domain/refusal.ts';
import { queueFindings } from '../workflows/queue-findings.ts';
import { startScan } from '../workflows/sweep.ts';
import { type Asked, defineCall } from './call.ts';
import { id, isId, resourceOrAbove } from './filters.ts';
import { invalid } from './problem.ts';
import * as schemas from './schemas.ts';

const none = z.strictObject({});

export const scanView = z.strictObject({
  id: z.string(),
  scope: z.string(),
  status: z.enum(['running', 'done']),
  found: z.int(),
  evaluated: z.int().describe('Looked at, or given up to the dead letters'),
});
schemas.named.add(scanView, { id: 'Scan' });

const queued = z.strictObject({
  queued: z.int().describe('Resources whose violation comes before people at the next look'),
});

export const postScan = defineCall({
  name: 'startScan',
  method: 'POST',
  route: 'scans',
  summary: 'Looks at everything in a scope, on the slow path.',
  role: 'Plumbline.Operator',
  query: none,
  body: z.strictObject({ scope: resourceOrAbove }),
  sendsHeaders: { Location: 'Where its progress is.' },
  statuses: [202],
  result: scanView,
  refusals: [],
  async handle({ world, body }) {
    const scan = await startScan(world, body.scope);
    return { headers: { location: `/api/scans/${scan.id}` }, body: scan };
  },
});

export const getScan = defineCall({
  name: 'getScan',
  method: 'GET',
  route: 'scans/{id}',
  summary: 'How far a scan is.',
  role: 'Plumbline.Reader',
  query: none,
  statuses: [200],
  result: scanView,
  refusals: ['not-found'],
  async find({ world, params: { id: wanted } }: Asked) {
    const found = isId(wanted) ? await world.scans.get(wanted) : null;
    if (!found) throw new Refusal('not-found', 'There is no scan with this id.');
    return found;
  },
  async handle({ subject }) {
    return { body: subject };
  },
});

export const postApprovals = defineCall({
  name: 'queueFindings',
  method: 'POST',
  route: 'approvals',
  summary: 'Puts what only the sweep found before people.',
  role: 'Plumbline.Operator',
  query: none,
  body: z.strictObject({ rule: id, scope: resourceOrAbove }),
  statuses: [202],
  result: queued,
  refusals: [],
  async handle({ world, principal, body: { rule, scope } }) {
    if (!world.rules.some((one) => one.id === rule)) {
      throw invalid([{ pointer: '/rule', detail: 'is no rule; GET /api/rules lists them' }]);
    }
    const { objectId, name, application } = principal;
    const person = { objectId, name };
    return { body: { queued: await queueFindings(world, { rule, scope, person, personIsApp: application }) } };
  },
});
