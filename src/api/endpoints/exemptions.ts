/** Exemptions: with an owner, a reason and an end. */
import * as z from 'zod';
import {
  type Exemption,
  exemption,
  exemptionProblems,
  isInForce,
  MAX_EXEMPTION_DAYS,
} from '../../domain/approvals/exemption.ts';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { resourceScope } from '../../domain/resources/resource.ts';
import { timestamp } from '../../domain/resources/schema.ts';
import { grantExemption, removeExemption } from '../../workflows/exemptions/grant-exemption.ts';
import { defineEndpoint, type RequestContext } from '../framework/endpoint.ts';
import { pageQuery, pageSchema, readPage } from '../framework/page.ts';
import { isId } from '../framework/parameters.ts';
import { actorOf } from '../framework/principal.ts';
import { invalidRequest } from '../framework/problem.ts';

const line = z.string().trim().min(1);

/** Without a ticket when it has none. */
export const exemptionAnswer = exemption
  .omit({ removedAt: true, outbox: true })
  .extend({ ticket: z.string().exactOptional() })
  .meta({ id: 'Exemption' });

/** The body of a request for an exemption. */
export const exemptionRequest = z.strictObject({
  scope: resourceScope.describe(
    'A resource, or any scope above it by whole segments; everything below is exempt, too.',
  ),
  rule: z.string().describe('The id of a rule'),
  owner: line.max(200).describe('Who answers for it'),
  reason: line.max(4000),
  ticket: line.max(200).exactOptional(),
  expires: timestamp.describe(`Required; at most ${MAX_EXEMPTION_DAYS} days from now.`),
});

export const listExemptions = defineEndpoint({
  name: 'listExemptions',
  method: 'GET',
  route: 'exemptions',
  summary: 'The exemptions in force, newest first.',
  role: 'Plumbline.Reader',
  query: z.strictObject(pageQuery),
  result: pageSchema(exemptionAnswer),
  async handle({ deps, config, query }) {
    const page = await readPage('exemptions', config.cursorKey, query, (_, at) => deps.exemptions.list(at));
    const now = deps.clock.now();
    return { body: { ...page, items: page.items.filter((one) => isInForce(one, now)).map(exemptionView) } };
  },
});

export const createExemption = defineEndpoint({
  name: 'createExemption',
  method: 'POST',
  route: 'exemptions',
  summary: 'Exempts the violations of a rule within a scope, until an end.',
  role: 'Plumbline.Operator',
  body: exemptionRequest,
  statuses: [201],
  result: exemptionAnswer,
  async handle({ deps, principal, body }) {
    const request = { ...body, ticket: body.ticket ?? null };
    const problems = exemptionProblems(request, deps.rules, deps.clock.now());
    if (problems.length > 0) throw invalidRequest(problems);
    return { body: exemptionView(await grantExemption(deps, request, actorOf(principal))) };
  },
});

export const deleteExemption = defineEndpoint({
  name: 'deleteExemption',
  method: 'DELETE',
  route: 'exemptions/{id}',
  summary: 'Removes an exemption before its end.',
  role: 'Plumbline.Operator',
  statuses: [204],
  result: null,
  refusals: ['not-found'],
  findSubject: findExemption,
  async handle({ deps, principal, subject }) {
    await removeExemption(deps, subject.id, actorOf(principal));
    return { body: undefined };
  },
});

async function findExemption({ deps, params: { id: wanted } }: RequestContext): Promise<Exemption> {
  const found = isId(wanted) ? await deps.exemptions.get(wanted) : null;
  if (!found || !isInForce(found.value, deps.clock.now())) {
    throw new Refusal('not-found', 'There is no exemption with this id in force.');
  }
  return found.value;
}

function exemptionView({ ticket, removedAt: _removedAt, outbox: _outbox, ...seen }: Exemption) {
  return { ...seen, ...(ticket === null ? {} : { ticket }) };
}
