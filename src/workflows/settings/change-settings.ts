/** Loads and replaces the settings. A change is stored together with its audit records, then logged. */

import { digestReason } from '../../domain/approvals/digests.ts';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { type AuditKind, type AuditRecord, recordId, type SealedRecord } from '../../domain/audit/audit.ts';
import { auditRecord } from '../../domain/audit/record.ts';
import { type Actor, type Caller, type Person, serviceActor } from '../../domain/resources/principal.ts';
import type { Reason } from '../../domain/resources/reasons.ts';
import { normalizeId } from '../../domain/resources/resource.ts';
import { hasStages, MAX_STARTS, rolloutStarts, startsOfNewRules } from '../../domain/rules/rollout-starts.ts';
import { MAX_SCOPES, type Settings, settingsDigest, settingsSchema } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { appendSealed, sealRecord } from '../ports/outbox.ts';
import type { ChangeOfRollouts, StopInForce, StoredSettings } from '../ports/settings.ts';
import { retryOnConflict, StorageUnavailable, type Versioned } from '../ports/storage.ts';
import { ruleSetOf } from './load-rollouts.ts';

/**
 * The settings in force, always read from the store. Without stored settings: the defaults, in the mode of the
 * deployment.
 */
export async function loadSettings(deps: Deps): Promise<StoredSettings> {
  return settingsInForce(deps, (await deps.settings.load())?.value ?? null);
}

/** The settings in force when these are stored. */
export function settingsInForce(deps: Pick<Deps, 'options'>, stored: StoredSettings | null): StoredSettings {
  return stored ?? defaults(deps);
}

/** The same, but they may be some seconds old: for evaluations only, never for the last check before a write. */
export async function loadRecentSettings(deps: Deps): Promise<StoredSettings> {
  return (await deps.settings.loadRecent()) ?? defaults(deps);
}

/** The stop that these settings have, with who ordered it; null when nothing is stopped. */
export function stopIn({ settings: { stopped }, stoppedAt, stoppedBy }: StoredSettings): StopInForce | null {
  return stopped && { reason: stopped.reason, at: stoppedAt, by: stoppedBy };
}

export interface SettingsChange {
  readonly settings: Settings;
  /** The ETag that the user saw (`"3"`), or `*`. */
  readonly ifMatch: string;
  readonly actor: Required<Caller>;
}

/** Replaces the settings. Throws Refusal `settings-changed` when they are not those that the user saw. */
export async function changeSettings(deps: Deps, change: SettingsChange): Promise<StoredSettings> {
  let seen: number | null = null;
  return retryOnConflict(async () => {
    const found = await deps.settings.load();
    const before = found?.value ?? defaults(deps);
    // Housekeeping saves the row, too, and leaves the settings and their number as they are.
    seen ??= before.revision;
    const isSame = seen === before.revision && (change.ifMatch === '*' || change.ifMatch === etagOf(before));
    if (isSame) return replaceSettings(deps, found, change.settings, change.actor);
    const text = 'The settings have changed since you read them; read them again and repeat.';
    throw new Refusal('settings-changed', text);
  });
}

/** The service sets `stopped` itself, in the same way. It does nothing when the service is stopped already. */
export async function stopService(deps: Deps, reason: string): Promise<void> {
  const actor = serviceActor(await deps.arm.getIdentity());
  await retryOnConflict(async () => {
    const found = await deps.settings.load();
    const { settings } = found?.value ?? defaults(deps);
    if (settings.stopped !== null) return;
    await replaceSettings(deps, found, { ...settings, stopped: { reason } }, actor);
  });
}

