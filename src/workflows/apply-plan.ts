/**
 * The only writer: intent → re-read → settings and exemptions → write → verify → outcome. The intent is remembered and in the
 * log before the first request leaves; a request whose leaves moved since is not sent; what was sent is read again until it
 * shows.
 */
import { type Change, type Kept, type Purpose, standing, valueAt } from '../domain/change.ts';
import { digestReason } from '../domain/digests.ts';
import { type DocumentName, documentOf } from '../domain/documents.ts';
import { sameJson } from '../domain/json.ts';
import { comparedWith } from '../domain/moved.ts';
import { bodyToSend, hiddenFrom, type PlanStep, planOf, sayHidden } from '../domain/plan.ts';
import type { Reason } from '../domain/reasons.ts';
import type { Resource } from '../domain/resource.ts';
import { bodyOf, type Snapshot } from '../domain/snapshot.ts';
import { type Applied, applied, conclude, PAUSE_SECONDS, type StepEnd } from './conclude-plan.ts';
import { type Ending, intendedFact, type Occasion } from './facts-of.ts';
import { lastLook, notNow } from './last-look.ts';
import { isAttemptAt } from './plan-operations.ts';
import { type ArmFailure, isPassing, type Lease, type OpenOperation, type StoredEvent, type World } from './ports.ts';
import type { Attempted } from './resolve-intents.ts';
import { verify } from './verify-write.ts';

/** A set of changes that is to be carried out now. */
export interface Wanted {
  readonly rule: { readonly id: string; readonly version: number };
  readonly purpose: Purpose;
  readonly digest: string;
  readonly changes: readonly Change[];
  readonly kept: readonly Kept[];
  readonly approvalId: string | null;
  readonly reasons: readonly Reason[];
  /** The object id of who approved it. */
  readonly decidedBy?: string;
  /** Of the intent that the log has for it, without an end. */
  readonly operationId?: string;
}

/** What of a plan is carried out. */
export interface Writing {
  readonly wanted: readonly Wanted[];
  readonly operations: readonly OpenOperation[];
  /** The events that the plan knew of. */
  readonly events: readonly StoredEvent[];
}

interface Attempt {
  readonly occasion: Occasion;
  readonly operationId: string;
  /** Which attempt it is at the changes that were tried most often. */
  readonly tries: number;
  /** What is wanted of it. */
  readonly own: readonly Wanted[];
  /** The events that the plan knew of. */
  readonly known: readonly StoredEvent[];
}

/** What is busy for so many tries, some minutes, may stay so until a person does something: it then waits as what is blocked. */
const BUSY_TRIES = 12;

/** Carries out what is wanted, and was proved. `operations` hold it and were saved before; nothing is written otherwise. */
export async function applyPlan(
  world: World,
  lease: Lease,
  resource: Resource,
  before: Snapshot,
  { wanted, operations, events }: Writing,
  occasion: Occasion,
): Promise<Applied> {
  const planned = operations.flatMap(({ operationId, entries }) =>
    entries.flatMap((entry) => {
      const want = wanted.find((one) => isAttemptAt(entry, one));
      return want ? [{ operationId, entry, reasons: [...want.reasons, digestReason(want.digest)] }] : [];
    }),
  );
  const intents = await world.audit.append(
    planned.map(({ operationId, entry, reasons }) => intendedFact(occasion, operationId, entry, reasons)),
  );
  const attempted = planned.flatMap(({ operationId, entry }, index): Attempted[] => {
    const intent = intents[index];
    return intent ? [{ operationId, entry, intent }] : [];
  });
  const steps = planOf(
    resource,
    wanted.flatMap(({ changes }) => changes),
    wanted.flatMap(({ kept }) => kept),
  );
  let snapshot = before;
  const ends = new Map<PlanStep, StepEnd>();
  for (const step of steps) {
    const ids = attempted.filter(({ entry }) => entry.changes.some((change) => step.changes.includes(change)));
    const operationId = [...new Set(ids.map((one) => one.operationId))].join(' ');
    const tries = Math.max(...ids.map(({ entry }) => entry.attempts));
    const own = wanted.filter(({ changes }) => changes.some((change) => step.changes.includes(change)));
    const attempt = { occasion, operationId, tries, own, known: events };
    const done = await carryOut(world, lease, resource, snapshot, step, attempt);
    snapshot = { ...snapshot, documents: { ...snapshot.documents, ...done.snapshot?.documents } };
    ends.set(step, done.end);
    // ARM asked to wait, or is busy: the rest would meet the same.
    if (done.end.state === 'later') break;
  }
  return conclude(operations, attempted, ends, steps, snapshot, occasion);
}

