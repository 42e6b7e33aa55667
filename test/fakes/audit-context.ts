/** The audit context of a sweep's reconcile of the shop. */
import type { SealedRecord } from '../../src/domain/audit/audit.ts';
import type { AuditContext } from '../../src/workflows/state/audit-records.ts';
import { SHOP } from './azure/resources.ts';

export const auditContext: AuditContext = {
  at: '2026-03-01T12:00:00.000Z',
  resource: { id: SHOP, type: 'Microsoft.Web/sites', name: 'shop' },
  mode: 'autofix',
  trigger: { type: 'sweep' },
  service: { type: 'service', name: 'Plumbline' },
  seal: (record): SealedRecord => ({ ...record, keyId: 'k1', hash: '', signature: '' }),
};