/** Stops the automatic writes of a scope, as an operator could. It does nothing when the scope is stopped already. */
export async function stopAutomaticWrites(deps: Deps, scope: string, reason: string): Promise<void> {
  const actor = serviceActor(await deps.arm.getIdentity());
  await retryOnConflict(async () => {
    const found = await deps.settings.load();
    const { settings } = found?.value ?? defaults(deps);
    const isAt = (one: { readonly scope: string }) => normalizeId(one.scope).toLowerCase() === scope.toLowerCase();
    const present = settings.scopes.find(isAt);
    if (present?.stopped) return;
    const stopped = { ...(present ?? { scope }), stopped: { reason, automaticOnly: true as const } };
    const scopes = [...settings.scopes.filter((one) => !isAt(one)), stopped];
    if (scopes.length > MAX_SCOPES) return stopService(deps, reason);
    await replaceSettings(deps, found, { ...settings, scopes }, actor);
  });
}

/** The maximum number of audit records that wait in the row of the settings. */
const MAX_UNLOGGED = 6;

/** Throws ConflictError when the stored settings are not `found` any more. */
async function replaceSettings(
  deps: Deps,
  found: Versioned<StoredSettings> | null,
  settings: Settings,
  actor: Actor,
): Promise<StoredSettings> {
  const before = found?.value ?? defaults(deps);
  const unlogged = await flushOrCarry(deps, before);
  const isStop = settings.stopped !== null && before.settings.stopped === null;
  if (unlogged.length >= MAX_UNLOGGED && !isStop) {
    const text = `the log takes no entries, and ${unlogged.length} facts about settings wait for it already; only a stop is taken now`;
    throw new StorageUnavailable(text);
  }
  const revision = await findNextRevision(deps, before, unlogged);
  const now = deps.clock.now().toISOString();
  const seal = (record: AuditRecord) => sealRecord(deps, record);
  const stillStopped = before.settings.stopped?.reason === settings.stopped?.reason;
  const stored: StoredSettings = {
    settings,
    revision,
    stoppedAt: settings.stopped === null ? null : stillStopped ? before.stoppedAt : now,
    stoppedBy: settings.stopped === null ? null : stillStopped ? before.stoppedBy : personOf(actor),
    records: [...unlogged, ...recordsOf(before.settings, settings, { revision, at: now, actor }).map(seal)],
    ...rolloutsOf(deps, before, settings, { revision, at: now, by: actor }),
  };
  await deps.settings.save(stored, found?.version ?? null);
  await flushSettingsRecords(deps, stored);
  deps.log.info({ revision: stored.revision, mode: settings.mode, by: actor.objectId }, 'settings changed');
  return stored;
}

/**
 * The roll-outs that a change starts, beside those of earlier changes that have no rows yet. Without stages before and after
 * there is nothing to store. Throws Refusal `too-large`.
 */
function rolloutsOf(
  deps: Deps,
  before: StoredSettings,
  settings: Settings,
  change: Omit<ChangeOfRollouts, 'starts'>,
): Pick<StoredSettings, 'rollouts' | 'knownRules'> {
  const earlier = before.rollouts ?? [];
  if (before.rollouts === undefined && !hasStages(before.settings) && !hasStages(settings)) return {};
  const set = ruleSetOf(deps);
  const added = before.knownRules === undefined ? [] : startsOfNewRules(settings, before.knownRules, set);
  const changed = rolloutStarts(before.settings, settings, set);
  const starts = [...changed.filter(({ rule }) => added.every((one) => one.rule !== rule)), ...added];
  const rollouts = [...earlier, { ...change, starts }];
  const count = rollouts.reduce((sum, one) => sum + one.starts.length, 0);
  if (starts.length > 0 && count > MAX_STARTS) {
    const text = `These settings would start ${starts.length} roll-outs; at most ${MAX_STARTS} start at once. Change fewer scopes or rules at a time.`;
    throw new Refusal('too-large', text);
  }
  return { rollouts, ...(hasStages(settings) ? { knownRules: deps.rules.map(({ id }) => id) } : {}) };
}

function personOf({ objectId, name }: Actor): Person | null {
  return objectId === undefined || name === undefined ? null : { objectId, name };
}

