/** Marks a resource in which a change has left a violation: the next sweep looks at it, whatever its rows say. */
import type { Finding } from '../../domain/decisions/finding.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** A sweep keeps what it found itself. */
export async function markForSweep(context: ReconcileContext, findings: readonly Finding[]): Promise<void> {
  const { deps, resource, message, startedAt } = context;
  if (message.part || !findings.some(({ verdict }) => verdict === 'violation')) return;
  await deps.sweepMarks.mark(resource, startedAt);
}
