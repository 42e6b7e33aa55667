/** Marks a resource in which a change has left a violation: the next sweep looks at it, whatever its rows say. */
import type { Finding } from '../../domain/decisions/finding.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** A sweep keeps what it found itself. A violation that is in the stored state was marked when it was found. */
export async function markForSweep(context: ReconcileContext, findings: readonly Finding[]): Promise<void> {
  const { deps, resource, message, startedAt, state } = context;
  const known = state.resourceState.findings.filter(isViolation).map(({ rule }) => rule);
  if (message.part || findings.filter(isViolation).every(({ rule }) => known.includes(rule))) return;
  await deps.sweepMarks.mark(resource, startedAt);
}

function isViolation({ verdict }: Finding): boolean {
  return verdict === 'violation';
}