export function etagOf({ revision }: Pick<StoredSettings, 'revision'>): string {
  return `"${revision}"`;
}

/** Logs the last change, when it is not in the log yet. */
export async function flushSettingsRecords(deps: Deps, { records, revision }: StoredSettings): Promise<void> {
  await appendSealed(deps, records, { settings: String(revision) });
}

/**
 * The first revision that the log does not have. Somebody may have replaced the row by an older version, removed it,
 * or raised its number. A gap in the numbers would hide that the settings before it are not the last.
 */
async function findNextRevision(
  { audit, log }: Deps,
  before: StoredSettings,
  unlogged: readonly SealedRecord[],
): Promise<number> {
  const isLogged = async (number: number) => (await audit.listBySubject(settingsSubject(number))).length > 0;
  let revision = before.revision + 1;
  try {
    if (before.revision > 0 && unlogged.length === 0 && !(await isLogged(before.revision))) revision = 1;
    while (await isLogged(revision)) revision += 1;
  } catch (error) {
    // A failure here must not prevent a stop.
    log.warn({ error: String(error) }, 'the log cannot be asked for the number of the settings');
  }
  return revision;
}

/** The subject of the audit records of a settings change. */
export function settingsSubject(revision: number): string {
  return `settings ${revision}`;
}

/**
 * The records of the last change that the log does not take now. They are stored again with this change, so that they
 * do not prevent a stop.
 */
async function flushOrCarry(deps: Deps, before: StoredSettings): Promise<readonly SealedRecord[]> {
  const { records } = before;
  if (records.length === 0) return [];
  try {
    await flushSettingsRecords(deps, before);
    return [];
  } catch (error) {
    deps.log.warn({ error: String(error) }, 'the last change of the settings is not in the log yet');
    return records;
  }
}

const DEFAULTS = settingsSchema.parse({});

function defaults(deps: Pick<Deps, 'options'>): StoredSettings {
  const settings = { ...DEFAULTS, mode: deps.options.mode };
  return { settings, revision: 0, stoppedAt: null, stoppedBy: null, records: [] };
}

/** The records of the change with this revision. */
function recordsOf(
  before: Settings,
  settings: Settings,
  { revision, at, actor }: { readonly revision: number; readonly at: string; readonly actor: Actor },
): AuditRecord[] {
  const record = (kind: AuditKind, message: string, reasons: readonly Reason[] = []) =>
    auditRecord({
      id: recordId(settingsSubject(revision), kind),
      at,
      kind,
      mode: settings.mode,
      actor,
      reasons,
      message,
    });
  const keys = Object.keys(settings).filter(
    (key) => JSON.stringify(settings[key as keyof Settings]) !== JSON.stringify(before[key as keyof Settings]),
  );
  const records = [
    record(
      'settings.changed',
      `Settings ${revision}: ${keys.length > 0 ? keys.join(', ') : 'nothing'} changed, mode ${settings.mode}.`,
      [digestReason(settingsDigest(settings))],
    ),
  ];
  const added = stopsOf(settings).filter((stop) => !stopsOf(before).includes(stop));
  const lifted = stopsOf(before).filter((stop) => !stopsOf(settings).includes(stop));
  if (added.length > 0) records.push(record('service.stopped', added.join(' ')));
  if (lifted.length > 0 && added.length === 0) {
    const isAll = settings.stopped === null && before.stopped !== null;
    records.push(record('service.resumed', isAll ? 'Resumed.' : `No longer: ${lifted.join(' ')}`));
  }
  return records;
}

/** The stops in force, as sentences. */
function stopsOf({ stopped, scopes }: Settings): string[] {
  return [
    ...(stopped === null ? [] : [`Stopped: ${stopped.reason}`]),
    ...scopes.flatMap((at) => (at.stopped ? [`Stopped in ${at.scope}: ${at.stopped.reason}`] : [])),
  ];
}
