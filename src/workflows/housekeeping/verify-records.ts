/**
 * Compares settings and exemptions with the log. They are trusted as stored, and every change of them is in the log.
 * So a value that no entry explains was changed outside the service.
 */

import { digestIn } from '../../domain/approvals/digests.ts';
import { exemptedUntil, MAX_EXEMPTION_DAYS } from '../../domain/approvals/exemption.ts';
import { type AuditRecord, recordId, subjectKey, subjectKeyOf } from '../../domain/audit/audit.ts';
import { DAY_MS, timeAfter } from '../../domain/resources/durations.ts';
import { settingsDigest } from '../../domain/rules/settings.ts';
import { findExemptionFault } from '../exemptions/grant-exemption.ts';
import type { AuditVerification } from '../ports/audit.ts';
import type { Deps } from '../ports/deps.ts';
import { validRecords } from '../ports/outbox.ts';
import { collect, paginate, StorageUnavailable } from '../ports/storage.ts';
import { settingsSubject } from '../settings/change-settings.ts';

/** Verifies the log, and the stored rows against it. */
export async function verifyRecords(deps: Deps): Promise<AuditVerification> {
  const verification = await deps.audit.verify();
  const reasons = await reportUnexplained(deps);
  if (reasons.length === 0) return verification;
  const before = verification.reason === undefined ? [] : [verification.reason];
  return { ...verification, valid: false, reason: [...before, ...reasons].join(' ') };
}

/** The unexplained rows, in sentences. Each is logged. */
export async function reportUnexplained(deps: Deps): Promise<readonly string[]> {
  const first = await findUnexplained(deps);
  // A change in progress is only half visible. It is explained at the second read.
  const second = first.length === 0 ? [] : await findUnexplained(deps);
  const found = first.filter((text) => second.includes(text));
  for (const reason of found.slice(0, MAX_REPORTED)) {
    deps.log.error({ reason }, 'settings or exemptions are not what the audit log says');
  }
  return found.length <= MAX_REPORTED
    ? found
    : [...found.slice(0, MAX_REPORTED), `There are ${found.length - MAX_REPORTED} more.`];
}

async function findUnexplained(deps: Deps): Promise<string[]> {
  return [...(await catchReadError(checkSettings(deps))), ...(await catchReadError(checkExemptions(deps)))];
}

/** The service does not write rows that it cannot read. */
async function catchReadError(work: Promise<string[]>): Promise<string[]> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StorageUnavailable) throw error;
    return [`${error instanceof Error ? error.message : error}.`];
  }
}

async function checkSettings(deps: Deps): Promise<string[]> {
  const { audit } = deps;
  const stored = (await deps.settings.load())?.value ?? null;
  const revision = stored?.revision ?? 0;
  const logged = (number: number) => audit.get(recordId(settingsSubject(number), 'settings.changed'));
  const later = await logged(revision + 1);
  if (later) {
    const what = stored ? `The stored settings are number ${revision}` : 'There are no stored settings';
    return [
      `${what}, but the log has a later change, entry ${later.id}: an older version was put back, or they were removed.`,
    ];
  }
  if (!stored) return [];
  const id = recordId(settingsSubject(revision), 'settings.changed');
  const record = (await logged(revision)) ?? validRecords(deps, stored.records).find((record) => record.id === id);
  if (!record) return [`No entry of the log explains the stored settings, number ${revision}.`];
  if (digestIn(record.reasons) === settingsDigest(stored.settings)) return [];
  return [`The stored settings, number ${revision}, are not those of entry ${id}.`];
}

async function checkExemptions(deps: Deps): Promise<string[]> {
  const { audit } = deps;
  const now = deps.clock.now();
  const from = timeAfter(now, -(MAX_EXEMPTION_DAYS + 1) * DAY_MS).toISOString();
  const entries = (kind: AuditRecord['kind']) => collect(paginate((page) => audit.list({ kind, from }, page)));
  // Read in the order of their life, so that an exemption that is granted or ends meanwhile is complete.
  const created = await entries('exemption.created');
  const stored = await collect(paginate((page) => deps.exemptions.list(page)));
  const ended = [...(await entries('exemption.ended')), ...(await entries('exemption.removed'))];
  const accounted = new Set([...stored.map(({ id }) => subjectKey(id)), ...ended.map(({ id }) => subjectKeyOf(id))]);
  const missing = created.filter((entry) => {
    const until = exemptedUntil(entry);
    return !accounted.has(subjectKeyOf(entry.id)) && until !== null && Date.parse(until) > now.getTime();
  });
  const found = missing.map(
    ({ id, message }) => `The row of an exemption is gone that is in force by entry ${id}. ${message}`,
  );
  for (let start = 0; start < stored.length; start += BATCH_SIZE) {
    const batch = stored.slice(start, start + BATCH_SIZE);
    const faults = await Promise.all(batch.map((one) => findExemptionFault(deps, one, now)));
    found.push(...faults.flatMap((fault, at) => (fault === null ? [] : [`Exemption ${batch[at]?.id}: ${fault}.`])));
  }
  return found;
}

const BATCH_SIZE = 16;

/** The maximum number of sentences in one report. */
const MAX_REPORTED = 10;
