// Sample entries of the log, exemptions, scans, dead letters, events and settings, typed as the API answers them.
import type * as z from 'zod';
import type { listedEvent } from '../../../src/api/endpoints/events.ts';
import type { DeadLetter, Exemption, Preview, Scan, Settings } from '../../../src/console/api/types.ts';
import type { AuditEntry } from '../../../src/domain/audit/audit.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import type { auditVerification } from '../../../src/workflows/ports/audit.ts';
import { GROUP, grace, hoursAgo, orders, portal } from './estate.ts';

export function entry(id: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    at: hoursAgo(2),
    kind: 'fix.applied',
    resource: portal,
    rule: 'webapp-min-tls',
    mode: 'autofix',
    operationId: 'op-1',
    approvalId: null,
    actor: { type: 'service', name: 'Plumbline' },
    trigger: {
      type: 'event',
      eventId: 'e1',
      operation: 'Microsoft.Web/sites/config/write',
      changedBy: grace,
      correlationId: 'c1',
    },
    changes: [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }],
    alsoMoved: [],
    reasons: [],
    arm: { requestId: 'r1', correlationId: 'c2', status: 200 },
    message: 'Written and verified.',
    chain: '03',
    seq: 41,
    prevHash: '0'.repeat(64),
    hash: 'f'.repeat(64),
    keyId: 'k1',
    signature: 'c2ln',
    ...more,
  };
}

export const entries: readonly AuditEntry[] = [
  entry('a1'),
  entry('a2', { kind: 'approval.requested', approvalId: '01A', rule: 'webapp-remote-debugging', seq: 42 }),
  entry('a3', { kind: 'approval.approved', approvalId: '01C', actor: { ...grace }, resource: orders, seq: 43 }),
  entry('a4', { kind: 'settings.changed', resource: null, rule: null, changes: [], arm: null, trigger: null, seq: 44 }),
];

export const verification: z.output<typeof auditVerification> = {
  valid: true,
  complete: true,
  entries: 431,
  verifiedTo: hoursAgo(0.1),
  publicKeys: [{ keyId: 'k1', publicKey: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=' }],
};

export const exemption: Exemption & { covers?: number } = {
  id: 'x1',
  scope: GROUP,
  rule: 'webapp-min-tls',
  owner: 'Team Shop',
  reason: 'An old partner client is replaced in January.',
  ticket: 'SHOP-12',
  expires: hoursAgo(-24 * 20),
  createdAt: hoursAgo(24 * 10),
  createdBy: grace,
  covers: 2,
};

export const scans: readonly Scan[] = [
  {
    id: 's1',
    scope: GROUP,
    status: 'running',
    found: 40,
    evaluated: 12,
    startedAt: hoursAgo(0.05),
    actor: grace,
    endedAt: null,
    progress: { found: 40, evaluated: 12, ratePerMinute: 4, secondsLeft: 420 },
  },
  {
    id: 's0',
    scope: '/subscriptions/00000000-0000-4000-8000-000000000001',
    status: 'done',
    found: 14,
    evaluated: 14,
    startedAt: hoursAgo(30),
    actor: grace,
    endedAt: hoursAgo(29.9),
    progress: { found: 14, evaluated: 14, ratePerMinute: 2.3, secondsLeft: null },
  },
];

export const deadLetter: DeadLetter = {
  id: 'd1',
  at: hoursAgo(5),
  queue: 'plumbline-reconcile',
  resource: orders,
  event: { id: 'e9' },
  reason: 'Azure Resource Manager answered 500 ten times.',
  message: { resource: orders.id },
};

export const event: z.output<typeof listedEvent> = {
  eventId: 'e1',
  operation: 'Microsoft.Web/sites/write',
  changedBy: grace,
  resource: portal.id,
  receivedAt: hoursAgo(2),
  outcome: 'evaluated',
  auditIds: ['a1'],
  reasons: [],
};

export const settings: Settings = {
  ...settingsSchema.parse({ mode: 'approve', scopes: [{ scope: GROUP, mode: 'autofix' }] }),
  stopped: null,
};

export const preview: Preview = {
  changes: [{ rule: 'webapp-min-tls', before: 'queue', after: 'fix', resources: 7 }],
  fixes: 9,
  restarts: 3,
  approvals: 20,
  approvalsCleared: 4,
  rollouts: [],
  exemptionsIdle: 0,
  holds: 0,
  budgetHours: 1,
  unknown: 0,
  items: [
    {
      resource: portal,
      rule: 'webapp-min-tls',
      severity: 'high',
      before: 'queue',
      after: 'fix',
      reasons: [{ code: 'mode-approve', text: 'Mode approve asks a person.' }],
    },
  ],
};
