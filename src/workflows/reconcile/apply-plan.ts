/**
 * Executes a plan. This is the only code that writes to Azure. The order is: intent, fresh read, settings and
 * exemptions, write, verification, outcome.
 * The intent is stored and in the audit log before the first request. A request is not sent when its values changed
 * after the evaluation. Written values are read again until they show.
 */

import type { ChangeSet } from '../../domain/approvals/change-set.ts';
import { digestReason } from '../../domain/approvals/digests.ts';
import { compareToPlan, type PreservedValue, valueAt } from '../../domain/changes/change.ts';
import { documentsToCompare } from '../../domain/changes/document-diff.ts';
import { bodyToSend, hiddenMessage, hiddenPaths, type PlanStep, planOf } from '../../domain/changes/plan-requests.ts';
import { type DocumentName, documentOf } from '../../domain/resources/documents.ts';
import { sameJson } from '../../domain/resources/json.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { bodyOf, type Snapshot } from '../../domain/resources/snapshot.ts';
import { type ArmFailure, isRetryable } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredEvent } from '../ports/events.ts';
import type { OpenOperation } from '../ports/resource-states.ts';
import type { Lease } from '../ports/work.ts';
import type { SignedAttempt } from '../state/attempts.ts';
import { type AuditContext, intentRecord, type Outcome } from '../state/audit-records.ts';
import { type ApplyResult, appliedOutcome, collectOutcomes, type StepOutcome } from './attempt-outcomes.ts';
import { checkBeforeWrite, notSent } from './check-before-write.ts';
import { isAttemptOf } from './plan-operations.ts';
import { verifyWrite } from './verify-write.ts';

/** The part of a plan that is executed. */
export interface PlannedWrites {
  readonly changeSets: readonly ChangeSet[];
  readonly operations: readonly OpenOperation[];
  /** The events that were known when the plan was made. */
  readonly events: readonly StoredEvent[];
}

interface StepContext {
  readonly context: AuditContext;
  readonly operationId: string;
  /** The highest attempt number of the changes in this step. */
  readonly attemptCount: number;
  /** The change sets that this step executes. */
  readonly changeSets: readonly ChangeSet[];
  /** The events that were known when the plan was made. */
  readonly knownEvents: readonly StoredEvent[];
}

/**
 * After so many attempts (some minutes) a busy resource may stay busy until somebody acts. It is then treated as
 * blocked.
 */
const MAX_BUSY_ATTEMPTS = 12;

/** Executes authorized change sets. `operations` contains them and was saved before. Nothing else is written. */
export async function applyPlan(
  deps: Deps,
  lease: Lease,
  resource: Resource,
  before: Snapshot,
  { changeSets, operations, events }: PlannedWrites,
  context: AuditContext,
): Promise<ApplyResult> {
  const planned = operations.flatMap(({ operationId, attempts }) =>
    attempts.flatMap((attempt) => {
      const changeSet = changeSets.find((one) => isAttemptOf(attempt, one));
      return changeSet
        ? [{ operationId, attempt, reasons: [...changeSet.reasons, digestReason(changeSet.digest)] }]
        : [];
    }),
  );
  const intents = await deps.audit.append(
    planned.map(({ operationId, attempt, reasons }) => intentRecord(context, operationId, attempt, reasons)),
  );
  const attempted = planned.flatMap(({ operationId, attempt }, index): SignedAttempt[] => {
    const intent = intents[index];
    return intent ? [{ operationId, attempt, intent }] : [];
  });
  const steps = planOf(
    resource,
    changeSets.flatMap(({ changes }) => changes),
    changeSets.flatMap(({ preserved }) => preserved),
  );
  let snapshot = before;
  const ends = new Map<PlanStep, StepOutcome>();
  for (const step of steps) {
    const ids = attempted.filter(({ attempt }) => attempt.changes.some((change) => step.changes.includes(change)));
    const operationId = [...new Set(ids.map((one) => one.operationId))].join(' ');
    const attemptCount = Math.max(...ids.map(({ attempt }) => attempt.attemptCount));
    const own = changeSets.filter(({ changes }) => changes.some((change) => step.changes.includes(change)));
    const stepContext = { context, operationId, attemptCount, changeSets: own, knownEvents: events };
    const done = await executeStep(deps, lease, resource, snapshot, step, stepContext);
    snapshot = { ...snapshot, documents: { ...snapshot.documents, ...done.snapshot?.documents } };
    ends.set(step, done.end);
    // ARM asked to wait, or is busy: the other steps would get the same response.
    if (done.end.state === 'later') break;
  }
  return collectOutcomes(operations, attempted, ends, steps, snapshot, context, deps.options.pauses.retrySeconds);
}

