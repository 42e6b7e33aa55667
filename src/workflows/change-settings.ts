/** Reading and replacing what operators choose. A change is stored together with its facts, then logged. */
import type { Person } from '../domain/approval.ts';
import { type Actor, type AuditFact, factId, type SealedFact } from '../domain/audit.ts';
import { digestReason, settingsDigest } from '../domain/digests.ts';
import type { Reason } from '../domain/reasons.ts';
import { Refusal } from '../domain/refusal.ts';
import { type Settings, settingsSchema } from '../domain/settings.ts';
import { recordSealed, sealFact } from './outbox.ts';
import { StaleVersion, StorageUnavailable, type StoredSettings, type Versioned, type World } from './ports.ts';

/** The settings in force, always asked of the store; the defaults, in the deployment's mode, while nothing is stored. */
export async function currentSettings(world: World): Promise<StoredSettings> {
  return (await world.settings.load())?.value ?? defaults(world);
}

export interface SettingsChange {
  readonly settings: Settings;
  /** The ETag that the person saw (`"3"`), or `*`. */
  readonly ifMatch: string;
  readonly person: Person;
  readonly personIsApp: boolean;
}

/** Replaces the settings. Throws Refusal `settings-changed` when they are not those that the person saw. */
export async function changeSettings(world: World, change: SettingsChange): Promise<StoredSettings> {
  const found = await world.settings.load();
  const before = found?.value ?? defaults(world);
  const changed = () =>
    new Refusal('settings-changed', 'The settings have changed since you read them; read them again and repeat.');
  if (change.ifMatch !== '*' && change.ifMatch !== etagOf(before)) throw changed();
  const { person, personIsApp } = change;
  const actor: Actor = { type: personIsApp ? 'app' : 'user', ...person };
  try {
    return await replace(world, found, change.settings, actor, person);
  } catch (error) {
    if (error instanceof StaleVersion) throw changed();
    throw error;
  }
}

/** The service pulls its own stop switch, in the same way; one that is pulled already is left as it is. */
export async function stopService(world: World, reason: string): Promise<void> {
  const { objectId } = await world.arm.identity();
  const itself = objectId === null ? null : { objectId, name: 'Plumbline' };
  for (;;) {
    const found = await world.settings.load();
    const { settings } = found?.value ?? defaults(world);
    if (settings.stopped !== null) return;
    try {
      const actor: Actor = { type: 'service', name: 'Plumbline', ...itself };
      await replace(world, found, { ...settings, stopped: { reason } }, actor, itself);
      return;
    } catch (error) {
      // Somebody changed the settings meanwhile: what they are now counts.
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}

/** They wait in the row of the settings. */
const MOST_UNLOGGED = 6;

/** Throws StaleVersion when the settings are no longer those that were found. */
async function replace(
  world: World,
  found: Versioned<StoredSettings> | null,
  settings: Settings,
  actor: Actor,
  by: Person | null,
): Promise<StoredSettings> {
  const before = found?.value ?? defaults(world);
  const waiting = await unlogged(world, before);
  const stops = settings.stopped !== null && before.settings.stopped === null;
  if (waiting.length >= MOST_UNLOGGED && !stops) {
    const text = `the log takes no entries, and ${waiting.length} facts about settings wait for it already; only a stop is taken now`;
    throw new StorageUnavailable(text);
  }
  const revision = await nextRevision(world, before, waiting);
  const now = world.clock.now().toISOString();
  const stillStopped = before.settings.stopped?.reason === settings.stopped?.reason;
  const stored: StoredSettings = {
    settings,
    revision,
    stoppedAt: settings.stopped === null ? null : stillStopped ? before.stoppedAt : now,
    stoppedBy: settings.stopped === null ? null : stillStopped ? before.stoppedBy : by,
    facts: [...waiting, ...factsOf(world, before.settings, settings, actor, revision, now)],
  };
  await world.settings.save(stored, found?.version ?? null);
  await logSettings(world, stored);
  world.log.info({ revision: stored.revision, mode: settings.mode, by: actor.objectId }, 'settings changed');
  return stored;
}

export function etagOf({ revision }: StoredSettings): string {
  return `"${revision}"`;
}

/** Logs the last change, if it is not in the log yet. */
export async function logSettings(world: World, { facts, revision }: StoredSettings): Promise<void> {
  await recordSealed(world, facts, { settings: String(revision) });
}

/**
 * The first number that the log does not know: somebody may have put an older version of the row back, or removed it, or
 * raised its number. A gap in the numbers would hide that the settings before it are not the last.
 */
async function nextRevision(
  { audit, log }: World,
  before: StoredSettings,
  waiting: readonly SealedFact[],
): Promise<number> {
  const isKnown = async (number: number) => (await audit.about(settingsSubject(number))).length > 0;
  let revision = before.revision + 1;
  try {
    if (before.revision > 0 && waiting.length === 0 && !(await isKnown(before.revision))) revision = 1;
    while (await isKnown(revision)) revision += 1;
  } catch (error) {
    // It keeps nobody from pulling the stop.
    log.warn({ error: String(error) }, 'the log cannot be asked for the number of the settings');
  }
  return revision;
}

/** What the facts of a change of the settings are about. */
export function settingsSubject(revision: number): string {
  return `settings ${revision}`;
}

/** The facts of the last change that the log does not take now: they travel on, and keep nobody from pulling the stop. */
async function unlogged(world: World, before: StoredSettings): Promise<readonly SealedFact[]> {
  const { facts } = before;
  if (facts.length === 0) return [];
  try {
    await logSettings(world, before);
    return [];
  } catch (error) {
    world.log.warn({ error: String(error) }, 'the last change of the settings is not in the log yet');
    return facts;
  }
}

function defaults(world: World): StoredSettings {
  const settings = { ...settingsSchema.parse({}), mode: world.options.mode };
  return { settings, revision: 0, stoppedAt: null, stoppedBy: null, facts: [] };
}

function factsOf(
  world: World,
  before: Settings,
  settings: Settings,
  actor: Actor,
  revision: number,
  at: string,
): SealedFact[] {
  const fact = (kind: AuditFact['kind'], message: string, reasons: readonly Reason[] = []) =>
    sealFact(world, {
      id: factId(settingsSubject(revision), kind),
      at,
      kind,
      resource: null,
      rule: null,
      mode: settings.mode,
      operationId: null,
      approvalId: null,
      actor,
      trigger: null,
      changes: [],
      alsoMoved: [],
      reasons,
      arm: null,
      message,
    });
  const keys = Object.keys(settings).filter(
    (key) => JSON.stringify(settings[key as keyof Settings]) !== JSON.stringify(before[key as keyof Settings]),
  );
  const facts = [
    fact(
      'settings.changed',
      `Settings ${revision}: ${keys.length > 0 ? keys.join(', ') : 'nothing'} changed, mode ${settings.mode}.`,
      [digestReason(settingsDigest(settings))],
    ),
  ];
  if (settings.stopped !== null && before.stopped?.reason !== settings.stopped.reason) {
    facts.push(fact('service.stopped', `Stopped: ${settings.stopped.reason}`));
  }
  if (settings.stopped === null && before.stopped !== null) facts.push(fact('service.resumed', 'Resumed.'));
  return facts;
}
