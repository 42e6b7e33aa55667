/**
 * Previews: what other settings or further exemptions would decide, from what is stored. Azure is not read, and only a
 * preview that is made in the background is stored itself.
 */
import { exemptionFor } from '../../domain/approvals/exemption.ts';
import type { RolloutsInForce } from '../../domain/approvals/rollout.ts';
import { type Preview, type PreviewInput, type PreviewItem, startPreview } from '../../domain/decisions/preview.ts';
import { DAY_MS, HOUR_MS, timeAfter } from '../../domain/resources/durations.ts';
import { truncateText } from '../../domain/resources/limits.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { outermost, type Reach, reachOf } from '../../domain/rules/effective.ts';
import { isStillStarted, type RolloutStart, rolloutStarts } from '../../domain/rules/rollout-starts.ts';
import type { Settings } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { ITEMS_PER_ROW, type PreviewRequest, type PreviewSummary, type StoredPreview } from '../ports/previews.ts';
import type { StoredSettings } from '../ports/settings.ts';
import { ConflictError, collect, type Page, type PageRequest, pagesOf, paginate } from '../ports/storage.ts';
import { DONE, type PreviewWork, type Result } from '../ports/work.ts';
import { loadSettings } from './change-settings.ts';
import { loadRollouts, ruleSetOf } from './load-rollouts.ts';

/** With more resources a preview is made in the background. */
const MAX_PREVIEWED_AT_ONCE = 10_000;

/** A preview that was made in the background is kept for so long. */
const KEPT_MS = DAY_MS;

/** A preview that was not made by then is not made: its message has failed too often. */
const MAX_DURATION_MS = HOUR_MS;

export function isKept({ createdAt }: StoredPreview, now: Date): boolean {
  return now.getTime() - Date.parse(createdAt) < KEPT_MS;
}

export function isOverdue({ createdAt, result }: StoredPreview, now: Date): boolean {
  return result === null && now.getTime() - Date.parse(createdAt) > MAX_DURATION_MS;
}

export interface Previewed {
  readonly summary: PreviewSummary;
  readonly items: Page<PreviewItem>;
  /** The settings in force that it was made against. */
  readonly settings: StoredSettings;
}

/** What is judged, by what, and against which settings. */
interface Situation {
  readonly input: PreviewInput;
  readonly settings: StoredSettings;
  /** The exemptions that are previewed. */
  readonly proposed: PreviewInput['after']['exemptions'];
}

/**
 * The preview with one page of its items; null when there are so many resources that it is to be made in the background.
 * Each page is computed anew. The position of a page is the number of its first item.
 */
export async function makePreview(deps: Deps, request: PreviewRequest, page: PageRequest): Promise<Previewed | null> {
  const situation = await loadSituation(deps, request);
  if (await isLarge(deps, situation.input.reach)) return null;
  const first = Number(page.after ?? 0);
  const items: PreviewItem[] = [];
  let found = 0;
  const summary = await judgeAll(deps, situation, async (item) => {
    if (found >= first && items.length < page.limit) items.push(item);
    found += 1;
  });
  const next = found > first + page.limit ? String(first + page.limit) : null;
  return { summary, items: { items, next }, settings: situation.settings };
}

/** Begins a preview in the background. Those that are not kept any more are removed. */
export async function beginPreview(deps: Deps, request: PreviewRequest): Promise<StoredPreview> {
  const now = deps.clock.now();
  await deps.previews.removeBefore(timeAfter(now, -KEPT_MS));
  const preview = { id: deps.previews.newId(now), request, createdAt: now.toISOString(), result: null };
  await deps.previews.save(preview, null);
  await deps.sweeps.send({ preview: preview.id, attempt: 0 }, 0);
  deps.log.info({ preview: preview.id, kind: request.kind }, 'preview begun');
  return preview;
}

/** Handles the message of a preview. Handling it twice changes nothing. */
export async function carryOutPreview(deps: Deps, { preview: id }: PreviewWork): Promise<Result> {
  const found = await deps.previews.get(id);
  if (!found || found.value.result !== null) return DONE;
  const situation = await loadSituation(deps, found.value.request);
  let [stored, waiting] = [0, [] as PreviewItem[]];
  const store = async () => {
    if (waiting.length > 0) await deps.previews.saveItems(id, stored, waiting);
    [stored, waiting] = [stored + waiting.length, []];
  };
  const summary = await judgeAll(deps, situation, async (item) => {
    waiting.push({ ...item, reasons: item.reasons.map(({ code, text }) => ({ code, text: shorten(text) })) });
    if (waiting.length === ITEMS_PER_ROW) await store();
  });
  await store();
  const result = { summary, items: stored, revision: situation.settings.revision };
  try {
    await deps.previews.save({ ...found.value, result }, found.version);
  } catch (error) {
    // Another instance handled the message, too.
    if (!(error instanceof ConflictError)) throw error;
  }
  deps.log.info({ preview: id, items: stored }, 'preview made');
  return DONE;
}

/** Fifty items fit one row, with any number of reasons. */
function shorten(text: string): string {
  return truncateText(text, MAX_STORED_TEXT);
}

const MAX_STORED_TEXT = 300;

