// Sample approvals, typed as the API answers them.
import type { Approval, ApprovalBrief, ApprovalGroup } from '../../../src/console/api/types.ts';
import { checkout, grace, hoursAgo, orders, portal } from './estate.ts';

export function approval(id: string, more: Partial<Approval> = {}): Approval {
  return {
    id,
    purpose: 'fix',
    status: 'pending',
    digest: `sha256:${id
      .toLowerCase()
      .padStart(4, '0')
      .slice(-4)
      .replaceAll(/[^0-9a-f]/g, '0')
      .repeat(16)}`,
    resource: portal,
    rule: {
      id: 'webapp-remote-debugging',
      version: 1,
      title: 'Remote debugging is off',
      severity: 'high',
      risk: 'An open debugging session ends, and the app restarts once.',
      impact: 'restart',
      reversible: true,
      harm: null,
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
    mayDecide: { allowed: true, reason: null },
    requestedAt: hoursAgo(3),
    expiresAt: hoursAgo(-165),
    moved: [],
    auditIds: ['a1'],
    ...more,
  };
}

export const approvals: readonly Approval[] = [
  approval('01A'),
  approval('01B', {
    resource: checkout,
    rule: {
      id: 'webapp-cors-wildcard',
      version: 1,
      title: 'CORS does not allow every origin',
      severity: 'medium',
      risk: 'Browser clients on origins that are not in the list can no longer call the app.',
      impact: 'traffic',
      reversible: true,
      harm: null,
    },
    changes: [
      { document: 'config/web', path: '/properties/cors/allowedOrigins', from: ['*'], to: ['https://shop.example'] },
      { document: 'config/web', path: '/properties/cors/supportCredentials', from: null, to: false },
    ],
    moved: [
      {
        document: 'config/web',
        path: '/properties/cors/allowedOrigins',
        from: ['*', 'https://old.example'],
        to: ['*'],
      },
    ],
    changedBy: { objectId: '00000000-0000-4000-8000-000000000201', type: 'app' },
    requestedAt: hoursAgo(30),
    expiresAt: hoursAgo(-20),
  }),
  approval('01C', {
    resource: orders,
    mayDecide: { allowed: false, reason: 'You changed this app: another approver has to decide.' },
    requestedAt: hoursAgo(70),
  }),
];

export function brief({ plan: _plan, source: _source, ...rest }: Approval): ApprovalBrief {
  return rest;
}

const zero = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };

export const approvalGroups: readonly ApprovalGroup[] = [
  {
    key: 'webapp-remote-debugging',
    count: 2,
    oldest: hoursAgo(70),
    impact: 'restart',
    bySeverity: { ...zero, high: 2 },
  },
  {
    key: 'webapp-cors-wildcard',
    count: 1,
    oldest: hoursAgo(30),
    impact: 'traffic',
    bySeverity: { ...zero, medium: 1 },
  },
];
