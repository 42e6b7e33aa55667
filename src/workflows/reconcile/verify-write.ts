/**
 * Reads the written values again and waits for a long-running operation. The planned values mean applied. The old
 * values after 30 s mean unknown. Other values mean failed. When Azure does not answer the reads, the attempt stays open.
 * Other changes are listed: in the written document, in the resource itself, and for a site in its configuration.
 */

import type { Outcome } from '../../domain/approvals/attempt.ts';
import { type Change, compareToPlan, type PreservedValue } from '../../domain/changes/change.ts';
import { documentsToCompare, unplannedChanges } from '../../domain/changes/document-diff.ts';
import type { PlanStep } from '../../domain/changes/plan-requests.ts';
import type { DocumentName } from '../../domain/resources/documents.ts';
import { jitterDown } from '../../domain/resources/jitter.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import { bodyOf, isConclusive, isProvisioned, type Snapshot } from '../../domain/resources/snapshot.ts';
import { isRetryable, type OperationState, type WriteResult } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';

/** How long one invocation waits for a long-running operation. A later message continues. */
const OPERATION_SECONDS = 120;
const OPERATION_RETRY_SECONDS = 30;

export const VERIFIED = 'Written and verified.';

/** `verifiedChanges`: the changes that show, when the step as a whole does not. */
export type VerifiedOutcome = Outcome & { readonly verifiedChanges?: readonly Change[] };

/** The request leaves its attempts open. `mayHaveApplied`: Azure may have executed it without telling so. */
export interface OpenOutcome {
  readonly state: 'later';
  readonly seconds: number;
  readonly operationUrl?: string;
  readonly mayHaveApplied?: true;
}

export type WriteVerification =
  | { readonly end: VerifiedOutcome; readonly snapshot: Snapshot }
  | { readonly end: OpenOutcome };

/** A request that Azure took. */
export interface WrittenStep {
  readonly step: PlanStep;
  readonly answer: Exclude<WriteResult, { kind: 'refused' }>;
  /** The documents to compare, before the request. */
  readonly before: Snapshot;
  /** The values that were sent unchanged with the changes. */
  readonly preserved: readonly PreservedValue[];
}

export async function verifyWrite(
  context: Pick<ReconcileContext, 'deps' | 'lease'>,
  { step, answer, before, preserved }: WrittenStep,
): Promise<WriteVerification> {
  const { deps } = context;
  const common = { alsoMoved: [], arm: answer.arm, causeCode: '' };
  const compared = documentsToCompare(before.resource.kind, step.document);
  const written = { changes: step.changes, preserved };
  if (answer.kind === 'accepted') {
    const operation = await waitForOperation(context, answer.operation, answer.retryAfter);
    if (operation.kind === 'running') {
      const seconds = Math.max(OPERATION_RETRY_SECONDS, operation.retryAfter ?? 0);
      return { end: { state: 'later', seconds, operationUrl: answer.operation } };
    }
    if (operation.kind === 'refused') {
      const { code, message } = operation.failure;
      const text = `${step.method} ${step.path} was accepted and then failed: ${code}: ${message}`;
      const snapshot = await deps.arm.read(before.resource, compared);
      const alsoMoved = unplannedChanges(compared, written, before, snapshot);
      const reasons = [{ code: 'invalid' as const, text }];
      return { end: { ...common, state: 'failed', reasons, alsoMoved, message: text }, snapshot };
    }
  }
  let last = { snapshot: before, wrong: false };
  for await (const snapshot of pollSnapshots(context, step, before)) {
    // A part that does not show yet is not wrong: Azure may have ignored it.
    last = { snapshot, wrong: step.changes.some((change) => compareToPlan([change], snapshot) === 'other') };
    if (last.wrong || isDone(step, snapshot)) break;
  }
  const snapshot = await readMissing(deps, last.snapshot, compared);
  if (compareToPlan(step.changes, snapshot) === 'unread' && !isConclusive(snapshot)) {
    return { end: { state: 'later', seconds: deps.options.pauses.retrySeconds, mayHaveApplied: true } };
  }
  const alsoMoved = unplannedChanges(compared, written, before, snapshot);
  const unread = compared.filter((name) => !bodyOf(before, name) || !bodyOf(snapshot, name)).map(notComparedReason);
  const shared = { ...common, alsoMoved };
  if (isDone(step, snapshot)) {
    return { end: { ...shared, state: 'applied', reasons: unread, message: VERIFIED }, snapshot };
  }
  const text = last.wrong
    ? 'The values read after the write are neither the planned ones nor those before.'
    : `The planned values did not show within ${deps.options.pauses.verifySeconds} s; a later read decides.`;
  const reasons = [{ code: 'not-verified' as const, text }, ...unread];
  const isVerified = (change: Change) => compareToPlan([change], snapshot) === 'planned' && isProvisioned(snapshot);
  const verified = step.changes.filter(isVerified);
  return {
    end: { ...shared, state: last.wrong ? 'failed' : 'unknown', reasons, message: text, verifiedChanges: verified },
    snapshot,
  };
}

