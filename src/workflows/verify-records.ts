/**
 * Settings and exemptions are trusted as they are stored, and every change of them is in the log. So what no entry explains
 * was changed by somebody else, and whoever verifies the log is told.
 */
import { type AuditFact, factId, type SealedFact, subjectKey, subjectOf } from '../domain/audit.ts';
import { digestIn, settingsDigest } from '../domain/digests.ts';
import {
  type Exemption,
  exemptedUntil,
  exemptionDigest,
  isInForce,
  LONGEST_EXEMPTION_DAYS,
} from '../domain/exemption.ts';
import { settingsSubject } from './change-settings.ts';
import { everyItem, gathered } from './every-item.ts';
import { type AuditVerification, StorageUnavailable, type World } from './ports.ts';

/** The log, and what is stored against it. */
export async function verifyRecords(world: World): Promise<AuditVerification> {
  const verification = await world.audit.verify();
  const reasons = await tellUnexplained(world);
  if (reasons.length === 0) return verification;
  const before = verification.reason === undefined ? [] : [verification.reason];
  return { ...verification, valid: false, reason: [...before, ...reasons].join(' ') };
}

/** What is stored and not explained, in sentences; each is logged. */
export async function tellUnexplained(world: World): Promise<readonly string[]> {
  const first = await unexplained(world);
  // A change on its way is seen by half: what it explains is gone at a second look.
  const second = first.length === 0 ? [] : await unexplained(world);
  const found = first.filter((text) => second.includes(text));
  for (const reason of found.slice(0, MOST)) {
    world.log.error({ reason }, 'settings or exemptions are not what the audit log says');
  }
  return found.length <= MOST ? found : [...found.slice(0, MOST), `There are ${found.length - MOST} more.`];
}

async function unexplained(world: World): Promise<string[]> {
  return [...(await readable(ofSettings(world))), ...(await readable(ofExemptions(world)))];
}

/** A row that cannot be read is nothing that the service has written. */
async function readable(work: Promise<string[]>): Promise<string[]> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StorageUnavailable) throw error;
    return [`${error instanceof Error ? error.message : error}.`];
  }
}

async function ofSettings(world: World): Promise<string[]> {
  const { audit } = world;
  const stored = (await world.settings.load())?.value ?? null;
  const revision = stored?.revision ?? 0;
  const logged = (number: number) => audit.get(factId(settingsSubject(number), 'settings.changed'));
  const later = await logged(revision + 1);
  if (later) {
    const what = stored ? `The stored settings are number ${revision}` : 'There are no stored settings';
    return [
      `${what}, but the log has a later change, entry ${later.id}: an older version was put back, or they were removed.`,
    ];
  }
  if (!stored) return [];
  const id = factId(settingsSubject(revision), 'settings.changed');
  const known = (await logged(revision)) ?? waiting(world, stored.facts).find((fact) => fact.id === id);
  if (!known) return [`No entry of the log explains the stored settings, number ${revision}.`];
  if (digestIn(known.reasons) === settingsDigest(stored.settings)) return [];
  return [`The stored settings, number ${revision}, are not those of entry ${id}.`];
}

async function ofExemptions(world: World): Promise<string[]> {
  const { audit } = world;
  const now = world.clock.now();
  const from = new Date(now.getTime() - (LONGEST_EXEMPTION_DAYS + 1) * 86_400_000).toISOString();
  const entries = (kind: AuditFact['kind']) => gathered(everyItem((page) => audit.list({ kind, from }, page)));
  // In the order of their life: one that is granted or ends meanwhile is seen as a whole.
  const created = await entries('exemption.created');
  const stored = await gathered(everyItem((page) => world.exemptions.list(page)));
  const over = [...(await entries('exemption.ended')), ...(await entries('exemption.removed'))];
  const accounted = new Set([...stored.map(({ id }) => subjectKey(id)), ...over.map(({ id }) => subjectOf(id))]);
  const missing = created.filter((entry) => {
    const until = exemptedUntil(entry);
    return !accounted.has(subjectOf(entry.id)) && until !== null && Date.parse(until) > now.getTime();
  });
  const found = missing.map(
    ({ id, message }) => `The row of an exemption is gone that is in force by entry ${id}. ${message}`,
  );
  for (let start = 0; start < stored.length; start += AT_ONCE) {
    const some = stored.slice(start, start + AT_ONCE);
    const faults = await Promise.all(some.map((one) => exemptionFault(world, one, now)));
    found.push(...faults.flatMap((fault, at) => (fault === null ? [] : [`Exemption ${some[at]?.id}: ${fault}.`])));
  }
  return found;
}

/** Why the row of an exemption is not what the log says of it, in words that follow its name; null when it is. */
export async function exemptionFault(world: World, exemption: Exemption, now: Date): Promise<string | null> {
  const logged = await world.audit.about(exemption.id);
  const entry = (kind: AuditFact['kind'], among: readonly AuditFact[]) => among.find((fact) => fact.kind === kind);
  const told = [...logged, ...waiting(world, exemption.unlogged).filter(({ id }) => isAbout(id, exemption))];
  const created = entry('exemption.created', told);
  if (!created) return 'no entry of the log explains it';
  if (digestIn(created.reasons) !== exemptionDigest(exemption))
    return `it is not as it was granted by entry ${created.id}`;
  const end = entry('exemption.removed', logged) ?? entry('exemption.ended', logged);
  if (end && isInForce(exemption, now)) return `it is over by entry ${end.id}, and in force by its row`;
  if (exemption.removedAt !== null && !entry('exemption.removed', told)) {
    return 'its row says that it was taken back, and no entry of the log does';
  }
  return null;
}

function isAbout(factId: string, { id }: Exemption): boolean {
  return subjectOf(factId) === subjectKey(id);
}

/** Facts that wait in a row to be logged, as far as we signed them. */
function waiting({ audit }: World, facts: readonly SealedFact[]): readonly SealedFact[] {
  return facts.filter((fact) => audit.fault(fact) === null);
}

const AT_ONCE = 16;
/** How many are told at once. */
const MOST = 10;
