// Sample findings and resources, typed as the API answers them.
import type {
  Explained,
  Finding,
  FindingBrief,
  FindingGroup,
  ResourceDetails,
  ResourceRow,
} from '../../../src/console/api/types.ts';
import { checkout, daysAgo, GROUP, grace, hoursAgo, portal, SUBSCRIPTION } from './estate.ts';

export function finding(more: Partial<Finding> = {}): Finding {
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
    since: hoursAgo(30),
    evaluatedAt: hoursAgo(1),
    decision: {
      action: 'report',
      until: null,
      reasons: [{ code: 'mode-audit', text: 'Mode audit reports only.' }],
    },
    ...more,
  };
}

export const findings: readonly Finding[] = [
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
    decision: {
      action: 'hold',
      until: hoursAgo(-5),
      reasons: [{ code: 'window', text: 'Changes that restart wait for the change window.' }],
    },
  }),
  finding({ rule: 'webapp-https-only', title: 'HTTPS only', verdict: 'compliant', changes: [], decision: null }),
];

export function findingBrief({
  rule,
  title,
  severity,
  verdict,
  resource,
  references,
  since,
  evaluatedAt,
  documentation,
  decision,
}: Finding): FindingBrief {
  return {
    ...{ rule, title, severity, verdict, resource, references, since, evaluatedAt, documentation },
    key: `k-${resource.name}`,
    decision: decision && {
      action: decision.action,
      ...(decision.reasons[0] ? { reason: decision.reasons[0].code } : {}),
      hasApproval: decision.approvalId !== undefined,
    },
  };
}

const NO_VERDICTS = { compliant: 0, violation: 0, 'not-applicable': 0, unknown: 0 };
const NO_SEVERITIES = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };

export function findingGroup(key: string, failing: number, more: Partial<FindingGroup> = {}): FindingGroup {
  return {
    key,
    count: failing + 10,
    byVerdict: { ...NO_VERDICTS, violation: failing, compliant: 10 },
    bySeverity: { ...NO_SEVERITIES, high: failing },
    exempt: 0,
    ...more,
  };
}

/** By the value of `group`. */
export const findingGroups: Readonly<Record<string, readonly FindingGroup[]>> = {
  rule: [findingGroup('webapp-min-tls', 7), findingGroup('webapp-remote-debugging', 3), findingGroup('webapp-ftps', 1)],
  resource: [findingGroup(portal.id, 8), findingGroup(checkout.id, 3)],
  resourceGroup: [findingGroup(GROUP, 11)],
  subscription: [findingGroup(SUBSCRIPTION, 11)],
  severity: [findingGroup('high', 9), findingGroup('medium', 2)],
  benchmark: [findingGroup('MCSB DP-3', 8), findingGroup('CIS App Service 1.0 2.1', 3)],
};

export const resourceRow: ResourceRow = {
  key: 'k-legacy-portal',
  resource: portal,
  kind: 'web-app',
  subscription: SUBSCRIPTION,
  resourceGroup: GROUP,
  mode: 'approve',
  failing: 2,
  byVerdict: { ...NO_VERDICTS, violation: 2, compliant: 20, unknown: 1 },
  bySeverity: { ...NO_SEVERITIES, high: 2 },
  pendingApprovals: 1,
  exemptions: 0,
  evaluatedAt: hoursAgo(1),
  fullyEvaluatedAt: daysAgo(1),
};
export const resourceRows: readonly ResourceRow[] = [
  resourceRow,
  {
    ...resourceRow,
    key: 'k-checkout',
    resource: checkout,
    kind: 'container-app',
    failing: 1,
    bySeverity: { ...NO_SEVERITIES, medium: 1 },
  },
];

export const resourceDetails: ResourceDetails = {
  ...resourceRow,
  modeFrom: GROUP,
  unread: [{ name: 'backups', status: 'forbidden', detail: 'The role does not allow it.' }],
  links: {
    explain: `/api/explain?resource=${encodeURIComponent(portal.id)}`,
    findings: `/api/findings?resource=${encodeURIComponent(portal.id)}`,
    settings: `/api/settings/effective?resource=${encodeURIComponent(portal.id)}`,
  },
};

export const explained: Explained = {
  resource: portal,
  evaluatedAt: hoursAgo(1),
  trigger: { type: 'event', eventId: 'e1', operation: 'Microsoft.Web/sites/write', changedBy: grace },
  documents: [
    { name: 'resource', status: 'read' },
    { name: 'backups', status: 'forbidden', detail: 'The role does not allow it.' },
  ],
  findings: findings
    .filter(({ resource }) => resource === portal)
    .map(({ decision, ...rest }) => ({
      ...rest,
      decision: decision && {
        ...decision,
        ceilings: decision.reasons.map(({ code }) => ({
          code,
          at: decision.action,
          until: null,
          ifLifted: 'fix' as const,
        })),
      },
    })),
  events: [
    {
      eventId: 'e1',
      operation: 'Microsoft.Web/sites/write',
      changedBy: grace,
      receivedAt: hoursAgo(1),
      outcome: 'evaluated',
      auditIds: ['a1'],
      reasons: [],
    },
  ],
};
