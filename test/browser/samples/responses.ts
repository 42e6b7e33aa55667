// All answers of a service that has data in every view, for a person with every role.

import { ruleView } from '../../../src/api/endpoints/rules.ts';
import type { HealthAnswer, Me } from '../../../src/console/api/types.ts';
import { effectiveSettingsOf } from '../../../src/domain/rules/effective-settings.ts';
import { rules } from '../../../src/rules/index.ts';
import type { FakeRequest, FakeResponse, Responses } from '../fake-api.ts';
import { approvalGroups, approvals, brief } from './approvals.ts';
import { portal, state, VERSION } from './estate.ts';
import {
  explained,
  findingBrief,
  findingGroups,
  findings,
  resourceDetails,
  resourceRow,
  resourceRows,
} from './findings.ts';
import { overview } from './history.ts';
import { deadLetter, entries, event, exemption, preview, scans, settings, verification } from './records.ts';

export function me(...roles: string[]): Me {
  return {
    objectId: '00000000-0000-4000-8000-000000000101',
    name: 'Ada Lovelace',
    roles: roles.map((role) => `Plumbline.${role}`) as Me['roles'],
    scopes: ['/'],
    exceptScopes: [],
  };
}

const health: HealthAnswer = {
  status: 'ok',
  version: VERSION,
  checks: [
    { name: 'configuration', ok: true, message: 'Every setting can be read. The heap may grow to 96 MB.' },
    { name: 'storage', ok: true, message: 'The storage answers.' },
  ],
};

const METRICS = `plumbline_heartbeat_age_seconds 12
plumbline_queue_messages{queue="plumbline-reconcile"} 3
plumbline_queue_messages{queue="plumbline-sweep"} 0
plumbline_queue_oldest_age_seconds{queue="plumbline-reconcile"} 61
plumbline_arm_requests_left{subscription="00000000-0000-4000-8000-000000000001"} 11950
`;

/** A page of a list, with its total when it is asked for. */
function list(items: readonly object[], { query }: FakeRequest): FakeResponse {
  return { body: { items, ...(query.get('total') === 'true' ? { total: items.length } : {}) } };
}

export function allResponses(): Responses {
  const ruleViews = rules.map(ruleView);
  const etag = { etag: '"7"' };
  return {
    'GET /api/me': { body: me('Reader', 'Approver', 'Operator') },
    'GET /api/state': { headers: { etag: '"s1"' }, body: state },
    'GET /api/health': { body: health },
    'GET /api/metrics': { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, text: METRICS },
    'GET /api/overview': { body: overview(30) },
    'GET /api/approvals': (request) => {
      if (request.query.has('group')) return { body: { items: approvalGroups } };
      const wanted = request.query.get('status')?.split(',');
      const found = approvals.filter(({ status }) => wanted?.includes(status) ?? true);
      return list(request.query.get('view') === 'brief' ? found.map(brief) : found, request);
    },
    ...Object.fromEntries(approvals.map((one) => [`GET /api/approvals/${one.id}`, { body: one }])),
    'GET /api/findings': (request) => {
      const group = request.query.get('group');
      if (group !== null) return { body: { items: findingGroups[group] ?? [] } };
      return list(request.query.get('view') === 'brief' ? findings.map(findingBrief) : findings, request);
    },
    'GET /api/explain': { body: explained },
    'GET /api/resources': (request) => list(resourceRows, request),
    [`GET /api/resources/${resourceRow.key}`]: { body: resourceDetails },
    'GET /api/events': { body: { items: [event] } },
    'GET /api/rules': { body: { items: ruleViews } },
    ...Object.fromEntries(ruleViews.map((one) => [`GET /api/rules/${one.id}`, { body: one }])),
    'GET /api/exemptions': (request) => list([exemption], request),
    'GET /api/scans': { body: { items: scans } },
    'GET /api/rollouts': { body: { items: [] } },
    'GET /api/deadletters': (request) => list([deadLetter], request),
    'GET /api/audit': { body: { items: entries } },
    ...Object.fromEntries(entries.map((one) => [`GET /api/audit/${one.id}`, { body: one }])),
    ...Object.fromEntries(entries.map((one) => [`GET /api/audit/${one.id}/rollback`, { body: { possible: true } }])),
    'GET /api/audit/verify': { body: verification },
    'GET /api/audit/anchors': { body: { items: [] } },
    'GET /api/settings': { headers: etag, body: settings },
    'GET /api/settings/effective': { body: effectiveSettings() },
    'POST /api/settings/preview': { headers: etag, body: preview },
    'POST /api/exemptions/preview': { headers: etag, body: preview },
  };
}

function effectiveSettings() {
  return effectiveSettingsOf(portal.id, {
    ...{ settings, isStored: true, rules, now: new Date() },
    defaults: { workspaceId: null },
    environment: { workspaceId: 'PLUMBLINE_WORKSPACE_ID' },
  });
}
