// The simulator's controls over HTTPS, for other processes; JSON both ways, no token, loopback only:
//   GET    /_simulator/state                    { url, deliverTo, delivery, takesUnpublished, generated, resources: [{ id, kind, author, documents }] },
//                                               without values; of generated resources those that were changed
//   GET    /_simulator/document?id=&document=   the raw body; 400 when there is none
//   POST   /_simulator/change                   { caller, id, document, patch }: a write by the caller (Simulator.change); 204
//   POST   /_simulator/resources                a ResourceSeed; 204          DELETE /_simulator/resources?id=   204
//   POST   /_simulator/estate                   { apps, seed?, subscriptions?, violations?, containerApps?, slots?, prefix? }: generates an
//                                               estate; its summary. GET: all summaries
//   GET    /_simulator/violations?skip=&top=    generated apps with something wrong: [{ id, violations }]
//   GET    /_simulator/faults                   POST a Fault; 204            DELETE /_simulator/faults          204
//   POST   /_simulator/moves                    a SideEffect: what changes along with a write that ARM takes, such as
//                                               { match: { method: 'PATCH', path }, document, patch, times? }; 204
//   GET    /_simulator/moves                    DELETE /_simulator/moves     204
//   POST   /_simulator/outages                  { id, document, property, course, seconds? }: the next fix that changes the value makes
//                                               the app ill (monitor/outages.ts); 204       DELETE /_simulator/outages   204
//   PUT    /_simulator/takesUnpublished         { takes }: PATCH takes what only the published model of PUT has; 204
//   POST   /_simulator/roles                    { scope, role, to }: assigns a built-in role; 204
//   GET    /_simulator/allowed?action=&scope=   whether Plumbline's identity may: true or false
//   POST   /_simulator/tokens                   a caller; { token } for Resource Manager, for requests in their name
//   POST   /_simulator/activity                 the Activity Log: { lagSeconds?, jitterSeconds?, mixedCase?, pageSize?, lose?, drop?,
//                                               add? }, in this order: ActivityControls of monitor/activity-log.ts, an id whose
//                                               entries go, operations ([{ id, operation,
//                                               caller?, at?, outcome?, correlationId? }]) that are logged without a write; 204
//   GET    /_simulator/activity                 { lagSeconds, …, entries }: newest first  DELETE /_simulator/activity  204
//   PUT    /_simulator/graph                    how Resource Graph differs from Resource Manager: GraphOptions of resource-graph/
//                                               graph-settings.ts; what is not named stays; 204
//   GET    /_simulator/graph                    all of them, and { counts: { queries, throttled, rows } }  DELETE: as at the start; 204
//   GET    /_simulator/requests                 recorded ARM requests        DELETE /_simulator/requests        204
//   PUT    /_simulator/requests                 { keep }: how many of the last are kept, null for all; 204
//   GET    /_simulator/counts                   { "GET 200": 12, … }: requests by method and status since they were deleted
//   GET    /_simulator/events                   raised events with their delivery
//   PUT    /_simulator/delivery                 { delayMilliseconds?, duplicates?, shuffle?, lose? }; 204
//   PUT    /_simulator/deliverTo                { url }: null stops deliveries; 204
//   POST   /_simulator/settled                  204 when operations and deliveries have ended
import { z } from 'zod';
import type { EstateStore } from '../estate/estate-store.ts';
import { type Fault, faultNames } from '../faults/faults.ts';
import type { HttpResponse } from '../http/response.ts';
import type { IncomingRequest } from '../http/server.ts';
import { courses } from '../monitor/outages.ts';
import type { SideEffect } from '../resource-manager/side-effects.ts';
import { type Allows, roleNames } from '../roles/built-in-roles.ts';
import type { Simulator } from './simulator-api.ts';

export const controlPath = '/_simulator/';

