/**
 * Facts that wait in a row until they are in the log. They are signed by the process that saw them happen: whoever may write
 * the row can hold one back, and cannot make one up.
 */
import type { AuditEntry, AuditFact, SealedFact } from '../domain/audit.ts';
import { wellFormed } from '../domain/json.ts';
import type { World } from './ports.ts';

export function sealFact({ audit }: Pick<World, 'audit'>, fact: AuditFact): SealedFact {
  return audit.sign(wellFormed(fact));
}

/** Records what waits, each once. What is not as it was signed is left out and named; `row` says where it stood. */
export async function recordSealed(
  { audit, log }: Pick<World, 'audit' | 'log'>,
  facts: readonly SealedFact[],
  row: Readonly<Record<string, string>>,
): Promise<AuditEntry[]> {
  const sound = facts.flatMap((sealed): AuditFact[] => {
    const fault = audit.fault(sealed);
    if (fault === null) return [unsealed(sealed)];
    log.error({ ...row, auditId: sealed.id, kind: sealed.kind, fault }, 'a fact in a row is not as it was signed');
    return [];
  });
  return sound.length === 0 ? [] : audit.append(sound);
}

/** The fact as it was before it was signed. */
export function unsealed({ keyId: _key, hash: _hash, signature: _signature, ...fact }: SealedFact): AuditFact {
  return fact;
}
