import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { approve, getApproval, reject } from '../../../src/api/endpoints/approvals/approvals.ts';
import { getSummary, listFindings } from '../../../src/api/endpoints/findings/findings.ts';
import { putSettings } from '../../../src/api/endpoints/settings.ts';
import type { Endpoint } from '../../../src/api/framework/endpoint.ts';
import { NotConfigured } from '../../../src/app/config.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { ENDPOINTS } from '../../../src/functions/api.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { ADA, type AskOptions, ask, ORIGIN, principal, serviceOf, statusAndCode } from '../ask.ts';
import { approval, bob, DIGEST, memory, SHOP } from '../samples.ts';

vi.mock('../../../src/app/service.ts', () => ({ getService: () => {} }));
vi.mock('../../../src/console/page.ts', () => ({ consolePage: () => '<!doctype html>' }));

let deps: FakeDeps;
const put = (differs: Parameters<typeof approval>[0] = {}) =>
  deps.stored.approvals.set('approval-1', { value: approval(differs), version: 1 });
const here = { params: { id: 'approval-1' } };

beforeEach(() => {
  deps = apiDeps();
  put();
});

describe('the order of refusal when approving', () => {
  const good = { ...here, body: { digest: DIGEST } };
  const foreign = { headers: { origin: 'https://elsewhere.example' } };
  const isOpen = { as: principal([], { claims: [] }) };
  const machine = { as: principal(['Approver'], { claims: [['idtyp', 'app']] }) };
  const unknown = { params: { id: 'approval-2' } };
  const broken = { text: '{' };
  const decided = {
    by: bob,
    at: '2026-03-01T11:00:00.000Z',
    comment: null,
    decision: 'reject',
    changerUnknown: false,
  } as const;

  // Each row has the faults of all rows below it too, and the first one is answered.
  const rows: [refusal: string, asking: AskOptions][] = [
    ['403 forbidden', { ...broken, ...unknown, as: null, ...foreign }],
    ['401 unauthenticated', { ...broken, ...unknown, as: null }],
    ['403 forbidden', { ...broken, ...unknown, ...isOpen }],
    ['403 not-a-person', { ...broken, ...unknown, ...machine }],
    ['404 not-found', { ...broken, ...unknown }],
    ['400 invalid', { ...here, ...broken }],
  ];
  it.each(rows)('%s is answered before the following faults', async (refusal, asking) => {
    put({ status: 'expired' });
    expect(statusAndCode(await ask(approve, serviceOf(deps), asking))).toBe(refusal);
  });

  it('410, decided, superseded, digest, mode, stop and own change follow in the documented order', async () => {
    const wrong = { ...here, body: { digest: 'sha256:other' } };
    const asks = async (asking: AskOptions) => statusAndCode(await ask(approve, serviceOf(deps), asking));
    deps.stored.settings = { version: 1, value: settingsWith({ mode: 'audit', stopped: { reason: 'night' } }) };

    put({ status: 'pending', expiresAt: '2026-03-01T11:59:59.000Z' });
    expect(await asks(wrong)).toBe('410 expired');
    put({ status: 'rejected', decision: decided });
    expect(await asks(wrong)).toBe('409 decided');
    put({ status: 'superseded', supersededBy: 'approval-9' });
    expect(await asks(wrong)).toBe('409 superseded');
    put({ status: 'cleared' });
    expect(await asks(wrong)).toBe('409 superseded');
    put({ changedBy: { objectId: ADA, type: 'user' } });
    expect(await asks(wrong)).toBe('409 digest-mismatch');
    expect(await asks(good)).toBe('409 audit-mode');
    deps.stored.settings = { version: 1, value: settingsWith({ mode: 'approve', stopped: { reason: 'night' } }) };
    expect(await asks(good)).toBe('409 stopped');
    deps.stored.settings = { version: 1, value: settingsWith({ mode: 'approve', stopped: null }) };
    const approvals = { unknownChanger: 'refuse' };
    deps.stored.settings = { version: 1, value: settingsWith({ mode: 'approve', approvals }) };
    expect(await asks(good)).toBe('403 own-change');
    put({ changedBy: null });
    expect(await asks(good)).toBe('403 changer-unknown');
    expect(deps.stored.sent).toEqual([]);
  });

  it('names the successor of a superseded approval', async () => {
    put({ status: 'superseded', supersededBy: 'approval-9' });
    expect((await ask(approve, serviceOf(deps), good)).body.supersededBy).toBe('approval-9');
  });
});