const caller = z.strictObject({
  type: z.enum(['user', 'app']),
  objectId: z.string(),
  name: z.string().exactOptional(),
  appId: z.string().exactOptional(),
});
const change = z.strictObject({ caller, id: z.string(), document: z.string().default('resource'), patch: z.unknown() });
const seed = z.strictObject({
  id: z.string(),
  documents: z.record(z.string(), z.unknown()),
  author: caller.exactOptional(),
});
const match = z.strictObject({ method: z.string().exactOptional(), path: z.string().exactOptional() });
const sideEffect = z.strictObject({
  match: match.exactOptional(),
  document: z.string(),
  patch: z.record(z.string(), z.unknown()),
  times: z.number().exactOptional(),
});
const outage = z.strictObject({
  id: z.string(),
  document: z.string(),
  property: z.string(),
  course: z.enum(courses),
  seconds: z.number().positive().exactOptional(),
});
const takesUnpublished = z.strictObject({ takes: z.boolean() });
const grant = z.strictObject({
  scope: z.string(),
  role: z.enum(roleNames),
  to: z.union([caller, z.strictObject({ type: z.literal('group'), objectId: z.string() })]),
});
const fault = z.strictObject({
  match: match.extend({ action: z.string().exactOptional() }).exactOptional(),
  action: z.enum(faultNames),
  times: z.number().exactOptional(),
  skip: z.number().exactOptional(),
  chance: z.number().min(0).max(1).exactOptional(),
  milliseconds: z.number().exactOptional(),
  retryAfter: z.number().exactOptional(),
  status: z.number().exactOptional(),
  body: z.unknown().exactOptional(),
});
const delivery = z.strictObject({
  delayMilliseconds: z.number().min(0).exactOptional(),
  duplicates: z.int().min(0).exactOptional(),
  shuffle: z.boolean().exactOptional(),
  lose: z.boolean().exactOptional(),
});
const activity = z.strictObject({
  lagSeconds: z.number().min(0).nullable().exactOptional(),
  jitterSeconds: z.number().min(0).exactOptional(),
  mixedCase: z.boolean().exactOptional(),
  pageSize: z.int().min(1).exactOptional(),
  lose: z.boolean().exactOptional(),
  drop: z.string().exactOptional(),
  add: z
    .array(
      z.strictObject({
        id: z.string(),
        operation: z.string(),
        caller: caller.exactOptional(),
        at: z.string().exactOptional(),
        outcome: z.enum(['Succeeded', 'Failed', 'Running']).exactOptional(),
        correlationId: z.string().exactOptional(),
      }),
    )
    .default([]),
});
const share = z.number().min(0).max(1);
const generatedEstate = z.strictObject({
  apps: z.int(),
  seed: z.int().exactOptional(),
  subscriptions: z.union([z.int(), z.array(z.string())]).exactOptional(),
  violations: share.exactOptional(),
  containerApps: share.exactOptional(),
  slots: share.exactOptional(),
  prefix: z.string().exactOptional(),
});
const page = z.strictObject({
  skip: z.coerce.number().int().min(0).default(0),
  top: z.coerce.number().int().min(1).max(10_000).default(1000),
});
const rows = z.strictObject({ ids: z.array(z.string()).exactOptional(), share: share.exactOptional() });
const graph = z.strictObject({
  pageSize: z.int().min(1).max(1000).exactOptional(),
  quota: z.int().min(0).exactOptional(),
  lagMilliseconds: z.number().min(0).exactOptional(),
  configLagMilliseconds: z.number().min(0).nullable().exactOptional(),
  refusedTables: z.array(z.string()).exactOptional(),
  missing: rows.exactOptional(),
  stale: rows.exactOptional(),
  wrong: z.array(z.strictObject({ id: z.string(), patch: z.record(z.string(), z.unknown()) })).exactOptional(),
  newestVersion: z.iso.date().exactOptional(),
  propertyCase: z.enum(['pascal', 'camel']).exactOptional(),
  nulls: z.enum(['kept', 'absent']).exactOptional(),
  groupCase: z.enum(['arm', 'lower', 'upper', 'mixed']).exactOptional(),
});
const keep = z.strictObject({ keep: z.int().min(1).nullable() });
const target = z.strictObject({ url: z.url().nullable() });

export interface ControlContext {
  simulator: Simulator;
  estate: EstateStore;
  faults: () => Fault[];
  sideEffects: () => SideEffect[];
  allows: Allows;
  target: () => string | null;
}

/** Answers a control request; what it cannot do is a 400 with the reason. */
export async function handleControlRequest(
  request: IncomingRequest,
  controlled: ControlContext,
): Promise<HttpResponse> {
  const route = `${request.method} ${request.url.pathname.slice(controlPath.length)}`;
  const handle = routes[route];
  if (!handle) return { status: 404, body: { reason: `The simulator has no control '${route}'.` } };
  try {
    const body = await handle(controlled, request);
    return body === undefined ? { status: 204 } : { status: 200, body };
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    return { status: 400, body: { reason } };
  }
}

