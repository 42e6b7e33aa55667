/**
 * Grants and removes exemptions. Each step is stored together with its audit record, then logged. Nothing is written
 * to Azure.
 */

import { digestIn } from '../../domain/approvals/digests.ts';
import {
  type Exemption,
  type ExemptionRequest,
  endOf,
  exemptionDigest,
  exemptionRecord,
  isInForce,
  renewalRecord,
} from '../../domain/approvals/exemption.ts';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { type AuditRecord, subjectKey, subjectKeyOf } from '../../domain/audit/audit.ts';
import type { Actor } from '../../domain/resources/principal.ts';
import type { Deps } from '../ports/deps.ts';
import { enqueue } from '../ports/enqueue.ts';
import { appendSealed, sealRecord, validRecords } from '../ports/outbox.ts';
import { ConflictError, pagesOf, retryOnConflict, type Versioned } from '../ports/storage.ts';

/**
 * The maximum number of resources that are requeued at once. The others show the exemption after their next reconcile.
 */
const MAX_REQUEUED = 100;

/** The maximum number of pages of findings that are searched, so that the number of requests is bounded. */
const MAX_PAGES = 10;

/** Grants an exemption and requeues its violations, so that open approvals for them are cleared. */
export async function grantExemption(deps: Deps, request: ExemptionRequest, actor: Actor): Promise<Exemption> {
  const exemption = await createExemption(deps, request, actor);
  await requeueViolations(deps, exemption);
  return exemption;
}

/**
 * Renews an exemption: it ends at another time, for another reason. Its violations are requeued, so that they show it. Throws
 * Refusal `not-found` when it is not in force, and `invalid` with the problems of `exemptionProblems`.
 */
export async function renewExemption(
  deps: Deps,
  id: string,
  renewal: Pick<ExemptionRequest, 'expires' | 'reason'>,
  actor: Actor,
): Promise<Exemption> {
  const { value, version } = await retryOnConflict(async () => {
    const now = deps.clock.now();
    const found = await deps.exemptions.get(id);
    if (!found || !isInForce(found.value, now)) throw notInForce();
    const changed = { ...found.value, ...renewal };
    const record = sealRecord(deps, renewalRecord(changed, now.toISOString(), actor));
    const renewed = { ...changed, outbox: [...found.value.outbox, record] };
    return { value: renewed, version: await deps.exemptions.save(renewed, found.version) };
  });
  await flushExemptionRecords(deps, { value, version });
  const { rule, scope, expires } = value;
  deps.log.info({ exemption: id, rule, scope, expires, by: actor.objectId }, 'exemption renewed');
  await requeueViolations(deps, value);
  return value;
}

async function requeueViolations(deps: Deps, { rule, scope }: ExemptionRequest): Promise<void> {
  const query = { verdict: 'violation' as const, rule, resource: scope };
  let [queued, pages] = [0, 0];
  for await (const found of pagesOf(({ after }) =>
    deps.findings.list(query, { limit: MAX_REQUEUED - queued, after }),
  )) {
    for (const { resource } of found) await enqueue(deps, resource);
    queued += found.length;
    pages += 1;
    if (queued >= MAX_REQUEUED || pages === MAX_PAGES) break;
  }
}

/** Stores and logs the exemption that a request asks for. */
export async function createExemption(deps: Deps, request: ExemptionRequest, actor: Actor): Promise<Exemption> {
  const exemption = newExemption(deps, request, actor);
  await storeExemption(deps, exemption);
  return exemption;
}

/** The exemption that a request asks for. It is not stored yet. */
export function newExemption(
  { exemptions, clock }: Pick<Deps, 'exemptions' | 'clock'>,
  request: ExemptionRequest,
  createdBy: Actor,
): Exemption {
  const now = clock.now();
  const createdAt = now.toISOString();
  return { ...request, id: exemptions.newId(now), createdAt, createdBy, removedAt: null, outbox: [] };
}

/** Stores and logs a new exemption. */
export async function storeExemption(deps: Deps, exemption: Exemption): Promise<void> {
  const { id, rule, scope, createdAt, createdBy } = exemption;
  const record = exemptionRecord(exemption, 'exemption.created', createdAt, createdBy);
  const value = { ...exemption, outbox: [sealRecord(deps, record)] };
  await flushExemptionRecords(deps, { value, version: await deps.exemptions.save(value, null) });
  deps.log.info({ exemption: id, rule, scope, by: createdBy.objectId }, 'exemption created');
}

/** Removes an exemption. Housekeeping requeues its resources. Throws Refusal `not-found` when none is in force. */
export async function removeExemption(deps: Deps, id: string, actor: Actor): Promise<void> {
  const { value, version } = await retryOnConflict(async () => {
    const now = deps.clock.now();
    const found = await deps.exemptions.get(id);
    if (!found || !isInForce(found.value, now)) throw notInForce();
    const record = sealRecord(deps, exemptionRecord(found.value, 'exemption.removed', now.toISOString(), actor));
    const removed = {
      ...found.value,
      removedAt: now.toISOString(),
      removedBy: actor,
      outbox: [...found.value.outbox, record],
    };
    return { value: removed, version: await deps.exemptions.save(removed, found.version) };
  });
  await flushExemptionRecords(deps, { value, version });
  deps.log.info({ exemption: id, rule: value.rule, scope: value.scope, by: actor.objectId }, 'exemption removed');
  try {
    await deps.exemptions.archive(endOf(value));
  } catch (error) {
    // Housekeeping does it, too.
    deps.log.warn({ exemption: id, error: String(error) }, 'an ended exemption is not in the list yet');
  }
}

function notInForce(): Refusal {
  return new Refusal('not-found', 'There is no exemption with this id in force.');
}

/** Logs the records in the outbox of an exemption. Repeating it is harmless. */
export async function flushExemptionRecords(deps: Deps, { value, version }: Versioned<Exemption>): Promise<void> {
  if (value.outbox.length === 0) return;
  await appendSealed(deps, value.outbox, { exemption: value.id });
  try {
    await deps.exemptions.save({ ...value, outbox: [] }, version);
  } catch (error) {
    // The instance that saved first also has these records.
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** How the row of an exemption differs from the log, as the end of a sentence; null when it does not. */
export async function findExemptionFault(deps: Deps, exemption: Exemption, now: Date): Promise<string | null> {
  const logged = await deps.audit.listBySubject(exemption.id);
  const findRecord = (kind: AuditRecord['kind'], records: readonly AuditRecord[]) =>
    records.find((record) => record.kind === kind);
  const records = [...logged, ...validRecords(deps, exemption.outbox).filter(({ id }) => isAbout(id, exemption))];
  // A renewal takes the place of what was granted before. Records that wait in the row are the newest.
  const byTime = logged.toSorted((a, b) => (a.at === b.at ? a.seq - b.seq : a.at < b.at ? -1 : 1));
  const created = [...byTime, ...records.slice(logged.length)].findLast(({ kind }) => kind === 'exemption.created');
  if (!created) return 'no entry of the log explains it';
  if (digestIn(created.reasons) !== exemptionDigest(exemption))
    return `it is not as it was granted by entry ${created.id}`;
  const end = findRecord('exemption.removed', logged) ?? findRecord('exemption.ended', logged);
  if (end && isInForce(exemption, now)) return `it is over by entry ${end.id}, and in force by its row`;
  if (exemption.removedAt !== null && !findRecord('exemption.removed', records)) {
    return 'its row says that it was taken back, and no entry of the log does';
  }
  return null;
}

function isAbout(recordId: string, { id }: Exemption): boolean {
  return subjectKeyOf(recordId) === subjectKey(id);
}
