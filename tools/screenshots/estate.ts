/** What the pictures show: the apps of a shop, with more of everything than the samples of the tests have. */
import type { Approval, Explained, Finding } from '../../src/console/api/types.ts';
import { rules } from '../../src/rules/index.ts';
import type { FakeRequest, FakeResponse, Responses } from '../../test/browser/fake-api.ts';
import { approval, brief } from '../../test/browser/samples/approvals.ts';
import { GROUP, grace, hoursAgo, portal } from '../../test/browser/samples/estate.ts';
import { explained, finding, findingBrief } from '../../test/browser/samples/findings.ts';
import { entry, exemption, settings } from '../../test/browser/samples/records.ts';
import { allResponses } from '../../test/browser/samples/responses.ts';

const NAMES =
  'storefront orders billing returns search partner-api invoices gift-cards loyalty stock-sync mailer back-office';
const APPS = NAMES.split(' ').map((name) => ({
  ...portal,
  id: portal.id.replace('legacy-portal', name),
  name,
}));
const app = (index: number) => APPS[index % APPS.length] ?? portal;
const PEOPLE = [
  grace,
  { objectId: '00000000-0000-4000-8000-000000000103', name: 'Katherine Johnson', type: 'user' },
  { objectId: '00000000-0000-4000-8000-000000000201', name: 'release-pipeline', type: 'app' },
] as const;

/** What violates, and what would be written. */
const VIOLATIONS = [
  ['webapp-remote-debugging', '/properties/remoteDebuggingEnabled', true, false, 'Remote debugging is on.'],
  ['webapp-cors-wildcard', '/properties/cors/allowedOrigins', ['*'], null, 'CORS allows every origin.'],
  ['webapp-min-tls', '/properties/minTlsVersion', '1.0', '1.2', 'The minimum TLS version is "1.0", below 1.2.'],
] as const;

function rule(id: string) {
  const found = rules.find((one) => one.id === id);
  if (!found) throw new Error(`There is no rule ${id}.`);
  return found;
}

function change([, path, from, to]: (typeof VIOLATIONS)[number]): Approval['changes'][number] {
  return { document: 'config/web', path, from: typeof from === 'object' ? [...from] : from, to };
}

const approvals: readonly Approval[] = Array.from({ length: 12 }, (_, index) => {
  const violation = VIOLATIONS[index % 4 === 3 ? 1 : 0] ?? VIOLATIONS[0];
  const { id, title, severity, risk } = rule(violation[0]);
  const changedBy = PEOPLE[index % PEOPLE.length] ?? grace;
  const isOwn = index === 7;
  return approval(`0A${index}`, {
    resource: app(index),
    rule: {
      ...{ id, title, severity, risk, version: 1, reversible: true, harm: null },
      impact: violation === VIOLATIONS[1] ? 'traffic' : 'restart',
    },
    changes: [change(violation)],
    changedBy: isOwn ? { ...grace, name: 'Ada Lovelace' } : changedBy,
    mayDecide: isOwn
      ? { allowed: false, reason: 'You changed this app: another approver has to decide.' }
      : { allowed: true, reason: null },
    requestedAt: hoursAgo(2 + 5 * index),
    expiresAt: hoursAgo(5 * index - 160),
  });
});

const findings: readonly Finding[] = VIOLATIONS.map((violation, index) => {
  const { id, title, severity } = rule(violation[0]);
  return finding({
    ...{ rule: id, title, severity, resource: app(0), reason: violation[4], changes: [change(violation)] },
    since: hoursAgo(4 + 40 * index),
    decision:
      index === 2
        ? {
            ...{ action: 'hold', until: hoursAgo(-12) },
            reasons: [{ code: 'window', text: 'Changes that restart wait for the change window.' }],
          }
        : {
            ...{ action: 'queue', until: null, approvalId: `0A${index}` },
            reasons: [{ code: 'tier-risky', text: 'A risky fix requires an approval.' }],
          },
  });
});

const storefront: Explained = {
  ...explained,
  resource: app(0),
  findings: findings.map(({ decision, ...rest }) => ({
    ...rest,
    decision: decision && {
      ...decision,
      ceilings: decision.reasons.map(({ code }) => ({
        ...{ code, at: decision.action, until: decision.until, ifLifted: 'fix' as const },
      })),
    },
  })),
};

const entries = Array.from({ length: 14 }, (_, index) => {
  const violation = VIOLATIONS[2 - (index % 3)] ?? VIOLATIONS[0];
  const about = { resource: app(index), rule: violation[0], changes: [change(violation)], at: hoursAgo(1 + 7 * index) };
  const person = { ...grace, type: 'user' as const };
  if (index % 3 === 1) {
    return entry(`e${index}`, { ...about, kind: 'approval.approved', actor: person, message: 'Approved.', arm: null });
  }
  return entry(`e${index}`, {
    ...about,
    kind: index % 6 === 5 ? 'approval.requested' : 'fix.applied',
    seq: 90 - index,
  });
});

function listOf(items: readonly object[], { query }: FakeRequest): FakeResponse {
  return { body: { items, ...(query.get('total') === 'true' ? { total: items.length } : {}) } };
}

function groupsOf(items: readonly Approval[]) {
  const ids = [...new Set(items.map((one) => one.rule.id))];
  return ids.map((id) => {
    const members = items.filter((one) => one.rule.id === id);
    const { severity, impact } = members[0]?.rule ?? approvals[0]?.rule ?? { severity: 'high', impact: 'restart' };
    const none = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
    const oldest = members.map(({ requestedAt }) => requestedAt).sort()[0];
    return { key: id, count: members.length, oldest, impact, bySeverity: { ...none, [severity]: members.length } };
  });
}

export function responses(): Responses {
  return {
    ...allResponses(),
    'GET /api/settings': {
      headers: { etag: '"7"' },
      body: { ...settings, scopes: [{ scope: GROUP.replace('shop', 'warehouse'), mode: 'autofix' }] },
    },
    'GET /api/approvals': (request) => {
      if (request.query.has('group')) return { body: { items: groupsOf(approvals) } };
      const wanted = request.query.get('rule');
      return listOf(approvals.filter((one) => wanted === null || one.rule.id === wanted).map(brief), request);
    },
    'GET /api/findings': (request) =>
      request.query.has('group')
        ? responseOf('GET /api/findings', request)
        : listOf(findings.map(findingBrief), request),
    'GET /api/explain': { body: storefront },
    'GET /api/exemptions': (request) => listOf([exemption], request),
    'GET /api/audit': ({ query }) => {
      const kinds = query.get('kind')?.split(',');
      return { body: { items: entries.filter(({ kind }) => kinds?.includes(kind) ?? true) } };
    },
    ...Object.fromEntries(entries.map((one) => [`GET /api/audit/${one.id}`, { body: one }])),
    ...Object.fromEntries(entries.map((one) => [`GET /api/audit/${one.id}/rollback`, { body: { possible: true } }])),
  };
}

/** As the samples of the tests answer. */
function responseOf(call: string, request: FakeRequest): FakeResponse {
  const found = allResponses()[call];
  return typeof found === 'function' ? found(request) : (found ?? { status: 404 });
}