const routes: Record<string, (controlled: ControlContext, request: IncomingRequest) => unknown> = {
  'GET state': ({ simulator, estate, target }) => ({
    url: simulator.url,
    deliverTo: target(),
    delivery: simulator.delivery,
    takesUnpublished: simulator.takesUnpublished,
    resources: estate
      .stored()
      .map(({ id, kind, author, documents }) => ({ id, kind, author, documents: documents.keys() })),
    generated: simulator.generated.summaries(),
  }),
  'GET document': ({ simulator }, { url }) => {
    const document = simulator.get(url.searchParams.get('id') ?? '', url.searchParams.get('document') ?? 'resource');
    if (document === undefined) throw new Error('There is no such document.');
    return document;
  },
  'POST change': async ({ simulator }, { body }) => {
    const { caller, id, document, patch } = change.parse(body);
    await simulator.change(caller, id, document, patch);
  },
  'POST resources': ({ simulator }, { body }) => {
    simulator.add(seed.parse(body));
  },
  'GET estate': ({ simulator: { generated } }) => generated.summaries(),
  'POST estate': ({ simulator: { generated } }, { body }) => generated.generate(generatedEstate.parse(body)),
  'GET violations': ({ simulator: { generated } }, { url: { searchParams } }) => {
    const { skip, top } = page.parse(Object.fromEntries(searchParams));
    return generated.violating(skip, top);
  },
  'DELETE resources': ({ simulator }, { url }) => simulator.remove(url.searchParams.get('id') ?? ''),
  'GET faults': ({ faults }) => faults(),
  'POST faults': ({ simulator }, { body }) => {
    simulator.addFault(fault.parse(body));
  },
  'DELETE faults': ({ simulator }) => simulator.clearFaults(),
  'GET moves': ({ sideEffects }) => sideEffects(),
  'POST moves': ({ simulator }, { body }) => {
    simulator.addSideEffect(sideEffect.parse(body));
  },
  'DELETE moves': ({ simulator }) => simulator.clearSideEffects(),
  'POST outages': ({ simulator }, { body }) => simulator.addOutage(outage.parse(body)),
  'DELETE outages': ({ simulator }) => simulator.clearOutages(),
  'PUT takesUnpublished': ({ simulator }, { body }) => {
    simulator.takesUnpublished = takesUnpublished.parse(body).takes;
  },
  'POST roles': ({ simulator }, { body }) => {
    const { scope, ...access } = grant.parse(body);
    simulator.grant(scope, access);
  },
  'GET allowed': ({ allows }, { url: { searchParams } }) =>
    allows({ method: 'GET', action: searchParams.get('action') ?? '', scope: searchParams.get('scope') ?? '' }),
  'POST tokens': ({ simulator }, { body }) => ({ token: simulator.tokenFor(caller.parse(body)) }),
  'GET activity': ({ simulator: { activity } }) => {
    const { lagSeconds, jitterSeconds, mixedCase, pageSize, lose } = activity;
    return { lagSeconds, jitterSeconds, mixedCase, pageSize, lose, entries: activity.entries() };
  },
  'POST activity': ({ simulator }, { body }) => {
    const { add, drop, ...state } = activity.parse(body);
    Object.assign(simulator.activity, state);
    if (drop !== undefined) simulator.activity.drop(drop);
    for (const operation of add) simulator.activity.add(operation);
  },
  'DELETE activity': ({ simulator }) => simulator.activity.clear(),
  'GET graph': ({ simulator: { graph } }) => ({ ...graph.settings(), counts: graph.counts() }),
  'PUT graph': ({ simulator }, { body }) => simulator.graph.set(graph.parse(body)),
  'DELETE graph': ({ simulator }) => simulator.graph.reset(),
  'GET requests': ({ simulator }) => simulator.requests,
  'PUT requests': ({ simulator }, { body }) => simulator.keepRequests(keep.parse(body).keep),
  'GET counts': ({ simulator }) => simulator.requestCounts(),
  'DELETE requests': ({ simulator }) => simulator.clearRequests(),
  'GET events': ({ simulator }) => simulator.events,
  'PUT delivery': ({ simulator }, { body }) => {
    Object.assign(simulator.delivery, delivery.parse(body));
  },
  'PUT deliverTo': ({ simulator }, { body }) => simulator.deliverTo(target.parse(body).url),
  'POST settled': ({ simulator }) => simulator.settled(),
};
