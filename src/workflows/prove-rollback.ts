/**
 * What a rollback writes is read from a row, which whoever may write tables can change; what the log says is signed. So a
 * rollback is carried out only when it is, value by value, the way back of a fix in the log.
 */
import type { Approval } from '../domain/approval.ts';
import { sameJson } from '../domain/json.ts';
import { parsePublicKey, sealFault } from '../domain/seal.ts';
import type { World } from './ports.ts';

/** Why this rollback is not the way back of a signed fix of the same rule on the same resource; null when it is. */
export async function unprovenRollback(
  { audit }: Pick<World, 'audit'>,
  { resource, rule, changes, auditIds: [fixId] }: Approval,
): Promise<string | null> {
  const fix = fixId === undefined ? null : await audit.get(fixId);
  if (fix?.kind !== 'fix.applied') return 'the log has no fix that it puts back';
  const keys = audit.publicKeys.flatMap(({ keyId, publicKey }) => parsePublicKey(`${keyId}:${publicKey}`) ?? []);
  const fault = sealFault(fix, keys);
  if (fault !== null) return `of the entry of the fix ${fault.replace(/^its/, 'the')}`;
  if (fix.rule !== rule.id || fix.resource?.id.toLowerCase() !== resource.id.toLowerCase()) {
    return 'the fix that it names is of another rule or resource';
  }
  const strange = changes.find(
    ({ document, path, to }) =>
      !fix.changes.some((one) => one.document === document && one.path === path && sameJson(one.from, to)),
  );
  return strange ? `the fix did not find that value at ${strange.document} ${strange.path}` : null;
}
