/** Exemptions: with an owner, a reason and an end. */
import * as z from 'zod';
import {
  type EndedExemption,
  type Exemption,
  type ExemptionRequest,
  endedExemption,
  exemption,
  exemptionFilter,
  exemptionProblems,
  isInForce,
  MAX_EXEMPTION_DAYS,
} from '../../domain/approvals/exemption.ts';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { resourceScope } from '../../domain/resources/resource.ts';
import { timestamp } from '../../domain/resources/schema.ts';
import { countCovered } from '../../workflows/exemptions/count-covered.ts';
import {
  grantExemption,
  removeExemption,
  renewExemption as renew,
} from '../../workflows/exemptions/grant-exemption.ts';
import type { Deps } from '../../workflows/ports/deps.ts';
import { EXEMPTION_SORTS, type FoundPage, TooManyToSort } from '../../workflows/ports/settings.ts';
import type { PageRequest } from '../../workflows/ports/storage.ts';
import { answerEach, itemAnswer, MAX_ITEMS } from '../framework/bulk.ts';
import { defineEndpoint, type RequestContext } from '../framework/endpoint.ts';
import { total } from '../framework/list-query.ts';
import { type PageQuery, pageQuery, pageSchema, readPage } from '../framework/page.ts';
import { isId } from '../framework/parameters.ts';
import { actorOf, type Principal } from '../framework/principal.ts';
import { invalidBody, invalidRequest } from '../framework/problem.ts';

const line = z.string().trim().min(1);

/** Without a ticket when it has none. */
export const exemptionAnswer = exemption
  .omit({ removedAt: true, removedBy: true, outbox: true })
  .extend({ ticket: z.string().exactOptional() })
  .meta({ id: 'Exemption' });

const body = z.strictObject({
  scope: resourceScope.describe(
    'A resource, or any scope above it by whole segments; everything below is exempt, too.',
  ),
  rule: z.string().describe('The id of a rule'),
  owner: line.max(200).describe('Who answers for it'),
  reason: line.max(4000),
  ticket: line.max(200).exactOptional(),
  expires: timestamp.describe(`Required; at most ${MAX_EXEMPTION_DAYS} days from now.`),
});

/** The body of a request for an exemption. */
export { body as exemptionRequest };

/** The same where `body` is the body that was sent. */
const oneRequest = body;

export const listedExemption = exemptionAnswer
  .extend({
    covers: z.int().exactOptional().describe('How many findings are exempt by it; absent where nobody counted them.'),
    ...endedExemption.pick({ endedAt: true, endedBy: true, why: true }).partial().shape,
  })
  .meta({ id: 'ListedExemption' });

export const listExemptions = defineEndpoint({
  name: 'listExemptions',
  method: 'GET',
  route: 'exemptions',
  summary:
    'The exemptions in force, newest first, or those that have ended within a year, the latest end first. With `sort` at most 2,000 rows are put in order; of more, it is 400.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    state: z.enum(['in-force', 'ended']).default('in-force'),
    ...exemptionFilter.shape,
    sort: z.enum(EXEMPTION_SORTS).exactOptional(),
    total,
    ...pageQuery,
  }),
  result: pageSchema(listedExemption).extend({
    total: z.int().exactOptional().describe('How many match; absent when there are too many to count.'),
  }),
  async handle({ deps, config, query }) {
    const now = deps.clock.now();
    const { body, items } = await readFound<Exemption | EndedExemption, typeof query>(
      config.cursorKey,
      query,
      async ({ state, total: _, ...search }, at) =>
        state === 'ended' ? deps.exemptions.searchEnded(search, at) : deps.exemptions.search(search, at, now),
    );
    const inForce = items.filter((one): one is Exemption => 'outbox' in one);
    const covered = await countCovered(deps, inForce);
    return { body: { ...body, items: items.map((one) => listedView(one, covered?.get(one.id))) } };
  },
});

const exemptionRequests = z.strictObject({
  items: z
    .array(z.unknown())
    .min(1)
    .max(MAX_ITEMS, `must be at most ${MAX_ITEMS} items`)
    .describe('Each as the body of a request for one exemption.'),
});

export const createExemption = defineEndpoint({
  name: 'createExemption',
  method: 'POST',
  route: 'exemptions',
  summary:
    'Exempts the violations of a rule within a scope, until an end; or up to 100 at once, each with its own answer (200).',
  role: 'Plumbline.Operator',
  body: z.union([body, exemptionRequests]),
  statuses: [201, 200],
  result: z.union([
    exemptionAnswer,
    z
      .strictObject({
        items: z
          .array(itemAnswer({ exemption: exemptionAnswer.exactOptional() }))
          .describe('In the order of the request'),
      })
      .meta({ id: 'Exemptions' }),
  ]),
  async handle({ deps, principal, body }) {
    if (!('items' in body)) return { body: await grant(deps, principal, body) };
    const items = await answerEach(deps, body.items, { status: 201, fields: () => ({}) }, async (item) => {
      const parsed = oneRequest.safeParse(item);
      if (!parsed.success) throw invalidBody(parsed.error);
      return { exemption: await grant(deps, principal, parsed.data) };
    });
    return { status: 200, body: { items } };
  },
});

async function grant(deps: Deps, principal: Principal, given: z.infer<typeof body>) {
  const request = { ...given, ticket: given.ticket ?? null };
  refuseProblems(deps, request);
  return exemptionView(await grantExemption(deps, request, actorOf(principal)));
}

function refuseProblems({ rules, clock }: Deps, request: ExemptionRequest): void {
  const problems = exemptionProblems(request, rules, clock.now());
  if (problems.length > 0) throw invalidRequest(problems);
}

export const renewExemption = defineEndpoint({
  name: 'renewExemption',
  method: 'PUT',
  route: 'exemptions/{id}',
  summary: 'Renews an exemption in force: another end, and the reason for it.',
  role: 'Plumbline.Operator',
  body: body.pick({ expires: true, reason: true }),
  result: exemptionAnswer,
  refusals: ['not-found'],
  findSubject: findExemption,
  async handle({ deps, principal, subject, body }) {
    refuseProblems(deps, { ...subject, ...body });
    return { body: exemptionView(await renew(deps, subject.id, body, actorOf(principal))) };
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

function exemptionView({ ticket, removedAt: _removedAt, removedBy: _by, outbox: _outbox, ...seen }: Exemption) {
  return { ...seen, ...(ticket === null ? {} : { ticket }) };
}

function listedView(one: Exemption | EndedExemption, covers: number | undefined) {
  if ('outbox' in one) return { ...exemptionView(one), ...(covers === undefined ? {} : { covers }) };
  const { ticket, ...seen } = one;
  return { ...seen, ...(ticket === null ? {} : { ticket }) };
}

/** A page, with the total where it was asked for. Throws Refusal `invalid` when there are too many to sort. */
async function readFound<T, Query extends PageQuery & { readonly total?: 'true' }>(
  key: Buffer,
  query: Query,
  search: (filters: Omit<Query, keyof PageQuery>, page: PageRequest) => Promise<FoundPage<T>>,
) {
  let count: number | undefined;
  try {
    const { items, ...rest } = await readPage('exemptions', key, query, async (filters, at) => {
      const found = await search(filters, at);
      count = query.total ? found.total : undefined;
      return found;
    });
    return { items, body: { ...rest, ...(count === undefined ? {} : { total: count }) } };
  } catch (error) {
    if (!(error instanceof TooManyToSort)) throw error;
    throw invalidRequest([{ parameter: 'sort', detail: `cannot be used, ${error.message}; leave it out` }]);
  }
}