/** One request, from the checks before the write to the values that show after it. */
async function executeStep(
  deps: Deps,
  lease: Lease,
  resource: Resource,
  before: Snapshot,
  step: PlanStep,
  { context, operationId, attemptCount, changeSets, knownEvents }: StepContext,
): Promise<{ end: StepOutcome; snapshot?: Snapshot }> {
  const { eventId, correlationId } = context.trigger;
  const logFields = { resource: resource.id, document: step.document, operationId, eventId, correlationId };
  const shared = sharedDocuments(deps, resource, changeSets);
  const unread = documentsToCompare(resource.kind, step.document).filter((name) => !bodyOf(before, name));
  const names = [...new Set([step.document, ...shared, ...unread])];
  const fresh = await deps.arm.read(resource, names, { fresh: true });
  const now = compareToPlan(step.changes, fresh);
  if (now === 'unread') return { end: { state: 'later', seconds: deps.options.pauses.retrySeconds } };
  if (now === 'planned') return { end: appliedOutcome('The planned values were there already.'), snapshot: fresh };
  const preserved = changeSets.flatMap((one) => one.preserved).filter(({ document }) => document === step.document);
  const isUnchanged = ({ path, value }: PreservedValue) =>
    sameJson(valueAt(bodyOf(fresh, step.document) ?? {}, path), value);
  const sharedChanged = shared.some((name) => !sameJson(bodyOf(before, name), bodyOf(fresh, name)));
  if (now === 'other' || sharedChanged || !preserved.every(isUnchanged))
    return {
      end: notSent('moved', 'The values moved between evaluation and write; nothing was written.'),
      snapshot: fresh,
    };
  const redacted = hiddenPaths(step, fresh);
  if (redacted.length > 0) return { end: redactedOutcome(step, redacted), snapshot: fresh };
  const body = bodyToSend(step, bodyOf(fresh, step.document) ?? {});
  await lease.renew();
  const forbidden = await checkBeforeWrite(deps, resource, changeSets, knownEvents);
  if (forbidden) return { end: forbidden, snapshot: fresh };
  deps.log.info({ ...logFields, method: step.method }, 'writing');
  const answer = await deps.arm.write(step, body);
  if (answer.kind === 'refused') {
    deps.log.warn({ ...logFields, kind: answer.failure.kind, code: answer.failure.code }, 'write refused');
    return { end: refusedOutcome(step, answer.failure, answer.arm, attemptCount, deps.options.pauses.retrySeconds) };
  }
  const baseline = { ...before, documents: { ...before.documents, ...fresh.documents } };
  return verifyWrite(deps, lease, step, answer, baseline, preserved);
}

/** The shared documents that the rules of these changes read. They may come from the cache, so they are read again. */
function sharedDocuments({ rules }: Deps, { kind }: Resource, changeSets: readonly ChangeSet[]): DocumentName[] {
  const names = rules
    .filter(({ id }) => changeSets.some(({ rule }) => rule.id === id))
    .flatMap(({ documents }) => documents)
    .filter((name) => documentOf(kind, name)?.shared === true);
  return [...new Set(names)];
}

/** The outcome when the fresh read contains a secret at a path that this step writes or sends. */
function redactedOutcome({ document }: PlanStep, paths: readonly string[]): Outcome {
  const text = hiddenMessage(paths.map((path) => `${document} ${path}`));
  return notSent('blocked', text, 'redacted');
}

function refusedOutcome(
  step: PlanStep,
  failure: ArmFailure,
  arm: Outcome['arm'],
  attempts: number,
  retrySeconds: number,
): StepOutcome {
  const isPersistent = failure.kind === 'busy' && attempts >= MAX_BUSY_ATTEMPTS;
  if (isRetryable(failure.kind) && !isPersistent) {
    const mayHaveApplied = failure.kind === 'transient';
    return {
      state: 'later',
      seconds: failure.retryAfter ?? retrySeconds,
      ...(mayHaveApplied ? { mayHaveApplied } : {}),
    };
  }
  const note = isPersistent ? ` ${attempts} times, until an event or a sweep brings it back` : '';
  const text = `${step.method} ${step.path} was refused${note}: ${failure.code}: ${failure.message}`;
  const blocked = failure.kind === 'blocked' || isPersistent;
  const code = blocked ? 'blocked' : failure.kind === 'gone' ? 'gone' : 'invalid';
  return {
    state: blocked ? 'blocked' : 'failed',
    reasons: [{ code, text }],
    alsoMoved: [],
    arm,
    message: text,
    causeCode: failure.code,
  };
}