describe('request bodies', () => {
  it.each([
    ['no digest', { body: {} }],
    ['a digest of another type', { body: { digest: 7 } }],
    ['a null digest', { body: { digest: null } }],
    ['an unknown key', { body: { digest: DIGEST, force: true } }],
    ['a comment of another type', { body: { digest: DIGEST, comment: 1 } }],
    ['a body that is not JSON', { text: 'digest' }],
    ['nothing', {}],
    ['a list', { body: [] }],
    ['another content-type', { body: { digest: DIGEST }, headers: { 'content-type': 'text/plain' } }],
    [
      'a content-type with the same prefix',
      { body: { digest: DIGEST }, headers: { 'content-type': 'application/jsonx' } },
    ],
    ['a form', { text: 'digest=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['a query', { body: { digest: DIGEST }, query: '?force=1' }],
  ])('approving with %s is 400', async (_, asking) => {
    expect(statusAndCode(await ask(approve, serviceOf(deps), { ...here, ...asking }))).toBe('400 invalid');
    expect(deps.stored.approvals.get('approval-1')?.value.status).toBe('pending');
  });

  it.each([
    ['no comment', {}],
    ['a comment of another type', { comment: 1 }],
    ['a blank comment', { comment: '  ' }],
    ['an unknown key', { comment: 'no', force: true }],
    ['a digest of another type', { comment: 'no', digest: null }],
  ])('rejecting with %s is 400', async (_, body) => {
    expect(statusAndCode(await ask(reject, serviceOf(deps), { ...here, body }))).toBe('400 invalid');
  });

  it('are accepted as application/json with a charset', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await ask(approve, serviceOf(deps), { ...here, headers, body: { digest: DIGEST } })).status).toBe(202);
  });

  it('of more than 1 MB are 413, whatever their content-length says', async () => {
    const text = JSON.stringify({ comment: 'x'.repeat(1_048_576) });
    expect(statusAndCode(await ask(reject, serviceOf(deps), { ...here, text }))).toBe('413 too-large');
    const headers = { 'content-length': '9' };
    expect(statusAndCode(await ask(reject, serviceOf(deps), { ...here, text, headers }))).toBe('413 too-large');
  });

  it('have a JSON Pointer for each error', async () => {
    const { body } = await ask(approve, serviceOf(deps), { ...here, body: { digest: 7, 'a/b': 1 } });
    expect(body.errors).toEqual([
      { pointer: '/digest', detail: expect.stringContaining('string') },
      { pointer: '/a~1b', detail: 'is not known' },
    ]);
  });
});

