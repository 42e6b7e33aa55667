/**
 * Assumptions about Azure that could not be verified before a deployment: whether this one confirms them. A contradiction
 * is a failure; what did not happen yet is not seen yet.
 */
import { valueAt } from '../../src/domain/changes/change.ts';
import { type Entry, fetchEntries } from './audit-log.ts';
import { type CheckContext, type ObservedEvent, pollUntil } from './checks.ts';
import { fetchEvents } from './event.ts';
import { lastGate, latestMetrics } from './health-gate.ts';
import { notSeen, type Observation, otherwise, type Seen, seen } from './observation.ts';

/** Runs after the checks. Never throws: what cannot be read is not seen. */
export async function observe(context: CheckContext): Promise<Observation[]> {
  const entries = await fetchEntries(context.service, { limit: '200' }).catch(() => []);
  const observations: Observation[] = [];
  for (const [name, probe] of OBSERVATIONS) {
    const seen = await probe(context, entries).catch((error: unknown) => notSeen(String(error)));
    observations.push({ name, ...seen });
  }
  return observations;
}

const OBSERVATIONS: readonly (readonly [
  string,
  (context: CheckContext, entries: readonly Entry[]) => Promise<Seen>,
])[] = [
  ['how long an event takes', latency],
  ['how many events a change raises', eventsPerChange],
  ['what a change is called', operation],
  ['an event names who made the change', caller],
  ['Plumbline knows its own writes', ownWrite],
  ['deliveries need no sign-in', delivery],
  ['events of publishing policies', policies],
  ['events of diagnostic settings', triggeredBy(/\/diagnosticSettings\//i)],
  ['events of slot swaps', triggeredBy(/\/slotsswap\//i)],
  ['Resource Graph shows the apps', sweep],
  ['a container app can be fixed', join],
  ['what a health gate found', lastGate],
  ['metrics of the scratch app', latestMetrics],
];

async function latency({ change, event }: CheckContext): Promise<Seen> {
  if (!change || !event) return notSeen('no event arrived');
  const seconds = (Date.parse(event.receivedAt) - change.at) / 1000;
  return seen(`received ${seconds.toFixed(1)} s after the change was answered, as far as its clock and yours agree`);
}

async function eventsPerChange(context: CheckContext): Promise<Seen> {
  const { change, event } = context;
  if (!change || !event) return notSeen('no event arrived');
  const sameKind = (await fetchEvents(context)).filter(
    ({ eventId, changedBy }) => !change.known.has(eventId) && changedBy?.objectId === event.changedBy?.objectId,
  );
  const changes = 1 + (context.fix ? 1 : 0);
  return seen(`${sameKind.length} for ${changes} ${changes === 1 ? 'change' : 'changes'} by you`);
}

const OPERATIONS: Readonly<Record<string, RegExp>> = {
  'web-app': /^Microsoft\.Web\/sites\/(slots\/)?write$/i,
  'container-app': /^Microsoft\.App\/containerApps\/write$/i,
  environment: /^Microsoft\.App\/managedEnvironments\/write$/i,
};

async function operation({ event, deployment }: CheckContext): Promise<Seen> {
  if (!event) return notSeen('no event arrived');
  const expected = OPERATIONS[deployment.app.kind];
  if (!expected || expected.test(event.operation)) return seen(event.operation);
  return otherwise(
    `${event.operation}: see that the filter of the event subscription lets all such operations through`,
  );
}

async function caller({ event, deployment }: CheckContext): Promise<Seen> {
  const changer = await deployment.changer();
  if (!event || changer === null) return notSeen(event ? 'your token does not say who you are' : 'no event arrived');
  const named = event.changedBy?.objectId.toLowerCase();
  if (named === changer) return seen('the event of the scratch change names you by object id');
  return otherwise(
    `the event of the scratch change names ${named ?? 'nobody'}, and you are ${changer}: who changed an app could approve its fix`,
  );
}

async function ownWrite(context: CheckContext): Promise<Seen> {
  const { fix, deployment, patienceSeconds } = context;
  if (!fix) return notSeen('nothing was fixed in this run');
  if (fix.by === undefined) return otherwise('the log does not name the identity: its token carries no object id');
  const changer = await deployment.changer();
  const names = await pollUntil(patienceSeconds, async () => {
    const fresh = (await fetchEvents(context)).filter(({ eventId }) => !fix.known.has(eventId));
    const others = fresh.filter(({ changedBy }) => changedBy?.objectId.toLowerCase() !== changer);
    const own = fresh.find(({ changedBy }) => changedBy?.objectId.toLowerCase() === fix.by?.toLowerCase());
    return own ? 'own' : (others[0] ?? null);
  });
  if (names === 'own') return seen(`the event of the fix names the identity ${fix.by}`);
  if (names === null) return notSeen(`no event of the fix came within ${patienceSeconds} s`);
  return otherwise(
    `the event of the fix names ${names.changedBy?.objectId ?? 'nobody'} and not the identity ${fix.by}: Plumbline takes its own fixes for changes of others`,
  );
}

async function delivery({ event }: CheckContext): Promise<Seen> {
  return event ? seen('an event was delivered') : notSeen('no event arrived');
}

const POLICY = 'basicPublishingCredentialsPolicies/ftp';

/** This child can be written unchanged: the only effect is the event. */
async function policies(context: CheckContext, entries: readonly Entry[]): Promise<Seen> {
  const { deployment, event, patienceSeconds } = context;
  const before = await triggeredBy(/\/basicPublishingCredentialsPolicies\//i)(context, entries);
  const mayWrite = deployment.drift && deployment.app.kind === 'web-app' && event?.outcome;
  if (before.state === 'seen' || !mayWrite) return before;
  const known = new Set((await fetchEvents(context)).map(({ eventId }) => eventId));
  const allow = valueAt(await deployment.read(POLICY), '/properties/allow');
  if (typeof allow !== 'boolean') return notSeen(`${POLICY} does not say whether it allows`);
  await deployment.put(POLICY, { properties: { allow } });
  const isFresh = (one: ObservedEvent) => !known.has(one.eventId) && /policies/i.test(one.operation);
  const found = await pollUntil(patienceSeconds, async () => (await fetchEvents(context)).find(isFresh) ?? null);
  if (found) return seen(found.operation);
  return otherwise(`${POLICY} was written as it is, and no event of it came within ${patienceSeconds} s`);
}

function triggeredBy(pattern: RegExp) {
  return async (context: CheckContext, entries: readonly Entry[]): Promise<Seen> => {
    const operations = [
      ...entries.flatMap(({ trigger }) => trigger?.operation ?? []),
      ...(await fetchEvents(context)).map((event) => event.operation),
    ];
    const found = operations.find((one) => pattern.test(one));
    return found === undefined ? notSeen('none among the latest events and entries') : seen(found);
  };
}

async function sweep(_: CheckContext, entries: readonly Entry[]): Promise<Seen> {
  const found = entries.find(({ trigger }) => trigger?.type === 'sweep' || trigger?.type === 'scan');
  return found ? seen(`${found.kind} at ${found.at}`) : notSeen('no entry of the log comes from a sweep');
}

async function join(_: CheckContext, entries: readonly Entry[]): Promise<Seen> {
  const ofApps = entries.filter(({ resource }) => resource?.type.toLowerCase() === 'microsoft.app/containerapps');
  const refused = ofApps.find(({ kind, message }) => kind === 'fix.blocked' && /join\/action/i.test(message));
  if (refused) return otherwise(`${refused.message} Grant it on the environment: docs/permissions.md, linked actions`);
  const applied = ofApps.find(({ kind }) => kind === 'fix.applied');
  return applied ? seen(`fix.applied at ${applied.at}, with the rights that were granted`) : notSeen('none was fixed');
}
