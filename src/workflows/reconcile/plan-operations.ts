/** The operations that the attempts of a plan run under: stored ones without an outcome in the log, and new ones. */

import type { ChangeSet } from '../../domain/approvals/change-set.ts';
import type { Deps } from '../ports/deps.ts';
import type { Attempt, OpenOperation } from '../ports/resource-states.ts';
import type { AuditContext } from '../state/audit-records.ts';
import { isUnresolved, loadIntents } from './resolve-intents.ts';

/**
 * Unresolved attempts in `stored` were already compared with the log. Other attempts that are retried are compared
 * here.
 */
export async function planOperations(
  deps: Deps,
  stored: readonly OpenOperation[],
  changeSets: readonly ChangeSet[],
  context: AuditContext,
): Promise<OpenOperation[]> {
  const findChangeSet = (attempt: Attempt) => changeSets.find((one) => isAttemptOf(attempt, one));
  const needsIntent = (attempt: Attempt) => !isUnresolved(attempt.state) && findChangeSet(attempt) !== undefined;
  const { operations } = await loadIntents(deps, stored, context, needsIntent);
  const retried = operations.map((operation) => ({
    ...operation,
    attempts: operation.attempts.map((attempt): Attempt => {
      const changeSet = findChangeSet(attempt);
      return changeSet
        ? { ...attempt, changes: changeSet.changes, attemptCount: attempt.attemptCount + 1, state: 'open' }
        : attempt;
    }),
  }));
  const added = changeSets.filter(
    (changeSet) => !retried.some(({ attempts }) => attempts.some((one) => isAttemptOf(one, changeSet))),
  );
  const newId = deps.newId();
  const ids = new Set(added.map(({ operationId }) => operationId ?? newId));
  const started = [...ids].map((operationId) => ({
    operationId,
    startedAt: context.at,
    trigger: context.trigger,
    attempts: added.filter((changeSet) => (changeSet.operationId ?? newId) === operationId).map(firstAttempt),
    operationUrls: [],
  }));
  return [...retried, ...started];
}

/** Whether an attempt executes this change set, by the same decision. */
export function isAttemptOf(attempt: Attempt, { digest, approvalId }: ChangeSet): boolean {
  return attempt.digest === digest && attempt.approvalId === approvalId;
}

function firstAttempt({ rule, purpose, digest, changes, approvalId }: ChangeSet): Attempt {
  return {
    rule: rule.id,
    ruleVersion: rule.version,
    purpose,
    digest,
    changes,
    approvalId,
    attemptCount: 1,
    state: 'open',
  };
}
