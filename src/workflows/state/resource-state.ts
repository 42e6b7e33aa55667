/**
 * Changes the stored state of a resource outside a reconcile, and truncates it to the size of its row. What decides
 * about writes (intents, approvals, history, declined changes) has its own limits and is kept. Findings get the
 * remaining space and say when they are truncated. The list of findings has them complete.
 */
import type { Finding } from '../../domain/decisions/finding.ts';
import {
  MAX_DECLINED,
  MAX_HISTORY_TIMES,
  MAX_RESOURCE_STATE_SIZE,
  serializedSize,
  truncateText,
} from '../../domain/resources/limits.ts';
import { type Resource, viewOf } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import { retryOnConflict } from '../ports/storage.ts';

/** Saves nothing when the change returns its input. */
export async function updateResourceState(
  { resources }: Pick<Deps, 'resources'>,
  resource: Resource,
  change: (resourceState: ResourceState) => ResourceState,
): Promise<void> {
  await retryOnConflict(async () => {
    const { state, version } = await resources.loadState(resource);
    const resourceState = state ?? emptyResourceState(resource);
    const changed = change(resourceState);
    if (changed === resourceState) return;
    await resources.saveState(resource, truncateResourceState(changed), version);
  });
}

/** The state of a resource without a row. */
export function emptyResourceState(resource: Resource): ResourceState {
  return {
    resource: viewOf(resource),
    gone: false,
    evaluatedAt: null,
    fullyEvaluatedAt: null,
    trigger: null,
    documents: [],
    findings: [],
    listedAt: null,
    recheckAt: null,
    writers: [],
    writersTruncatedAt: null,
    compliantAt: {},
    unattributedSince: {},
    beforeFix: {},
    history: {},
    openApprovals: [],
    declined: {},
    attempts: [],
  };
}

export function truncateResourceState(resourceState: ResourceState): ResourceState {
  const { findings, ...others } = resourceState;
  const rest = {
    ...others,
    history: truncateHistory(others.history),
    declined: latestDeclined(others.declined),
  };
  const capacity = MAX_RESOURCE_STATE_SIZE - serializedSize(rest);
  if (serializedSize(findings) <= capacity) return { ...rest, findings };
  const shortened = findings.map(shortenFinding);
  return { ...rest, findings: serializedSize(shortened) <= capacity ? shortened : shortened.map(stripFinding) };
}

/** Maximum sizes in a shortened finding. */
const MAX_SHORT_REASON = 200;
const MAX_SHORT_SENTENCE = 80;
function shortenFinding({ decision, reason, changes, ...finding }: Finding): Finding {
  const note = changes.length === 0 ? '' : ' Its changes have no room here; the list of findings has them.';
  return {
    ...finding,
    reason: `${truncateText(reason, MAX_SHORT_REASON)}${note}`,
    changes: [],
    decision: decision && {
      ...decision,
      reasons: decision.reasons.map(({ code, text }) => ({ code, text: truncateText(text, MAX_SHORT_SENTENCE) })),
    },
  };
}

/** Keeps only what the next reconcile needs for its decisions. */
function stripFinding({ decision, basis: _basis, ...finding }: Finding): Finding {
  if (!decision) return { ...finding, decision };
  const reasons = decision.reasons.map(({ code }) => ({ code, text: '' }));
  return { ...finding, decision: { ...decision, reasons, ceilings: [] } };
}

/** The latest times of each rule, when those of all rules together exceed the limit. */
function truncateHistory(history: ResourceState['history']): ResourceState['history'] {
  const rules = Object.entries(history);
  if (rules.reduce((sum, [, { fixedAt }]) => sum + fixedAt.length, 0) <= MAX_HISTORY_TIMES) return history;
  const maximum = Math.floor(MAX_HISTORY_TIMES / rules.length);
  return Object.fromEntries(rules.map(([rule, one]) => [rule, { ...one, fixedAt: one.fixedAt.slice(-maximum) }]));
}

/** The latest declined changes. A dropped one is requested again. */
function latestDeclined(declined: ResourceState['declined']): ResourceState['declined'] {
  const all = Object.entries(declined).sort(([, a], [, b]) => (a.at < b.at ? 1 : -1));
  return Object.fromEntries(all.slice(0, MAX_DECLINED));
}
