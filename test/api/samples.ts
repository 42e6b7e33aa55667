/** Sample values as the stores hold them, with every member. */

import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { AuditRecord } from '../../src/domain/audit/audit.ts';
import type { Change } from '../../src/domain/changes/change.ts';
import type { Finding } from '../../src/domain/decisions/finding.ts';
import type { StoredEvent } from '../../src/workflows/ports/events.ts';
import type { ResourceState } from '../../src/workflows/ports/resource-states.ts';

export const GROUP = '/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/prod';
export const SHOP = `${GROUP}/providers/Microsoft.Web/sites/shop`;
export const shop = { id: SHOP, type: 'Microsoft.Web/sites', name: 'shop' };
export const bob = { objectId: 'bbbbbbbb-0000-4000-8000-000000000002', name: 'bob@example.com', type: 'user' } as const;
export const DIGEST = `sha256:${'a'.repeat(64)}`;

export const change: Change = { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' };
export const reason = { code: 'tier-risky', text: 'A person decides.' } as const;

export function approval(differs: Partial<Approval> = {}): Approval {
  return {
    id: 'approval-1',
    purpose: 'fix',
    status: 'pending',
    digest: DIGEST,
    resource: shop,
    rule: {
      id: 'webapp-min-tls',
      version: 1,
      title: 'Minimum TLS version',
      severity: 'high',
      risk: 'Old clients.',
      impact: 'restart',
      reversible: true,
    },
    changes: [change],
    preserved: [{ document: 'config/web', path: '/properties/cors', value: { allowedOrigins: [] } }],
    source: { bicep: "minTlsVersion: '1.2'", terraform: 'minimum_tls_version = "1.2"' },
    changedBy: bob,
    reasons: [reason],
    requestedAt: '2026-03-01T10:00:00.000Z',
    expiresAt: '2026-03-08T10:00:00.000Z',
    decision: null,
    supersededBy: null,
    moved: [],
    auditIds: ['audit-1'],
    outbox: [],
    ...differs,
  };
}

export function finding(differs: Partial<Finding> = {}): Finding {
  return {
    rule: 'webapp-min-tls',
    title: 'Minimum TLS version',
    severity: 'high',
    tier: 'safe',
    verdict: 'violation',
    reason: 'minTlsVersion is 1.0',
    resource: shop,
    changes: [change],
    references: [{ source: 'MCSB', id: 'DP-3' }],
    since: '2026-03-01T09:00:00.000Z',
    evaluatedAt: '2026-03-01T10:00:00.000Z',
    decision: { action: 'queue', until: null, reasons: [reason], ceilings: [], approvalId: 'approval-1' },
    ...differs,
  };
}

export function record(differs: Partial<AuditRecord> = {}): AuditRecord {
  return {
    id: 'audit-1',
    at: '2026-03-01T10:00:00.000Z',
    kind: 'fix.applied',
    resource: shop,
    rule: 'webapp-min-tls',
    mode: 'autofix',
    operationId: 'operation-1',
    approvalId: null,
    actor: { type: 'service' },
    trigger: { type: 'event', eventId: 'event-1', operation: 'Microsoft.Web/sites/write', changedBy: bob },
    changes: [change],
    alsoMoved: [],
    reasons: [],
    arm: { requestId: 'r', status: 200 },
    message: 'Applied.',
    ...differs,
  };
}

export function event(differs: Partial<StoredEvent> = {}): StoredEvent {
  return {
    event: {
      id: 'event-1',
      operation: 'Microsoft.Web/sites/write',
      eventTime: '2026-03-01T09:59:00.000Z',
      correlationId: 'c',
      changedBy: bob,
      appId: null,
    },
    resource: SHOP,
    receivedAt: '2026-03-01T09:59:30.000Z',
    outcome: 'evaluated',
    auditIds: ['audit-1'],
    reasons: [],
    ...differs,
  };
}

export function memory(differs: Partial<ResourceState> = {}): ResourceState {
  return {
    resource: shop,
    gone: false,
    evaluatedAt: '2026-03-01T10:00:00.000Z',
    fullyEvaluatedAt: null,
    trigger: { type: 'event', eventId: 'event-1', operation: 'Microsoft.Web/sites/write', changedBy: bob },
    documents: [{ name: 'config/web', status: 'read' }],
    findings: [finding()],
    listedAt: null,
    recheckAt: null,
    writers: [],
    writersTruncatedAt: null,
    compliantAt: {},
    unattributedSince: {},
    beforeFix: {},
    history: {},
    openApprovals: [],
    declined: {},
    attempts: [],
    ...differs,
  };
}
