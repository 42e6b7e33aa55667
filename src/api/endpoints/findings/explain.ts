/** Explains the last decisions about a resource, or the outcome of an event. */

import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import type { Finding } from '../../../domain/decisions/finding.ts';
import { DAY_MS, timeAfter } from '../../../domain/resources/durations.ts';
import { eventIdOf } from '../../../domain/resources/event.ts';
import { isScope, parseResourceId, type Resource } from '../../../domain/resources/resource.ts';
import { documentationById } from '../../../domain/rules/documentation.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import type { StoredEvent } from '../../../workflows/ports/events.ts';
import { collect, paginate } from '../../../workflows/ports/storage.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { type ExplainedFinding, type ExplainedGate, explainedEvent, explainedResource } from './schemas.ts';

const SHOWN_EVENTS = 20;

export const explain = defineEndpoint({
  name: 'explain',
  method: 'GET',
  route: 'explain',
  summary: 'The decisions about a resource and their reasons, or the outcome of an event.',
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
  result: z.union([explainedResource, explainedEvent]),
  refusals: ['not-found'],
  async handle({ deps, query: { resource, event } }) {
    if (event !== undefined) return { body: await explainEvent(deps, event) };
    return { body: await explainResource(deps, resource ?? '') };
  },
});

async function explainResource(deps: Deps, id: string) {
  const resource = parseResourceId(id);
  const { state } = resource ? await deps.resources.loadState(resource) : { state: null };
  if (!resource || !state || state.evaluatedAt === null) {
    throw new Refusal('not-found', 'Plumbline has never read this resource.');
  }
  const { evaluatedAt, trigger, documents } = state;
  const findings = state.findings.map((finding) => explainFinding(deps, finding));
  const events = await deps.events.listRecent(resource, SHOWN_EVENTS);
  const [sweep, gates] = await Promise.all([explainSweep(deps, resource), explainGates(deps, resource)]);
  const explained = {
    resource: state.resource,
    evaluatedAt,
    trigger,
    documents,
    ...(gates.length === 0 ? {} : { healthGates: gates }),
    findings,
    events: events.map(eventView),
  };
  return sweep === null ? explained : { ...explained, sweep };
}

/** For so long an app that was worse needs an approval. */
const GATES_MS = 7 * DAY_MS;
const MOST_OPEN = 10_000;

/** The health gates of an app, the one that is open first. */
async function explainGates({ healthGates, clock }: Deps, { id, key }: Resource): Promise<ExplainedGate[]> {
  const endedSince = timeAfter(clock.now(), -GATES_MS).toISOString();
  const [open, ended] = await Promise.all([
    healthGates.listDue(timeAfter(clock.now(), GATES_MS), MOST_OPEN),
    collect(paginate((page) => healthGates.list({ scope: id, endedSince }, page))),
  ]);
  const own = [...open, ...ended].filter(({ resource }) => resource.id.toLowerCase() === key);
  return own.map(({ startedAt, dueAt, before, next, status, reasons, endedAt, rules }) => ({
    ...{ startedAt, dueAt, before, next, status, reasons, endedAt },
    rules: rules.map((rule) => rule.id),
  }));
}

/** What the last sweep knows of a resource: an old row may hide a violation until the resource is read wholly. */
async function explainSweep({ sweepRuns }: Deps, { subscriptionId, id }: Resource) {
  const run = (await sweepRuns.load(subscriptionId))?.value;
  const parts = run?.parts ?? run?.before?.parts;
  const app = parts === undefined ? null : await sweepRuns.findApp(subscriptionId, parts, id);
  if (!run || !app) return null;
  return { listedAt: run.startedAt, readAt: app.lookedAt, byRows: app.fingerprint !== null };
}

/** A finding with its documentation; a violation also with the lines that fix it where it is declared. */
function explainFinding({ rules }: Deps, { basis: _basis, ...finding }: Finding): ExplainedFinding {
  const documented = { ...finding, documentation: documentationById(finding.rule, rules) };
  const rule = finding.verdict === 'violation' ? rules.find(({ id }) => id === finding.rule) : undefined;
  return rule ? { ...documented, source: rule.source(finding.changes) } : documented;
}

async function explainEvent(deps: Deps, eventId: string) {
  const found = await deps.events.findById(eventIdOf(eventId));
  if (!found) throw new Refusal('not-found', 'Plumbline has never received this event.');
  const { receivedAt, outcome, auditIds, reasons } = found;
  return { eventId, receivedAt, outcome, auditIds, reasons };
}

function eventView({ event, receivedAt, outcome, auditIds, reasons }: StoredEvent) {
  const { id, operation, changedBy } = event;
  return { eventId: id, receivedAt, operation, changedBy, outcome, auditIds, reasons };
}
