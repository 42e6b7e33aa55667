/**
 * Resolves intents without an outcome in the log by a fresh read. The planned values mean applied. The old values mean
 * that the write may still be executed. Other values mean failed. Attempts with another status are only kept, so that
 * the next attempt at the same changes runs under their intent.
 */

import {
  type Attempt,
  attemptFrom,
  hasIntent,
  isUnresolved,
  type Outcome,
  outcomeOf,
  partialOutcome,
  type SignedAttempt,
} from '../../domain/approvals/attempt.ts';
import { digestIn } from '../../domain/approvals/digests.ts';
import type { AuditEntry } from '../../domain/audit/audit.ts';
import { type Change, compareToPlan } from '../../domain/changes/change.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { isProvisioned, type Snapshot } from '../../domain/resources/snapshot.ts';
import type { Deps } from '../ports/deps.ts';
import { attemptSubject, findOutcomeEntry, intentId, loggedResult, withLaterResult } from '../state/audit-records.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';

export interface Resolution {
  /** The stored attempts. Those that the log has ended, or the fresh read ends, have a result. */
  readonly attempts: readonly Attempt[];
  /** Azure still executes a write: reconcile again later. */
  readonly running: boolean;
}

export async function resolveIntents(
  context: Pick<ReconcileContext, 'deps' | 'resource' | 'state' | 'snapshot' | 'audit'>,
): Promise<Resolution> {
  const { deps, resource, state, snapshot, audit } = context;
  const stored = state.resourceState.attempts.map(attemptFrom);
  const attempts = await loadIntents(deps, resource, stored, isUnresolved);
  const open = attempts.filter((one) => hasIntent(one) && !one.result);
  if (open.length === 0) return { attempts, running: false };
  const urls = new Set(open.flatMap(({ operationUrls }) => operationUrls));
  const states = await Promise.all([...urls].map((url) => deps.arm.pollOperation(url)));
  if (!isProvisioned(snapshot) || states.some(({ kind }) => kind === 'running')) return { attempts, running: true };
  const resolve = (attempt: SignedAttempt): Attempt => {
    const outcome = outcomeFromRead(attempt, snapshot);
    return outcome ? withLaterResult(audit, attempt, outcome) : { ...attempt, operationUrls: [] };
  };
  return { attempts: attempts.map((one) => (hasIntent(one) && !one.result ? resolve(one) : one)), running: false };
}

/**
 * Compares the attempts selected by `isRelevant` with the log. After a crash between storing and logging an intent,
 * nothing was written: the attempt is dropped. An attempt whose outcome is in the log has ended, whatever the row
 * contains. The signed intent for this resource counts. A row that differs is logged.
 */
export async function loadIntents(
  deps: Pick<Deps, 'audit' | 'log'>,
  resource: Resource,
  attempts: readonly Attempt[],
  isRelevant: (attempt: Attempt) => boolean,
): Promise<Attempt[]> {
  const loaded = await Promise.all(
    attempts.map(async (attempt): Promise<Attempt[]> => {
      if (!isRelevant(attempt)) return [attempt];
      const entries = await deps.audit.listBySubject(attemptSubject(attempt));
      const intent = entries.find(({ id }) => id === intentId(attempt));
      if (!intent) return [];
      const digest = digestIn(intent.reasons);
      if (!isIntentOf(intent, resource, attempt) || digest === null) {
        const logFields = { resource: resource.id, operationId: attempt.operationId, auditId: intent.id };
        deps.log.warn(logFields, 'a stored attempt does not match the audit log; ignored');
        return [];
      }
      const end = findOutcomeEntry(entries, intent);
      const signed: SignedAttempt = { ...attempt, changes: intent.changes, digest, intent };
      return [end ? { ...signed, result: loggedResult(end) } : signed];
    }),
  );
  return loaded.flat();
}

function isIntentOf(intent: AuditEntry, resource: Resource, { purpose, operationId, rule }: Attempt): boolean {
  return (
    intent.kind === `${purpose}.intended` &&
    intent.resource?.id.toLowerCase() === resource.key &&
    intent.operationId === operationId &&
    intent.rule === rule.id
  );
}

/** The values from before the write are not stored: a row could not prove them. */
const NOT_COMPARED: Reason = {
  code: 'unread',
  text: 'A later look found it, so what else moved with the write is not known.',
};

function outcomeFromRead({ changes }: Attempt, snapshot: Snapshot): Outcome | null {
  switch (compareToPlan(changes, snapshot)) {
    case 'planned':
      return outcomeOf('applied', 'A later read shows the planned values.', [NOT_COMPARED]);
    case 'other': {
      const stateOf = (change: Change) => compareToPlan([change], snapshot);
      const part = changes.filter((change) => stateOf(change) === 'planned');
      // The process ended between two requests, or Azure asked to wait with the second one: the rest is planned again.
      const isIncomplete = part.length > 0 && changes.every((change) => stateOf(change) !== 'other');
      const text = isIncomplete
        ? 'A later read shows a part of the planned values.'
        : 'A later read shows neither the planned values nor those before.';
      const reasons = isIncomplete ? [NOT_COMPARED] : [{ code: 'not-verified' as const, text }];
      return partialOutcome(outcomeOf('failed', text, reasons), changes, part);
    }
    // The old values: the write was not sent, or does not show yet. Unread: nothing is known.
    default:
      return null;
  }
}