/** One request, from the last look at the settings to the values that show afterwards. */
async function carryOut(
  world: World,
  lease: Lease,
  resource: Resource,
  before: Snapshot,
  step: PlanStep,
  { occasion, operationId, tries, own, known }: Attempt,
): Promise<{ end: StepEnd; snapshot?: Snapshot }> {
  const { eventId, correlationId } = occasion.trigger;
  const joined = { resource: resource.id, document: step.document, operationId, eventId, correlationId };
  const around = documentsAround(world, resource, own);
  const unread = comparedWith(resource.kind, step.document).filter((name) => !bodyOf(before, name));
  const names = [...new Set([step.document, ...around, ...unread])];
  const fresh = await world.arm.read(resource, names, { fresh: true });
  const now = standing(step.changes, fresh);
  if (now === 'unread') return { end: { state: 'later', seconds: PAUSE_SECONDS } };
  if (now === 'planned') return { end: applied('The planned values were there already.'), snapshot: fresh };
  const kept = own.flatMap((one) => one.kept).filter(({ document }) => document === step.document);
  const isThere = ({ path, value }: Kept) => sameJson(valueAt(bodyOf(fresh, step.document) ?? {}, path), value);
  const otherwise = around.some((name) => !sameJson(bodyOf(before, name), bodyOf(fresh, name)));
  if (now === 'other' || otherwise || !kept.every(isThere))
    return {
      end: notNow('moved', 'The values moved between evaluation and write; nothing was written.'),
      snapshot: fresh,
    };
  const hidden = hiddenFrom(step, fresh);
  if (hidden.length > 0) return { end: redacted(step, hidden), snapshot: fresh };
  const body = bodyToSend(step, bodyOf(fresh, step.document) ?? {});
  await lease.renew();
  const forbidden = await lastLook(world, resource, own, known);
  if (forbidden) return { end: forbidden, snapshot: fresh };
  world.log.info({ ...joined, method: step.method }, 'writing');
  const answer = await world.arm.write(step, body);
  if (answer.kind === 'refused') {
    world.log.warn({ ...joined, kind: answer.failure.kind, code: answer.failure.code }, 'write refused');
    return { end: refused(step, answer.failure, answer.arm, tries) };
  }
  const watched = { ...before, documents: { ...before.documents, ...fresh.documents } };
  return verify(world, lease, step, answer, watched, kept);
}

/** What the verdicts behind these changes were formed on beside the app itself, and may have been read some time ago. */
function documentsAround({ rules }: World, { kind }: Resource, wanted: readonly Wanted[]): DocumentName[] {
  const named = rules
    .filter(({ id }) => wanted.some(({ rule }) => rule.id === id))
    .flatMap(({ documents }) => documents)
    .filter((name) => documentOf(kind, name)?.shared === true);
  return [...new Set(named)];
}

/** The last look: a secret came to where this step writes, or stands in what it sends along. */
function redacted({ document }: PlanStep, places: readonly string[]): Ending {
  const text = sayHidden(places.map((place) => `${document} ${place}`));
  return notNow('blocked', text, 'redacted');
}

function refused(step: PlanStep, failure: ArmFailure, arm: Ending['arm'], tries: number): StepEnd {
  const lasts = failure.kind === 'busy' && tries >= BUSY_TRIES;
  if (isPassing(failure.kind) && !lasts) {
    const mayHaveCome = failure.kind === 'transient';
    return { state: 'later', seconds: failure.retryAfter ?? PAUSE_SECONDS, ...(mayHaveCome ? { mayHaveCome } : {}) };
  }
  const often = lasts ? ` ${tries} times, until an event or a sweep brings it back` : '';
  const text = `${step.method} ${step.path} was refused${often}: ${failure.code}: ${failure.message}`;
  const blocked = failure.kind === 'blocked' || lasts;
  const code = blocked ? 'blocked' : failure.kind === 'gone' ? 'gone' : 'invalid';
  return {
    state: blocked ? 'blocked' : 'failed',
    reasons: [{ code, text }],
    alsoMoved: [],
    arm,
    message: text,
    cause: failure.code,
  };
}
