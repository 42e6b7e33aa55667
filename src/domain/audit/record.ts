/** Makes audit records. */
import type { AuditRecord } from './audit.ts';

type Required = 'id' | 'at' | 'kind' | 'actor' | 'message';

/** What most records do not have. */
const NOTHING = {
  resource: null,
  rule: null,
  mode: null,
  operationId: null,
  approvalId: null,
  trigger: null,
  changes: [],
  alsoMoved: [],
  reasons: [],
  arm: null,
} satisfies Omit<AuditRecord, Required>;

/** A record with these members. The others are null or empty: they do not apply to it. */
export function auditRecord(members: Pick<AuditRecord, Required> & Partial<AuditRecord>): AuditRecord {
  return { ...NOTHING, ...members };
}
