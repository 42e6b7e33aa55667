// Responses of the fake API: one of each item that the page shows.
import type { Responses } from './fake-api.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers';
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

export const portal = {
  id: `${GROUP}/Microsoft.Web/sites/legacy-portal`,
  type: 'Microsoft.Web/sites',
  name: 'legacy-portal',
};
export const checkout = {
  id: `${GROUP}/Microsoft.App/containerApps/checkout`,
  type: 'Microsoft.App/containerApps',
  name: 'checkout',
};
export const grace = { objectId: '00000000-0000-4000-8000-000000000102', name: 'Grace Hopper', type: 'user' };

export function approval(id: string, more: object = {}) {
  return {
    id,
    purpose: 'fix',
    status: 'pending',
    digest: `sha256:${'ab12'.repeat(16)}`,
    resource: portal,
    rule: {
      id: 'webapp-remote-debugging',
      version: 1,
      title: 'Remote debugging is off',
      severity: 'high',
      risk: 'An open debugging session ends, and the app restarts once.',
      impact: 'restart',
      reversible: true,
    },
    changes: [{ document: 'config/web', path: '/properties/remoteDebuggingEnabled', from: true, to: false }],
    plan: [
      { method: 'PATCH', path: `${portal.id}/config/web`, body: { properties: { remoteDebuggingEnabled: false } } },
    ],
    source: {
      bicep: 'siteConfig: {\n  remoteDebuggingEnabled: false\n}',
      terraform: 'site_config {\n  remote_debugging_enabled = false\n}',
    },
    changedBy: grace,
    reasons: [{ code: 'tier-risky', text: 'A risky fix requires an approval.' }],
    requestedAt: ago(3),
    expiresAt: ago(-165),
    moved: [],
    auditIds: ['a1'],
    ...more,
  };
}

export const identityApproval = approval('01B', {
  resource: checkout,
  rule: {
    id: 'webapp-cors-wildcard',
    version: 1,
    title: 'CORS does not allow every origin',
    severity: 'medium',
    risk: 'Browser clients on origins that are not in the list can no longer call the app.',
    impact: 'traffic',
    reversible: true,
  },
  changes: [
    { document: 'config/web', path: '/properties/cors/allowedOrigins', from: ['*'], to: ['https://shop.example'] },
    { document: 'config/web', path: '/properties/cors/supportCredentials', from: null, to: false },
  ],
  moved: [
    { document: 'config/web', path: '/properties/cors/allowedOrigins', from: ['*', 'https://old.example'], to: ['*'] },
  ],
  changedBy: { objectId: '00000000-0000-4000-8000-000000000201', type: 'app' },
});

export function finding(more: object = {}) {
  return {
    rule: 'webapp-min-tls',
    title: 'Minimum inbound TLS version is 1.2 or higher',
    severity: 'high',
    tier: 'safe',
    verdict: 'violation',
    reason: 'The minimum TLS version is "1.0", below 1.2.',
    resource: portal,
    changes: [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }],
    references: [{ source: 'MCSB', id: 'DP-3' }],
    documentation: 'docs/rules/web-app.md#webapp-min-tls',
    since: ago(30),
    evaluatedAt: ago(1),
    decision: {
      action: 'report',
      until: null,
      reasons: [{ code: 'mode-audit', text: 'Mode audit reports only.' }],
    },
    ...more,
  };
}

export function entry(id: string, more: object = {}) {
  return {
    id,
    at: ago(2),
    kind: 'fix.applied',
    resource: portal,
    rule: 'webapp-min-tls',
    mode: 'autofix',
    operationId: 'op-1',
    approvalId: null,
    actor: { type: 'service' },
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

export const settings = {
  mode: 'approve',
  profile: 'baseline',
  stopped: null,
  rules: {},
  scopes: [{ scope: '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop', mode: 'autofix' }],
  limits: { fixesPerHour: 25, flapCount: 3, flapHours: 24, resumeHours: 6 },
  approvals: {
    expireHours: 168,
    rejectedDays: 90,
    separationOfDuties: true,
    unknownChanger: 'allow',
    fromSweep: false,
  },
  sweep: { fullReadDays: 7, activityLog: true },
  healthGate: {
    enabled: true,
    minutes: 10,
    rollback: true,
    irreversible: 'write',
    maximumErrorShare: 0.05,
    breaker: 2,
  },
  tagOptDown: false,
};

export function me(...roles: string[]) {
  const claims = roles.map((role) => ({ typ: 'roles', val: `Plumbline.${role}` }));
  return [{ provider_name: 'aad', user_id: 'ada@contoso.example', user_claims: claims }];
}

/** All responses of a service that has data in every view, for a user with every role. */
export function allResponses(): Responses {
  return {
    'GET /.auth/me': { body: me('Reader', 'Approver', 'Operator') },
    'GET /api/settings': { headers: { etag: '"7"' }, body: settings },
    'GET /api/approvals': { body: { items: [approval('01A'), identityApproval] } },
    'GET /api/rules/webapp-min-tls': {
      body: {
        why: 'An attacker on the network can break TLS 1.0 and 1.1.',
        source: { bicep: "minTlsVersion: '1.2'", terraform: 'minimum_tls_version = "1.2"' },
      },
    },
    'GET /api/findings': {
      body: {
        items: [
          finding(),
          finding({
            title: 'Remote debugging is off',
            rule: 'webapp-remote-debugging',
            decision: {
              action: 'queue',
              until: null,
              reasons: [{ code: 'tier-risky', text: 'A risky fix requires an approval.' }],
              approvalId: '01A',
            },
          }),
          finding({
            title: 'HTTP ingress does not accept clear-text HTTP',
            rule: 'containerapp-insecure-ingress',
            severity: 'medium',
            resource: checkout,
            reason: 'The ingress accepts clear-text HTTP.',
          }),
        ],
      },
    },
    'GET /api/summary': {
      body: {
        resources: 14,
        byVerdict: { compliant: 96, violation: 11, 'not-applicable': 20, unknown: 2 },
        bySeverity: { critical: 0, high: 4, medium: 6, low: 1, info: 0 },
        byRule: [],
        approvals: { pending: 2, oldestAt: ago(3) },
        fixes: { last24h: 5, last30d: 61 },
        meanTimeToFixSeconds: 41,
      },
    },
    'GET /api/audit': {
      body: {
        items: [
          entry('a3', {
            kind: 'approval.rejected',
            actor: grace,
            changes: [],
            message: 'Needed until the release on Friday.',
            arm: null,
            approvalId: '01A',
          }),
          entry('a2'),
          entry('a1', { kind: 'fix.intended', message: '', seq: 40 }),
        ],
      },
    },
    'GET /api/audit/verify': {
      body: {
        valid: true,
        complete: true,
        entries: 1204,
        verifiedTo: ago(0),
        publicKeys: [{ keyId: 'k1', publicKey: 'x' }],
      },
    },
  };
}