describe('the origin of state changes', () => {
  const asks = async (headers: Record<string, string>) =>
    statusAndCode(await ask(reject, serviceOf(deps), { ...here, body: { comment: 'no' }, headers }));

  it.each([
    ['another host', { origin: 'https://elsewhere.example' }],
    ['another port', { origin: `${ORIGIN}:8443` }],
    ['a host that ends like the own one', { origin: 'https://evil-plumbline.example' }],
    ['the own host without TLS', { origin: 'http://plumbline.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['two origins', { origin: `${ORIGIN}, https://elsewhere.example` }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another site with the own origin', { origin: ORIGIN, 'sec-fetch-site': 'cross-site' }],
    [
      'another host in x-forwarded-host',
      { origin: 'https://elsewhere.example', 'x-forwarded-host': 'elsewhere.example' },
    ],
  ])('is refused when it is %s', async (_, headers) => {
    expect(await asks(headers)).toBe('403 forbidden');
    expect(deps.stored.approvals.get('approval-1')?.value.status).toBe('pending');
  });

  it.each([
    ['the page', { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }],
    ['a typed address', { 'sec-fetch-site': 'none' }],
    ['a program', {}],
  ])('is accepted when it is %s', async (_, headers) => {
    expect(await asks(headers)).toBe('200');
  });

  it('is not checked for reads', async () => {
    const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    expect(statusAndCode(await ask(getApproval, serviceOf(deps), { ...here, headers }))).toBe('200');
  });

  it('is checked first, before missing settings', async () => {
    const broken = () => {
      throw new NotConfigured([{ setting: 'PLUMBLINE_AUDIT_KEY', message: 'is not set' }]);
    };
    const headers = { origin: 'https://elsewhere.example' };
    expect(statusAndCode(await ask(putSettings, broken, { body: {}, headers }))).toBe('403 forbidden');
    expect(statusAndCode(await ask(putSettings, broken, { body: {} }))).toBe('503 not-configured');
  });
});

describe('the role of each call', () => {
  const open = ['getConsole', 'getConsoleFile', 'getHealth', 'getOpenApi'];
  const needs: Record<string, string> = {
    approve: 'Approver',
    reject: 'Approver',
    decideApprovals: 'Approver',
    rollback: 'Approver',
    rollbackOperation: 'Approver',
    putSettings: 'Operator',
    previewSettings: 'Operator',
    getSettingsPreview: 'Operator',
    previewExemptions: 'Operator',
    getExemptionsPreview: 'Operator',
    queueFindings: 'Operator',
    startScan: 'Operator',
    cancelScan: 'Operator',
    continueRollout: 'Operator',
    endRollout: 'Operator',
    createExemption: 'Operator',
    deleteExemption: 'Operator',
    renewExemption: 'Operator',
    releaseDeadLetter: 'Operator',
    releaseDeadLetters: 'Operator',
  };
  const asking: Record<string, AskOptions> = {
    getApproval: here,
    approve: { ...here, body: { digest: DIGEST } },
    reject: { ...here, body: { comment: 'no' } },
    decideApprovals: { body: { decision: 'reject', items: [{ id: 'approval-1' }], comment: 'no' } },
    rollback: { params: { id: 'audit-1' }, body: {} },
    getAuditEntry: { params: { id: 'audit-1' } },
    getRollback: { params: { id: 'audit-1' } },
    explain: { query: `?resource=${SHOP}` },
    getRule: { params: { id: 'webapp-min-tls' } },
    putSettings: { body: {}, headers: { 'if-match': '*' } },
  };
  const asks = async (call: Endpoint, as: string | null) => {
    deps.stored.resourceStates.set(SHOP.toLowerCase(), memory());
    const answer = await ask(call, serviceOf(deps), { ...asking[call.name], as });
    return answer.status;
  };

  it.each(ENDPOINTS.map((call) => [call.name, call] as const))(
    '%s answers 401 without sign-in and 403 without its role',
    async (name, call) => {
      const isOpen = open.includes(name);
      for (const role of ['Reader', 'Approver', 'Operator']) {
        const may = isOpen || (needs[name] ?? role) === role;
        put();
        const status = await asks(call, principal([role]));
        expect(status === 403, `${role} and ${name}: ${status}`).toBe(!may);
      }
      expect((await asks(call, null)) === 401).toBe(!isOpen);
      expect((await asks(call, principal([]))) === 403).toBe(!isOpen);
    },
  );
});

describe('server errors', () => {
  const failing = (error: Error): FakeDeps => {
    const list = async () => {
      throw error;
    };
    return { ...deps, findings: { ...deps.findings, list } };
  };

  it('of the storage are 503, and only the log has the details', async () => {
    const answer = await ask(listFindings, serviceOf(failing(new StorageUnavailable('the account key is secret'))));
    expect(statusAndCode(answer)).toBe('503 storage-unavailable');
    expect(answer.text).not.toContain('secret');
    expect(JSON.stringify(deps.stored.logged)).toContain('the account key is secret');
  });

  it('of an unexpected kind are 500 without details, with the id of the log line', async () => {
    const answer = await ask(listFindings, serviceOf(failing(new TypeError('row.secret is not a function'))));
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      detail: expect.any(String),
      instance: expect.stringMatching(/^urn:uuid:/),
    });
    expect(answer.text).not.toContain('secret');
    expect(String(answer.body.instance)).toContain(problemIn(deps.stored.logged[0]?.fields));
  });

  it('of building the service are 500', async () => {
    const answer = await ask(getSummary, () => {
      throw new Error('no such module');
    });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('module');
  });

  it('of the configuration are 503 and name each setting', async () => {
    const answer = await ask(getSummary, () => {
      throw new NotConfigured([{ setting: 'PLUMBLINE_AUDIT_KEY', message: 'is not set' }]);
    });
    expect(statusAndCode(answer)).toBe('503 not-configured');
    expect(answer.body.errors).toEqual([{ setting: 'PLUMBLINE_AUDIT_KEY', detail: 'is not set' }]);
  });
});

describe('every answer', () => {
  it('has headers against caching and content sniffing', async () => {
    for (const asking of [here, { as: null }]) {
      const { headers } = await ask(getApproval, serviceOf(deps), asking);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('that refuses is a problem document', async () => {
    const answer = await ask(getApproval, serviceOf(deps), { params: { id: 'nothing' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toEqual({
      type: 'urn:plumbline:problem:not-found',
      title: 'Not found',
      status: 404,
      detail: 'There is no approval with this id.',
      code: 'not-found',
    });
  });
});

function settingsWith(differs: object) {
  const settings = settingsSchema.parse(differs);
  return { settings, revision: 1, stoppedAt: null, stoppedBy: null, records: [] };
}

function problemIn(fields: unknown): string {
  return z.object({ problem: z.string() }).parse(fields).problem;
}
