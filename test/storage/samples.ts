/** Sample values of the stored types; a test sets the members that matter to it. */

import type { Approval } from '../../src/domain/approvals/approval.ts';
import { type AuditRecord, parseAuditKeys, recordId, type SealedRecord } from '../../src/domain/audit/audit.ts';
import { seal } from '../../src/domain/audit/seal.ts';
import type { Finding } from '../../src/domain/decisions/finding.ts';
import { parseResourceId, type Resource, viewOf } from '../../src/domain/resources/resource.ts';
import type { StoredEvent } from '../../src/workflows/ports/events.ts';
import type { ResourceState } from '../../src/workflows/ports/resource-states.ts';

export const auditKeys = parseAuditKeys(
  `k2:${Buffer.alloc(32, 2).toString('base64')},k1:${Buffer.alloc(32, 1).toString('base64')}`,
);
export const strangerKeys = parseAuditKeys(`k9:${Buffer.alloc(32, 9).toString('base64')}`);

export const SUBSCRIPTION = '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590';

export function app(name: string, group = 'Shop'): Resource {
  const resource = parseResourceId(`${SUBSCRIPTION}/resourceGroups/${group}/providers/Microsoft.Web/sites/${name}`);
  if (!resource) throw new Error(`${name} makes no resource id`);
  return resource;
}

/** A time of one day in March, so many seconds after noon. */
export function time(seconds: number): string {
  return new Date(Date.UTC(2026, 2, 1, 12, 0, seconds)).toISOString();
}

/** As it waits in the outbox of a row. */
export function sealedRecord(...of: Parameters<typeof record>): SealedRecord {
  return seal(record(...of), auditKeys.signing);
}

export function record(of: Resource | null, what: string, more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    id: recordId(of?.key ?? 'service', what),
    at: time(0),
    kind: 'fix.applied',
    resource: of && viewOf(of),
    rule: 'webapp-min-tls',
    mode: 'autofix',
    operationId: null,
    approvalId: null,
    actor: { type: 'service' },
    trigger: { type: 'event', eventId: 'e1', operation: 'Microsoft.Web/sites/write' },
    changes: [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }],
    alsoMoved: [],
    reasons: [],
    arm: { requestId: 'r1', status: 200 },
    message: `Fixed ${what}.`,
    ...more,
  };
}

export function event(id: string, of: Resource | null, receivedAt = time(0)): StoredEvent {
  return {
    event: {
      id,
      operation: 'Microsoft.Web/sites/write',
      eventTime: time(-5),
      correlationId: null,
      changedBy: { objectId: '11111111-1111-1111-1111-111111111111', name: 'kim@contoso.com', type: 'user' },
      appId: null,
    },
    resource: of?.id ?? null,
    receivedAt,
    outcome: null,
    auditIds: [],
    reasons: [],
  };
}

export function finding(of: Resource, rule: string, more: Partial<Finding> = {}): Finding {
  return {
    rule,
    title: 'TLS 1.2 or later',
    severity: 'high',
    tier: 'safe',
    verdict: 'violation',
    reason: 'The app accepts TLS 1.0.',
    resource: viewOf(of),
    changes: [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }],
    references: [{ source: 'MCSB', id: 'DP-3' }],
    since: time(0),
    evaluatedAt: time(0),
    decision: {
      action: 'queue',
      until: null,
      reasons: [{ code: 'tier-risky', text: 'A person decides.' }],
      ceilings: [],
    },
    ...more,
  };
}

export function approval(id: string, of: Resource, more: Partial<Approval> = {}): Approval {
  return {
    id,
    purpose: 'fix',
    status: 'pending',
    digest: `sha256:${'0'.repeat(64)}`,
    resource: viewOf(of),
    rule: {
      id: 'webapp-cors-wildcard',
      version: 1,
      title: 'No wildcard in CORS',
      severity: 'high',
      risk: 'A page that relies on it stops working.',
      impact: 'traffic',
      reversible: true,
    },
    changes: [{ document: 'config/web', path: '/properties/cors/allowedOrigins', from: ['*'], to: [] }],
    preserved: [],
    source: { bicep: '…', terraform: '…' },
    changedBy: null,
    reasons: [],
    requestedAt: time(0),
    expiresAt: time(3600),
    decision: null,
    supersededBy: null,
    moved: [],
    auditIds: [],
    outbox: [],
    ...more,
  };
}

export function memory(of: Resource, more: Partial<ResourceState> = {}): ResourceState {
  return {
    resource: viewOf(of),
    gone: false,
    evaluatedAt: null,
    fullyEvaluatedAt: null,
    trigger: null,
    documents: [],
    findings: [],
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
    ...more,
  };
}
