/**
 * Executes a plan. This is the only code that writes to Azure. The order is: intent, fresh read, settings and
 * exemptions, write, verification, outcome.
 * The intent is stored and in the audit log before the first request. A request is not sent when its values changed
 * after the evaluation. Written values are read again until they show.
 */

import {
  type Attempt,
  hasIntent,
  type Outcome,
  outcomeOf,
  type SignedAttempt,
} from '../../domain/approvals/attempt.ts';
import { compareToPlan, type PreservedValue, valueAt } from '../../domain/changes/change.ts';
import { documentsToCompare } from '../../domain/changes/document-diff.ts';
import { bodyToSend, hiddenMessage, hiddenPaths, type PlanStep, planOf } from '../../domain/changes/plan-requests.ts';
import { type DocumentName, documentOf } from '../../domain/resources/documents.ts';
import { sameJson } from '../../domain/resources/json.ts';
import { bodyOf, type Snapshot } from '../../domain/resources/snapshot.ts';
import { isRetryable, type WriteResult } from '../ports/azure.ts';
import type { StoredEvent } from '../ports/events.ts';
import { intentRecord } from '../state/audit-records.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { type AppliedPlan, collectResults, type ExecutedStep, type StepOutcome } from './attempt-outcomes.ts';
import { checkBeforeWrite, notSent } from './check-before-write.ts';
import { verifyWrite } from './verify-write.ts';

type WriteContext = Pick<ReconcileContext, 'deps' | 'lease' | 'resource' | 'snapshot' | 'audit'>;

/**
 * After so many attempts (some minutes) a busy resource may stay busy until somebody acts. It is then treated as
 * blocked.
 */
const MAX_BUSY_ATTEMPTS = 12;

/**
 * Executes authorized attempts, which were saved before. Nothing else is written. `knownEvents`: the events that were
 * known when the plan was made.
 */
export async function applyPlan(
  context: WriteContext,
  attempts: readonly Attempt[],
  knownEvents: readonly StoredEvent[],
): Promise<AppliedPlan> {
  const { deps, resource, audit } = context;
  const intents = await deps.audit.append(attempts.map((attempt) => intentRecord(audit, attempt)));
  const signed = attempts
    .map((attempt, index): Attempt => ({ ...attempt, ...(intents[index] ? { intent: intents[index] } : {}) }))
    .filter(hasIntent);
  const steps: ExecutedStep[] = [];
  let { snapshot } = context;
  for (const step of planOf(resource, signed)) {
    // ARM asked to wait, or is busy: the other steps would get the same response.
    const isWaiting = steps.some(({ end }) => end === null || end.state === 'later');
    const done = isWaiting ? null : await executeStep(context, step, snapshot, knownEvents);
    snapshot = { ...snapshot, documents: { ...snapshot.documents, ...done?.snapshot?.documents } };
    steps.push({ step, end: done?.end ?? null });
  }
  return { snapshot, ...collectResults(context, signed, steps) };
}

/** One request, from the checks before the write to the values that show after it. */
async function executeStep(
  context: WriteContext,
  step: PlanStep<SignedAttempt>,
  before: Snapshot,
  knownEvents: readonly StoredEvent[],
): Promise<{ end: StepOutcome; snapshot?: Snapshot }> {
  const { deps, lease, resource, audit } = context;
  const attempts = step.attempts.map(({ attempt }) => attempt);
  const { eventId, correlationId } = audit.trigger;
  const operationId = [...new Set(attempts.map((one) => one.operationId))].join(' ');
  const logFields = { resource: resource.id, document: step.document, operationId, eventId, correlationId };
  const shared = sharedDocuments(context, attempts);
  const unread = documentsToCompare(resource.kind, step.document).filter((name) => !bodyOf(before, name));
  const names = [...new Set([step.document, ...shared, ...unread])];
  const fresh = await deps.arm.read(resource, names, { fresh: true });
  const now = compareToPlan(step.changes, fresh);
  if (now === 'unread') return { end: { state: 'later', seconds: deps.options.pauses.retrySeconds } };
  if (now === 'planned') {
    return { end: outcomeOf('applied', 'The planned values were there already.'), snapshot: fresh };
  }
  const preserved = attempts.flatMap((one) => one.preserved).filter(({ document }) => document === step.document);
  const isUnchanged = ({ path, value }: PreservedValue) =>
    sameJson(valueAt(bodyOf(fresh, step.document) ?? {}, path), value);
  const sharedChanged = shared.some((name) => !sameJson(bodyOf(before, name), bodyOf(fresh, name)));
  if (now === 'other' || sharedChanged || !preserved.every(isUnchanged)) {
    const text = 'The values moved between evaluation and write; nothing was written.';
    return { end: notSent('moved', text), snapshot: fresh };
  }
  const redacted = hiddenPaths(step, fresh);
  if (redacted.length > 0) return { end: redactedOutcome(step, redacted), snapshot: fresh };
  const body = bodyToSend(step, bodyOf(fresh, step.document) ?? {});
  await lease.renew();
  const forbidden = await checkBeforeWrite(context, attempts, knownEvents);
  if (forbidden) return { end: forbidden, snapshot: fresh };
  deps.log.info({ ...logFields, method: step.method }, 'writing');
  const answer = await deps.arm.write(step, body);
  if (answer.kind === 'refused') {
    deps.log.warn({ ...logFields, kind: answer.failure.kind, code: answer.failure.code }, 'write refused');
    return { end: refusedOutcome(step, answer, deps.options.pauses.retrySeconds) };
  }
  const baseline = { ...before, documents: { ...before.documents, ...fresh.documents } };
  return verifyWrite(context, { step, answer, before: baseline, preserved });
}

/** The shared documents that the rules of these changes read. They may come from the cache, so they are read again. */
function sharedDocuments({ deps, resource }: WriteContext, attempts: readonly Attempt[]): DocumentName[] {
  const names = deps.rules
    .filter(({ id }) => attempts.some(({ rule }) => rule.id === id))
    .flatMap(({ documents }) => documents)
    .filter((name) => documentOf(resource.kind, name)?.shared === true);
  return [...new Set(names)];
}

/** The outcome when the fresh read contains a secret at a path that this step writes or sends. */
function redactedOutcome({ document }: PlanStep, paths: readonly string[]): Outcome {
  const text = hiddenMessage(paths.map((path) => `${document} ${path}`));
  return notSent('blocked', text, 'redacted');
}

function refusedOutcome(
  { method, path, attempts }: PlanStep<SignedAttempt>,
  { failure, arm }: Extract<WriteResult, { kind: 'refused' }>,
  retrySeconds: number,
): StepOutcome {
  const number = Math.max(...attempts.map(({ attempt }) => attempt.number));
  const isPersistent = failure.kind === 'busy' && number >= MAX_BUSY_ATTEMPTS;
  if (isRetryable(failure.kind) && !isPersistent) {
    const mayHaveApplied = failure.kind === 'transient';
    return {
      state: 'later',
      seconds: failure.retryAfter ?? retrySeconds,
      ...(mayHaveApplied ? { mayHaveApplied } : {}),
    };
  }
  const note = isPersistent ? ` ${number} times, until an event or a sweep brings it back` : '';
  const text = `${method} ${path} was refused${note}: ${failure.code}: ${failure.message}`;
  const blocked = failure.kind === 'blocked' || isPersistent;
  const code = blocked ? 'blocked' : failure.kind === 'gone' ? 'gone' : 'invalid';
  return { ...outcomeOf(blocked ? 'blocked' : 'failed', text, [{ code, text }], failure.code), arm };
}