function isDone({ changes }: PlanStep, snapshot: Snapshot): boolean {
  return compareToPlan(changes, snapshot) === 'planned' && isProvisioned(snapshot);
}

/** Reads the written documents again at growing intervals until the verification ends. */
async function* pollSnapshots(
  { deps, lease }: Pick<ReconcileContext, 'deps' | 'lease'>,
  step: PlanStep,
  before: Snapshot,
): AsyncGenerator<Snapshot> {
  const names = [...new Set<DocumentName>([step.document, 'resource'])];
  let waited = 0;
  for (let pause = 0.25; ; pause = Math.min(pause * 2, 5)) {
    yield await deps.arm.read(before.resource, names);
    if (waited + pause > deps.options.pauses.verifySeconds) return;
    const seconds = jitterDown(deps, pause);
    await deps.clock.sleep(seconds * 1000);
    await lease.renew();
    waited += seconds;
  }
}

/** The state of a long-running operation after the wait of one invocation. */
async function waitForOperation(
  { deps, lease }: Pick<ReconcileContext, 'deps' | 'lease'>,
  url: string,
  retryAfter: number | null,
): Promise<OperationState> {
  let requested = retryAfter;
  let waited = 0;
  for (let growing = 0.25; ; growing = Math.min(growing * 2, 5)) {
    const pause = requested ?? jitterDown(deps, growing);
    // The wait is longer than one invocation: a later message continues.
    if (waited + pause > OPERATION_SECONDS) return { kind: 'running', retryAfter: requested };
    await deps.clock.sleep(pause * 1000);
    await lease.renew();
    waited += pause;
    const state = await deps.arm.pollOperation(url);
    if (state.kind === 'ended') return state;
    // A failed poll says nothing about the operation.
    if (state.kind === 'refused' && !isRetryable(state.failure.kind)) return state;
    requested = state.kind === 'refused' ? state.failure.retryAfter : state.retryAfter;
  }
}

/** The snapshot, completed with the missing documents that can be read within a few seconds. */
async function readMissing(deps: Deps, snapshot: Snapshot, names: readonly DocumentName[]): Promise<Snapshot> {
  const missing = names.filter((name) => !snapshot.documents[name]);
  if (missing.length === 0) return snapshot;
  for (let pause = 1; ; pause *= 4) {
    const { documents } = await deps.arm.read(snapshot.resource, missing);
    const states = Object.entries(documents);
    if (pause <= 4 && states.some(([, state]) => state.status === 'failed' && state.retryable)) {
      await deps.clock.sleep(jitterDown(deps, pause) * 1000);
      continue;
    }
    // A document that could not be read does not replace the earlier one.
    const read = states.filter(([, { status }]) => status === 'read');
    return { ...snapshot, documents: { ...Object.fromEntries(read), ...snapshot.documents } };
  }
}

function notComparedReason(name: DocumentName): Reason {
  return { code: 'unread', text: `${name} was not read before and after the write, so what moved in it is not known.` };
}
