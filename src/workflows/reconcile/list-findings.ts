/**
 * Updates the list of findings. The state of the resource says when the list got its findings, so a look that finds the
 * same again sends nothing. Before the list changes, the state forgets that time. So after a crash in between, the next
 * look lists its findings again, also when they are those of the state.
 */

import type { Finding } from '../../domain/decisions/finding.ts';
import { HOUR_MS } from '../../domain/resources/durations.ts';
import { sameJson } from '../../domain/resources/json.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { truncateResourceState } from '../state/resource-state.ts';
import { isReadAnew } from './load-state.ts';

/** How long the listed findings keep their time of evaluation. */
const RELIST_MS = HOUR_MS;

/** The stored state of a resource as far as the list of findings depends on it. */
export interface SavedState extends Pick<ResourceState, 'listedAt'> {
  readonly version: string | null;
}

/** `fullyEvaluatedAt`: when every rule was last evaluated. Returns the state as it is saved now. */
export async function listFindings(
  { deps, resource, message, lease, state: { resourceState } }: ReconcileContext,
  findings: readonly Finding[],
  { fullyEvaluatedAt, ...saved }: SavedState & Pick<ResourceState, 'fullyEvaluatedAt'>,
): Promise<SavedState> {
  const now = deps.clock.now();
  // Who queued the resource may have found it in the list.
  const mayBeListed = !isReadAnew(message) && isListed(saved.listedAt, now) && !findings.some(isHeld);
  if (mayBeListed && isSame(findings, resourceState.findings)) return saved;
  const version =
    saved.listedAt === null
      ? saved.version
      : await lease.save(truncateResourceState({ ...resourceState, listedAt: null }), saved.version);
  await deps.findings.replace(resource, findings, fullyEvaluatedAt);
  return { version, listedAt: now.toISOString() };
}

function isListed(listedAt: string | null, now: Date): boolean {
  return listedAt !== null && now.getTime() - Date.parse(listedAt) < RELIST_MS;
}

/** Housekeeping searches for holds by the time of their evaluation. */
function isHeld({ decision }: Finding): boolean {
  return decision?.action === 'hold';
}

/** Whether only the time of the evaluation differs. Findings that were truncated in the state differ, too. */
function isSame(findings: readonly Finding[], before: readonly Finding[]): boolean {
  return (
    findings.length === before.length &&
    findings.every((one, index) => {
      const { evaluatedAt: _, ...last } = before[index] ?? one;
      return sameJson({ ...one, evaluatedAt: null }, last);
    })
  );
}
