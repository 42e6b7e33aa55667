/** What may stay as it is: exemptions with an owner, a reason and an end. */
import * as z from 'zod';
import type { Actor } from '../domain/audit.ts';
import { type Exemption, isInForce, LONGEST_EXEMPTION_DAYS, problemsOf } from '../domain/exemption.ts';
import { Refusal } from '../domain/refusal.ts';
import { idForm, isScope } from '../domain/resource.ts';
import { grantExemption, removeExemption } from '../workflows/exempt.ts';
import { type Asked, defineCall } from './call.ts';
import { isId, moment } from './filters.ts';
import { pageOf, pageQuery } from './page.ts';
import type { Principal } from './principal.ts';
import { invalid } from './problem.ts';
import * as schemas from './schemas.ts';

const none = z.strictObject({});
const time = z.iso.datetime();
const line = z.string().trim().min(1);

export const exemptionSchema = z.strictObject({
  id: z.string(),
  scope: z.string(),
  rule: z.string(),
  owner: z.string(),
  reason: z.string(),
  ticket: z.string().exactOptional(),
  expires: time,
  createdAt: time,
  createdBy: z.strictObject({
    type: z.enum(['service', 'user', 'app']),
    objectId: z.string().exactOptional(),
    name: z.string().exactOptional(),
  }),
});
schemas.named.add(exemptionSchema, { id: 'Exemption' });

export const listExemptions = defineCall({
  name: 'listExemptions',
  method: 'GET',
  route: 'exemptions',
  summary: 'The exemptions in force, newest first.',
  role: 'Plumbline.Reader',
  query: z.strictObject(pageQuery),
  statuses: [200],
  result: schemas.listOf(exemptionSchema),
  refusals: [],
  async handle({ world, config, query }) {
    const page = await pageOf('exemptions', config.cursorKey, query, (_, at) => world.exemptions.list(at));
    const now = world.clock.now();
    return { body: { ...page, items: page.items.filter((one) => isInForce(one, now)).map(exemptionView) } };
  },
});

export const postExemption = defineCall({
  name: 'createExemption',
  method: 'POST',
  route: 'exemptions',
  summary: 'Lets the violations of a rule within a scope be, until an end.',
  role: 'Plumbline.Operator',
  query: none,
  body: z.strictObject({
    scope: z
      .string()
      .refine(isScope, 'must be the ARM id of a resource or of a scope above it')
      .transform(idForm)
      .describe('A resource, or any scope above it by whole segments; everything below is exempt, too.'),
    rule: z.string().describe('The id of a rule'),
    owner: line.max(200).describe('Who answers for it'),
    reason: line.max(4000),
    ticket: line.max(200).exactOptional(),
    expires: moment.describe(`Required; at most ${LONGEST_EXEMPTION_DAYS} days from now.`),
  }),
  statuses: [201],
  result: exemptionSchema,
  refusals: [],
  async handle({ world, principal, body }) {
    const request = { ...body, ticket: body.ticket ?? null };
    const problems = problemsOf(request, world.rules, world.clock.now());
    if (problems.length > 0) throw invalid(problems.map(({ pointer, message }) => ({ pointer, detail: message })));
    return { body: exemptionView(await grantExemption(world, request, actorOf(principal))) };
  },
});

export const deleteExemption = defineCall({
  name: 'deleteExemption',
  method: 'DELETE',
  route: 'exemptions/{id}',
  summary: 'Takes an exemption back before its end.',
  role: 'Plumbline.Operator',
  query: none,
  statuses: [204],
  result: null,
  refusals: ['not-found'],
  find: findExemption,
  async handle({ world, principal, subject }) {
    await removeExemption(world, subject.id, actorOf(principal));
    return { body: undefined };
  },
});

async function findExemption({ world, params: { id: wanted } }: Asked): Promise<Exemption> {
  const found = isId(wanted) ? await world.exemptions.get(wanted) : null;
  if (!found || !isInForce(found.value, world.clock.now())) {
    throw new Refusal('not-found', 'There is no exemption with this id in force.');
  }
  return found.value;
}

function exemptionView(exemption: Exemption): z.input<typeof exemptionSchema> {
  const { ticket, removedAt: _removedAt, unlogged: _unlogged, ...seen } = exemption;
  return { ...seen, ...(ticket === null ? {} : { ticket }) };
}

function actorOf({ objectId, name, application }: Principal): Actor {
  return { type: application ? 'app' : 'user', objectId, name };
}
