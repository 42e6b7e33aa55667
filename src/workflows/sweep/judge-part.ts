/** Judges the listed resources of a partition by their rows, counts what looks have found, and stores what is new. */

import { type Evidence, isEvidenceIn, NO_EVIDENCE, provenUnder } from '../../domain/estate/evidence.ts';
import { fingerprintOf } from '../../domain/estate/fingerprint.ts';
import { rowsOfResource } from '../../domain/estate/listed-rows.ts';
import type { ResourceRows } from '../../domain/estate/row-documents.ts';
import { DAY_SECONDS, secondsBetween } from '../../domain/resources/durations.ts';
import { isInScope, type Resource } from '../../domain/resources/resource.ts';
import { type EffectiveRule, rulesFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredSettings } from '../ports/settings.ts';
import { retryOnConflict, type Versioned } from '../ports/storage.ts';
import { type AppToSave, newSweptApp, type SweptApp } from '../ports/sweeps.ts';
import { type Choice, chooseLook, LOOK_REASONS, type LookReason, reasonToLook } from './choose-looks.ts';
import { countComparison } from './comparisons.ts';
import type { ListedRows } from './list-rows.ts';
import type { Look, PartToList } from './listing.ts';
import type { Run } from './sweep-run.ts';

export interface PartToJudge {
  readonly asked: PartToList;
  readonly run: Run;
  readonly listed: ListedRows;
  /** What was stored of the resources of this partition. */
  readonly known: readonly Versioned<SweptApp>[];
}

/** The resources to look at, the most urgent first. */
export async function judgePart(deps: Deps, part: PartToJudge): Promise<Look[]> {
  const { asked, run, listed } = part;
  const { subscriptionId } = asked.list;
  const stored = await storedApps(deps, part);
  const [before, marks] = await Promise.all([deps.evidence.load(), deps.sweepMarks.list(subscriptionId)]);
  const counted = countAll(before?.value ?? NO_EVIDENCE, stored, deps.clock.now());
  const evidence = { isEvidence: isEvidenceIn(counted.evidence), provenUnder: provenUnder(counted.evidence) };
  const choice: Choice = { ...choiceOf(deps, asked.settings, run), ...evidence };
  const rulesOf = createRulesOf(deps, asked.settings);
  const looks: (Look & { readonly why: LookReason })[] = [];
  const toSave: AppToSave[] = [];
  for (const resource of listed.own.values()) {
    const found = stored.get(resource.key);
    const app = counted.apps.get(resource.key) ?? found?.value ?? newSweptApp(resource.id);
    const marked = marks.has(resource.key);
    const candidate = { resource, rules: rulesOf(resource), rows: rowsOfResource(resource, listed.rows), app, marked };
    const chosen = chooseLook(candidate, choice);
    const state = chosen.kind === 'compare' ? (await deps.resources.loadState(resource)).state : null;
    const why =
      chosen.kind === 'look' ? chosen.why : chosen.kind === 'skip' ? null : reasonToLook(chosen.verdicts, state);
    if (why !== null) looks.push({ id: resource.id, why, ...(marked ? { marked } : {}) });
    const next: SweptApp = {
      ...app,
      fingerprint: chosen.kind === 'compare' && why === null ? chosen.fingerprint : app.fingerprint,
      // What is not looked at was proven now, or before by the same evidence.
      provenUnder: why === null ? choice.provenUnder : app.provenUnder,
      listing: why === null ? null : listingOf(candidate, listed.listedAt),
    };
    if (isOther(found, next)) toSave.push({ app: next, version: found?.version ?? null });
  }
  await deps.sweepRuns.saveApps(subscriptionId, asked.part, toSave);
  // Afterwards: a comparison that was counted is no longer stored, so none is counted twice.
  if (counted.any) await saveEvidence(deps, before, counted.evidence, stored);
  return looks.sort((a, b) => LOOK_REASONS.indexOf(a.why) - LOOK_REASONS.indexOf(b.why));
}

/**
 * What is stored of the resources by key. When the estate was divided otherwise before, it is in the rows of the old
 * partitions that this one has resources of.
 */
