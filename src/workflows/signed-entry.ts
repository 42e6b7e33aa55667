/** Entries of the log that may decide what is written: those that are as they were signed, whoever may write the tables. */
import type { AuditEntry } from '../domain/audit.ts';
import { parsePublicKey, sealFault } from '../domain/seal.ts';
import type { World } from './ports.ts';

/** The entry of this id; null when there is none, or none that a key of ours has signed. */
export async function signedEntry(
  { audit, log }: Pick<World, 'audit' | 'log'>,
  id: string,
): Promise<AuditEntry | null> {
  const entry = await audit.get(id);
  if (entry === null) return null;
  const keys = audit.publicKeys.flatMap(({ keyId, publicKey }) => parsePublicKey(`${keyId}:${publicKey}`) ?? []);
  const fault = sealFault(entry, keys);
  if (fault === null) return entry;
  log.error({ auditId: id, fault }, 'an entry of the audit log is not as it was signed');
  return null;
}
