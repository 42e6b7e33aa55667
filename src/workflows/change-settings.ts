/** Reading and replacing what operators choose. A change is stored together with its facts, then logged. */
import type { Person } from '../domain/approval.ts';
import { type AuditFact, factId } from '../domain/audit.ts';
import { Refusal } from '../domain/refusal.ts';
import { type Settings, settingsSchema } from '../domain/settings.ts';
import { StaleVersion, type StoredSettings, type World } from './ports.ts';

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
  const now = world.clock.now().toISOString();
  const stillStopped = before.settings.stopped?.reason === change.settings.stopped?.reason;
  const stored: StoredSettings = {
    settings: change.settings,
    revision: before.revision + 1,
    stoppedAt: change.settings.stopped === null ? null : stillStopped ? before.stoppedAt : now,
    stoppedBy: change.settings.stopped === null ? null : stillStopped ? before.stoppedBy : change.person,
    facts: [...(await unlogged(world, before)), ...factsOf(before.settings, change, before.revision + 1, now)],
  };
  try {
    await world.settings.save(stored, found?.version ?? null);
  } catch (error) {
    if (error instanceof StaleVersion) throw changed();
    throw error;
  }
  await world.audit.append(stored.facts);
  world.log.info(
    { revision: stored.revision, mode: stored.settings.mode, by: change.person.objectId },
    'settings changed',
  );
  return stored;
}

export function etagOf({ revision }: StoredSettings): string {
  return `"${revision}"`;
}

/** The facts of the last change that the log does not take now: they travel on, and keep nobody from pulling the stop. */
async function unlogged(world: World, { facts }: StoredSettings): Promise<readonly AuditFact[]> {
  if (facts.length === 0) return [];
  try {
    await world.audit.append(facts);
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
  before: Settings,
  { settings, person, personIsApp }: SettingsChange,
  revision: number,
  at: string,
): AuditFact[] {
  const fact = (kind: AuditFact['kind'], message: string): AuditFact => ({
    id: factId('settings', String(revision), kind),
    at,
    kind,
    resource: null,
    rule: null,
    mode: settings.mode,
    operationId: null,
    approvalId: null,
    actor: { type: personIsApp ? 'app' : 'user', ...person },
    trigger: null,
    changes: [],
    alsoMoved: [],
    reasons: [],
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
    ),
  ];
  if (settings.stopped !== null && before.stopped?.reason !== settings.stopped.reason) {
    facts.push(fact('service.stopped', `Stopped: ${settings.stopped.reason}`));
  }
  if (settings.stopped === null && before.stopped !== null) facts.push(fact('service.resumed', 'Resumed.'));
  return facts;
}