async function storedApps(deps: Deps, { asked, run, known }: PartToJudge): Promise<Map<string, StoredApp>> {
  const { list, part } = asked;
  const found = new Map<string, StoredApp>();
  const old = run.value.before?.parts ?? part.of;
  if (old !== part.of) {
    const indexes = Array.from({ length: old }, (_, index) => index).filter(
      (index) => index % Math.min(old, part.of) === part.index % Math.min(old, part.of),
    );
    for (const index of indexes) {
      const apps = await deps.sweepRuns.listApps(list.subscriptionId, { index, of: old });
      for (const { value } of apps) found.set(value.id.toLowerCase(), { value, version: null });
    }
  }
  for (const app of known) found.set(app.value.id.toLowerCase(), app);
  return found;
}

interface StoredApp {
  readonly value: SweptApp;
  /** Null: it is not stored in this partition yet. */
  readonly version: string | null;
}

interface Counted {
  readonly evidence: Evidence;
  /** The resources whose comparison was counted, without it. */
  readonly apps: ReadonlyMap<string, SweptApp>;
  readonly any: boolean;
}

function countAll(before: Evidence, stored: ReadonlyMap<string, StoredApp>, now: Date): Counted {
  let evidence = before;
  const apps = new Map<string, SweptApp>();
  for (const [key, { value }] of stored) {
    if (value.comparison === null) continue;
    const counted = countComparison(evidence, value.comparison, now);
    evidence = counted.evidence;
    const fingerprint = counted.confirmed ? value.comparison.fingerprint : null;
    apps.set(key, { ...value, fingerprint, provenUnder: null, comparison: null });
  }
  return { evidence, apps, any: apps.size > 0 };
}

/** Another subscription may have counted meanwhile: then the comparisons are counted on top of that. */
async function saveEvidence(
  { evidence: store, clock }: Deps,
  before: Versioned<Evidence> | null,
  counted: Evidence,
  stored: ReadonlyMap<string, StoredApp>,
): Promise<void> {
  let [base, next] = [before, counted];
  await retryOnConflict(async () => {
    try {
      await store.save(next, base?.version ?? null);
    } catch (error) {
      base = await store.load();
      next = countAll(base?.value ?? NO_EVIDENCE, stored, clock.now()).evidence;
      throw error;
    }
  });
}

function listingOf(
  { rows, rules }: { rows: ResourceRows | null; rules: readonly EffectiveRule[] },
  listedAt: string,
): SweptApp['listing'] {
  if (rows === null) return null;
  return { fingerprint: fingerprintOf(rows, rules), listedAt, rows };
}

/** Whether what is stored has to be written: a resource that is skipped as before costs nothing. */
function isOther(stored: StoredApp | undefined, next: SweptApp): boolean {
  if (!stored || stored.version === null || next.listing !== null || stored.value.listing !== null) return true;
  const { fingerprint, provenUnder, comparison } = stored.value;
  return fingerprint !== next.fingerprint || provenUnder !== next.provenUnder || comparison !== next.comparison;
}

export function choiceOf(
  { clock }: Deps,
  { settings, revision }: StoredSettings,
  { value }: Run,
): Omit<Choice, 'isEvidence' | 'provenUnder'> {
  const { before, startedAt } = value;
  const sinceLast = before === null ? SIX_HOURS : secondsBetween(before.startedAt, startedAt);
  return {
    now: clock.now(),
    revision,
    fullReadDays: settings.sweep.fullReadDays,
    sweepSeconds: Math.min(DAY_SECONDS, Math.max(0, sinceLast)),
  };
}

/** The default of the schedule. */
const SIX_HOURS = DAY_SECONDS / 4;

/** The rules of a resource; resources of a kind in the same scopes of the settings share one list. */
function createRulesOf({ rules, options }: Deps, { settings }: StoredSettings) {
  const known = new Map<string, readonly EffectiveRule[]>();
  return (resource: Resource): readonly EffectiveRule[] => {
    const scopes = settings.scopes.flatMap(({ scope }, index) => (isInScope(resource.id, scope) ? [index] : []));
    const name = `${resource.kind} ${scopes.join()}`;
    const found = known.get(name) ?? rulesFor(settings, rules, resource, { workspaceId: options.workspaceId });
    known.set(name, found);
    return found;
  };
}
