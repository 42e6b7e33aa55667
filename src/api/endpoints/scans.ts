/** Scans: evaluate all resources in a scope now, on the slow queue. */
import * as z from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { resourceScope } from '../../domain/resources/resource.ts';
import { scan } from '../../workflows/ports/findings.ts';
import * as sweep from '../../workflows/sweep/sweep.ts';
import { defineEndpoint, type RequestContext } from '../framework/endpoint.ts';
import { isId } from '../framework/parameters.ts';

export const startScan = defineEndpoint({
  name: 'startScan',
  method: 'POST',
  route: 'scans',
  summary: 'Evaluates all resources in a scope, on the slow queue.',
  role: 'Plumbline.Operator',
  body: z.strictObject({ scope: resourceScope }),
  responseHeaders: { Location: 'The URL of the scan.' },
  statuses: [202],
  result: scan,
  async handle({ deps, body }) {
    const started = await sweep.startScan(deps, body.scope);
    return { headers: { location: `/api/scans/${started.id}` }, body: started };
  },
});

export const getScan = defineEndpoint({
  name: 'getScan',
  method: 'GET',
  route: 'scans/{id}',
  summary: 'The progress of a scan.',
  role: 'Plumbline.Reader',
  result: scan,
  refusals: ['not-found'],
  async findSubject({ deps, params: { id: wanted } }: RequestContext) {
    const found = isId(wanted) ? await deps.scans.get(wanted) : null;
    if (!found) throw new Refusal('not-found', 'There is no scan with this id.');
    return found;
  },
  async handle({ subject }) {
    return { body: subject };
  },
});
