/**
 * Audit records that wait in a row until they are in the log. The instance that made them signs them. So whoever can
 * write the row can remove a record, and cannot forge one.
 */
import type { AuditEntry, AuditRecord, SealedRecord } from '../../domain/audit/audit.ts';
import { wellFormed } from '../../domain/resources/json.ts';
import type { Deps } from './deps.ts';

export function sealRecord({ audit }: Pick<Deps, 'audit'>, record: AuditRecord): SealedRecord {
  return audit.sign(wellFormed(record));
}

/**
 * Appends waiting records, each once. A record with an invalid seal is left out and logged. `row` names the row. `receipts`:
 * as in the audit log.
 */
export async function appendSealed(
  { audit, log }: Pick<Deps, 'audit' | 'log'>,
  records: readonly SealedRecord[],
  row: Readonly<Record<string, string>>,
  receipts: ReadonlyMap<string, string> = new Map(),
): Promise<AuditEntry[]> {
  const valid = records.flatMap((sealed): AuditRecord[] => {
    const fault = audit.sealFault(sealed);
    if (fault === null) return [unsealRecord(sealed)];
    log.error({ ...row, auditId: sealed.id, kind: sealed.kind, fault }, 'outbox record has an invalid seal');
    return [];
  });
  return valid.length === 0 ? [] : audit.append(valid, receipts);
}

/** The record without its seal. */
export function unsealRecord({
  keyId: _key,
  hash: _hash,
  signature: _signature,
  ...record
}: SealedRecord): AuditRecord {
  return record;
}

/** The waiting records with a valid seal. */
export function validRecords({ audit }: Deps, records: readonly SealedRecord[]): readonly SealedRecord[] {
  return records.filter((record) => audit.sealFault(record) === null);
}