async function loadSituation(deps: Deps, request: PreviewRequest): Promise<Situation> {
  const [settings, exemptions] = await Promise.all([
    loadSettings(deps),
    collect(paginate((page) => deps.exemptions.list(page))),
  ]);
  const rollouts = await loadRollouts(deps, settings);
  const before = { settings: settings.settings, exemptions, rollouts };
  const now = deps.clock.now();
  const proposed =
    request.kind === 'settings'
      ? []
      : request.exemptions.map((one, index) => ({
          ...one,
          id: `proposed-${index}`,
          createdAt: now.toISOString(),
          createdBy: { type: 'service' as const },
          removedAt: null,
          outbox: [],
        }));
  const after = {
    settings: request.kind === 'settings' ? request.settings : settings.settings,
    exemptions: [...exemptions, ...proposed],
    rollouts: request.kind === 'settings' ? rolloutsAfter(deps, before, request.settings) : rollouts,
  };
  const reach = request.kind === 'settings' ? reachOf(before.settings, after.settings) : reachOfExemptions(request);
  const { workspaceId, selfId } = deps.options;
  const input = { before, after, reach, now, selfId, rules: deps.rules, defaults: { workspaceId } };
  return { input, settings, proposed };
}

/** The roll-outs in force with other settings: those that go on, and those that start. */
function rolloutsAfter(
  deps: Deps,
  before: Pick<PreviewInput['before'], 'settings' | 'rollouts'>,
  settings: Settings,
): RolloutsInForce {
  const set = ruleSetOf(deps);
  const isStill = (one: RolloutStart) => isStillStarted(settings, one, set);
  const { open, starts } = before.rollouts;
  return {
    open: open.filter(isStill),
    starts: [...starts.filter(isStill), ...rolloutStarts(before.settings, settings, set)],
  };
}

function reachOfExemptions({ exemptions }: Extract<PreviewRequest, { kind: 'exemptions' }>): Reach {
  const scopes = outermost([...new Set(exemptions.map(({ scope }) => scope.toLowerCase()))]);
  return { scopes, rules: [...new Set(exemptions.map(({ rule }) => rule))].sort(), changedRules: [] };
}

/** Whether there are more resources than one request judges. The kept counts answer for the whole estate. */
async function isLarge(deps: Deps, { scopes }: Reach): Promise<boolean> {
  const counted = await deps.counts.readFindings();
  if (counted !== null && counted.resources <= MAX_PREVIEWED_AT_ONCE) return false;
  if (counted !== null && scopes === null) return true;
  let resources = 0;
  for (const scope of scopes ?? [null]) {
    for await (const items of pagesOf((page) => deps.previews.listEvaluated(scope, page), PAGE)) {
      resources += items.length;
      if (resources > MAX_PREVIEWED_AT_ONCE) return true;
    }
  }
  return false;
}

/** Judges what the request concerns, page by page, and gives each decision that changes to `take`. */
async function judgeAll(
  deps: Deps,
  { input, proposed }: Situation,
  take: (item: PreviewItem) => Promise<void>,
): Promise<PreviewSummary> {
  const preview = startPreview(input);
  const { reach, now, before } = input;
  const oldest = timeAfter(now, -before.settings.sweep.fullReadDays * DAY_MS).toISOString();
  const scopes = reach.scopes ?? [null];
  let covered = 0;
  for (const scope of mayAddRules(input) ? scopes : []) await judgeMissing(deps, preview, scope, take);
  for (const scope of scopes) {
    const query = { scope, rules: reach.rules, whole: reach.changedRules, before: oldest };
    for await (const findings of pagesOf((page) => deps.previews.listFindings(query, page), PAGE)) {
      for (const finding of findings) {
        if (isCovered(finding, proposed, now)) covered += 1;
        const item = preview.judge(finding);
        if (item) await take(item);
      }
    }
  }
  const totals = preview.totals();
  return proposed.length === 0 ? totals : { ...totals, covered };
}

/** What a page of findings may hold at most. */
const PAGE = 1000;

async function judgeMissing(
  { previews }: Deps,
  preview: Preview,
  scope: string | null,
  take: (item: PreviewItem) => Promise<void>,
): Promise<void> {
  for await (const resources of pagesOf((page) => previews.listEvaluated(scope, page), PAGE)) {
    for (const { resource, rules } of resources) {
      for (const item of preview.judgeMissing(resource, new Set(rules))) await take(item);
    }
  }
}

/** Whether the settings may bring a rule in that is not evaluated now: by a profile or by a setting of the rule. */
function mayAddRules({ before, after, reach: { changedRules } }: PreviewInput): boolean {
  const profiles = [before, after].map(({ settings }) =>
    JSON.stringify([settings.profile, settings.scopes.map(({ scope, profile }) => [scope, profile])]),
  );
  return changedRules.length > 0 || profiles[0] !== profiles[1];
}

function isCovered(
  { resource: { id }, rule, verdict }: Parameters<Preview['judge']>[0],
  proposed: Situation['proposed'],
  now: Date,
): boolean {
  const resource = verdict === 'violation' && proposed.length > 0 ? parseResourceId(id) : null;
  return resource !== null && exemptionFor(proposed, resource, rule, now) !== null;
}
