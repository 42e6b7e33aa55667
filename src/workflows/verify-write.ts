/**
 * After a write its leaves are read again, and the long-running operation waited for: the planned values mean applied,
 * the old ones after 30 s unknown, anything else failed. What else moved with it is named: in the document that was written,
 * the resource itself, and of a site also its configuration.
 */
import { type Change, type Kept, standing } from '../domain/change.ts';
import type { DocumentName } from '../domain/documents.ts';
import { comparedWith, movedAlong } from '../domain/moved.ts';
import type { PlanStep } from '../domain/plan.ts';
import type { Reason } from '../domain/reasons.ts';
import { bodyOf, provisioningFinished, type Snapshot } from '../domain/snapshot.ts';
import { atMost } from './back-off.ts';
import type { Ending } from './facts-of.ts';
import { isPassing, type Lease, type OperationState, type World, type WriteAnswer } from './ports.ts';

/** How long the leaves are read again before their state is unknown. */
const VERIFY_SECONDS = 30;
/** How long one invocation waits for a long-running operation; a longer one is resumed by a later message. */
const OPERATION_SECONDS = 120;
const LOOK_AGAIN_SECONDS = 30;

export const VERIFIED = 'Written and verified.';

/** `stands`: of a step that did not show as a whole, the changes that did. */
export type SeenEnding = Ending & { readonly stands?: readonly Change[] };

export type Verified =
  | { readonly end: SeenEnding; readonly snapshot: Snapshot }
  | { readonly end: { readonly state: 'later'; readonly seconds: number; readonly waitingFor: string } };

/** `before` holds the documents that are compared, `kept` what travelled with the changes. */
export async function verify(
  world: World,
  lease: Lease,
  step: PlanStep,
  answer: Exclude<WriteAnswer, { kind: 'refused' }>,
  before: Snapshot,
  kept: readonly Kept[],
): Promise<Verified> {
  const common = { alsoMoved: [], arm: answer.arm, cause: '' };
  const compared = comparedWith(before.resource.kind, step.document);
  const written = { changes: step.changes, kept };
  if (answer.kind === 'accepted') {
    const operation = await operationEnd(world, lease, answer.operation, answer.retryAfter);
    if (operation.kind === 'running') {
      const seconds = Math.max(LOOK_AGAIN_SECONDS, operation.retryAfter ?? 0);
      return { end: { state: 'later', seconds, waitingFor: answer.operation } };
    }
    if (operation.kind === 'refused') {
      const { code, message } = operation.failure;
      const text = `${step.method} ${step.path} was accepted and then failed: ${code}: ${message}`;
      const snapshot = await world.arm.read(before.resource, compared);
      const alsoMoved = movedAlong(compared, written, before, snapshot);
      const reasons = [{ code: 'invalid' as const, text }];
      return { end: { ...common, state: 'failed', reasons, alsoMoved, message: text }, snapshot };
    }
  }
  let last = { snapshot: before, wrong: false };
  for await (const snapshot of looks(world, lease, step, before)) {
    // A part that does not show yet is not a wrong one: Azure may have taken no notice of it.
    last = { snapshot, wrong: step.changes.some((change) => standing([change], snapshot) === 'other') };
    if (last.wrong || isDone(step, snapshot)) break;
  }
  const snapshot = await withDocuments(world, last.snapshot, compared);
  const alsoMoved = movedAlong(compared, written, before, snapshot);
  const unread = compared.filter((name) => !bodyOf(before, name) || !bodyOf(snapshot, name)).map(notCompared);
  const seen = { ...common, alsoMoved };
  if (isDone(step, snapshot)) {
    return { end: { ...seen, state: 'applied', reasons: unread, message: VERIFIED }, snapshot };
  }
  const text = last.wrong
    ? 'The values read after the write are neither the planned ones nor those before.'
    : `The planned values did not show within ${VERIFY_SECONDS} s; a later read decides.`;
  const reasons = [{ code: 'not-verified' as const, text }, ...unread];
  const shows = (change: Change) => standing([change], snapshot) === 'planned' && provisioningFinished(snapshot);
  const stands = step.changes.filter(shows);
  return { end: { ...seen, state: last.wrong ? 'failed' : 'unknown', reasons, message: text, stands }, snapshot };
}

function isDone({ changes }: PlanStep, snapshot: Snapshot): boolean {
  return standing(changes, snapshot) === 'planned' && provisioningFinished(snapshot);
}

/** Fresh reads of what was written, at growing distances, for the length of the verification. */
async function* looks(world: World, lease: Lease, step: PlanStep, before: Snapshot): AsyncGenerator<Snapshot> {
  const names = [...new Set<DocumentName>([step.document, 'resource'])];
  let waited = 0;
  for (let pause = 0.25; ; pause = Math.min(pause * 2, 5)) {
    yield await world.arm.read(before.resource, names);
    if (waited + pause > VERIFY_SECONDS) return;
    const seconds = atMost(world, pause);
    await world.clock.sleep(seconds * 1000);
    await lease.renew();
    waited += seconds;
  }
}

/** How a long-running operation stands after waiting for it as long as one invocation should. */
async function operationEnd(
  world: World,
  lease: Lease,
  url: string,
  retryAfter: number | null,
): Promise<OperationState> {
  let asked = retryAfter;
  let waited = 0;
  for (let growing = 0.25; ; growing = Math.min(growing * 2, 5)) {
    const pause = asked ?? atMost(world, growing);
    // Longer than one invocation should wait: a later message asks.
    if (waited + pause > OPERATION_SECONDS) return { kind: 'running', retryAfter: asked };
    await world.clock.sleep(pause * 1000);
    await lease.renew();
    waited += pause;
    const state = await world.arm.operation(url);
    if (state.kind === 'ended') return state;
    // A failure to ask says nothing about the operation.
    if (state.kind === 'refused' && !isPassing(state.failure.kind)) return state;
    asked = state.kind === 'refused' ? state.failure.retryAfter : state.retryAfter;
  }
}

/** The snapshot with these documents, as far as those that it does not have can be read within a few seconds. */
async function withDocuments(world: World, snapshot: Snapshot, names: readonly DocumentName[]): Promise<Snapshot> {
  const missing = names.filter((name) => !snapshot.documents[name]);
  if (missing.length === 0) return snapshot;
  for (let pause = 1; ; pause *= 4) {
    const { documents } = await world.arm.read(snapshot.resource, missing);
    const states = Object.entries(documents);
    if (pause <= 4 && states.some(([, state]) => state.status === 'failed' && state.passing)) {
      await world.clock.sleep(atMost(world, pause) * 1000);
      continue;
    }
    // What could not be read does not take the place of what the look before has read.
    const read = states.filter(([, { status }]) => status === 'read');
    return { ...snapshot, documents: { ...Object.fromEntries(read), ...snapshot.documents } };
  }
}

function notCompared(name: DocumentName): Reason {
  return { code: 'unread', text: `${name} was not read before and after the write, so what moved in it is not known.` };
}
