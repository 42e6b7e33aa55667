/** Why, and why not: what was last seen of a resource and decided about it, and what became of an event. */
import * as z from 'zod';
import { eventIdOf } from '../domain/event.ts';
import type { Finding } from '../domain/finding.ts';
import { Refusal } from '../domain/refusal.ts';
import { isScope, parseResourceId } from '../domain/resource.ts';
import type { Source } from '../domain/rule.ts';
import type { StoredEvent, World } from '../workflows/ports.ts';
import { defineCall } from './call.ts';
import { explainedEvent, explainedResource } from './posture-schemas.ts';

const SHOWN_EVENTS = 20;

export const explain = defineCall({
  name: 'explain',
  method: 'GET',
  route: 'explain',
  summary: 'What was decided about a resource and why, or what became of an event.',
  role: 'Plumbline.Reader',
  query: z
    .strictObject({
      resource: z.string().refine(isScope, 'must be the ARM id of a resource').exactOptional(),
      event: z.string().min(1).exactOptional().describe('The id of an event.'),
    })
    .refine(
      ({ resource, event }) => (resource === undefined) !== (event === undefined),
      'give either resource or event',
    ),
  statuses: [200],
  result: z.union([explainedResource, explainedEvent]),
  refusals: ['not-found'],
  async handle({ world, query: { resource, event } }) {
    if (event !== undefined) return { body: await explainEvent(world, event) };
    return { body: await explainResource(world, resource ?? '') };
  },
});

async function explainResource(world: World, id: string) {
  const resource = parseResourceId(id);
  const memory = resource && (await world.memories.load(resource))?.value;
  if (!resource || !memory || memory.evaluatedAt === null) {
    throw new Refusal('not-found', 'Plumbline has never read this resource.');
  }
  const { evaluatedAt, trigger, documents } = memory;
  const findings = memory.findings.map((finding) => sourced(world, finding));
  const events = await world.events.recent(resource, SHOWN_EVENTS);
  return { resource: memory.resource, evaluatedAt, trigger, documents, findings, events: events.map(eventOfResource) };
}

/** A violation with the lines that fix it where it is declared. */
function sourced({ rules }: World, finding: Finding): Finding & { source?: Source } {
  const rule = finding.verdict === 'violation' ? rules.find(({ id }) => id === finding.rule) : undefined;
  return rule ? { ...finding, source: rule.source(finding.changes) } : finding;
}

async function explainEvent(world: World, eventId: string) {
  const found = await world.events.find(eventIdOf(eventId));
  if (!found) throw new Refusal('not-found', 'Plumbline has never received this event.');
  const { receivedAt, outcome, auditIds, reasons } = found;
  return { eventId, receivedAt, outcome, auditIds, reasons };
}

function eventOfResource({ event, receivedAt, outcome, auditIds, reasons }: StoredEvent) {
  const { id, operation, changedBy } = event;
  return { eventId: id, receivedAt, operation, changedBy, outcome, auditIds, reasons };
}
