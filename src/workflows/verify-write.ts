/**
 * After a write its leaves are read again, and the long-running operation waited for: the planned values mean applied,
 * the old ones after 30 s unknown, anything else failed. What else moved with it is named.
 */
import { type Change, standing, valueAt } from '../domain/change.ts';
import type { DocumentName } from '../domain/documents.ts';
import { sameJson } from '../domain/json.ts';
import type { PlanStep } from '../domain/plan.ts';
import { bodyOf, provisioningFinished, type Snapshot } from '../domain/snapshot.ts';
import { atMost } from './back-off.ts';
import type { Ending } from './facts-of.ts';
import { isPassing, type Lease, type OperationState, type World, type WriteAnswer } from './ports.ts';

/** How long the leaves are read again before their state is unknown. */
const VERIFY_SECONDS = 30;
/** How long one invocation waits for a long-running operation; a longer one is resumed by a later message. */
const OPERATION_SECONDS = 120;
const LOOK_AGAIN_SECONDS = 30;
/** What a write must not move along: the ways in, the identity, whether it runs. */
const WATCHED: readonly { document: DocumentName; path: string }[] = [
  { document: 'resource', path: '/properties/publicNetworkAccess' },
  { document: 'resource', path: '/identity' },
  { document: 'resource', path: '/properties/state' },
  { document: 'resource', path: '/properties/runningStatus' },
  { document: 'config/web', path: '/properties/publicNetworkAccess' },
];

export type Verified =
  | { readonly end: Ending; readonly snapshot: Snapshot }
  | { readonly end: { readonly state: 'later'; readonly seconds: number; readonly waitingFor: string } };

export async function verify(
  world: World,
  lease: Lease,
  step: PlanStep,
  answer: Exclude<WriteAnswer, { kind: 'refused' }>,
  before: Snapshot,
): Promise<Verified> {
  const common = { alsoMoved: [], arm: answer.arm, cause: '' };
  if (answer.kind === 'accepted') {
    const operation = await operationEnd(world, lease, answer.operation, answer.retryAfter);
    if (operation.kind === 'running') {
      const seconds = Math.max(LOOK_AGAIN_SECONDS, operation.retryAfter ?? 0);
      return { end: { state: 'later', seconds, waitingFor: answer.operation } };
    }
    if (operation.kind === 'refused') {
      const { code, message } = operation.failure;
      const text = `${step.method} ${step.path} was accepted and then failed: ${code}: ${message}`;
      const end = { ...common, state: 'failed' as const, reasons: [{ code: 'invalid' as const, text }], message: text };
      return { end, snapshot: await world.arm.read(before.resource, [step.document]) };
    }
  }
  let snapshot = before;
  for await (const fresh of looks(world, lease, step, before)) {
    snapshot = fresh;
    const now = standing(step.changes, snapshot);
    if (now === 'planned' && provisioningFinished(snapshot)) {
      const alsoMoved = movedAlong(step, before, snapshot);
      const message =
        alsoMoved.length > 0 ? 'Written and verified; something else moved with it.' : 'Written and verified.';
      return { end: { ...common, state: 'applied', reasons: moved(alsoMoved), alsoMoved, message }, snapshot };
    }
    // A part that does not show yet is not a wrong one: Azure may have taken no notice of it.
    if (step.changes.some((change) => standing([change], snapshot) === 'other')) {
      const text = 'The values read after the write are neither the planned ones nor those before.';
      return {
        end: { ...common, state: 'failed', reasons: [{ code: 'not-verified', text }], message: text },
        snapshot,
      };
    }
  }
  const text = `The planned values did not show within ${VERIFY_SECONDS} s; a later read decides.`;
  return { end: { ...common, state: 'unknown', reasons: [{ code: 'not-verified', text }], message: text }, snapshot };
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

function movedAlong(step: PlanStep, before: Snapshot, after: Snapshot): Change[] {
  return WATCHED.flatMap(({ document, path }) => {
    const was = bodyOf(before, document);
    const is = bodyOf(after, document);
    const wanted = step.changes.some((change) => change.document === document && change.path.startsWith(path));
    if (!was || !is || wanted) return [];
    const [from, to] = [valueAt(was, path), valueAt(is, path)];
    return sameJson(from, to) ? [] : [{ document, path, from, to }];
  });
}

function moved(alsoMoved: readonly Change[]): Ending['reasons'] {
  return alsoMoved.map(({ document, path }) => ({
    code: 'also-moved' as const,
    text: `${document} ${path} moved with the write.`,
  }));
}
