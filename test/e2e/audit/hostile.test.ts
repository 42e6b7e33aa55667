/**
 * Requests and events of an attacker to the running service, in every open way: they are refused or ignored, and have
 * no effect.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import { verifyExports } from '../../../tools/audit-verify/audit-verify.ts';
import { principalHeader, staff } from '../fixtures/callers.ts';
import { gridEvent } from '../fixtures/deliveries.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';
import { putMessage } from '../fixtures/stored.ts';

const { ada, grace } = people;
const debugging = { web: { remoteDebuggingEnabled: true } };
const asked = rightWebApp('asked', debugging);
const remarked = rightWebApp('remarked', debugging);
const framed = rightWebApp('framed', debugging);
const book = rightWebApp('book');
const quiet = rightWebApp('quiet');
const other = rightWebApp('other');
const filled = rightWebApp('filled', debugging);

const plumbline = usePlumbline({ resources: [asked, remarked, framed, book, quiet, other, filled] });
const approver = () => plumbline.as(staff.approver, 'Approver');
const reader = () => plumbline.as(staff.reader, 'Reader');

interface Raw {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  /** Sent one after the other, without a length. */
  readonly pieces?: readonly string[];
}

/** Requests exactly this target: fetch would normalise it. */
function raw(target: string, { method = 'GET', headers = {}, pieces = [] }: Raw = {}): Promise<number> {
  const { hostname, port } = new URL(plumbline.dev.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: target, method, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
}

const signedIn = { 'x-ms-client-principal': principalHeader(staff.operator, ['Operator', 'Approver']) };

describe('a forged principal', () => {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
  const claims = [
    { typ: 'oid', val: staff.operator.objectId },
    { typ: 'roles', val: 'Plumbline.Operator' },
  ];

  test.each<[string, string | string[]]>([
    ['another provider', encoded({ auth_typ: 'google', claims })],
    ['nobody', encoded({ auth_typ: 'aad', claims: claims.slice(1) })],
    ['two users', encoded({ auth_typ: 'aad', claims: [...claims, { typ: 'oid', val: staff.reader.objectId }] })],
    ['two headers', [signedIn['x-ms-client-principal'], encoded({ auth_typ: 'aad', claims })]],
    ['the same header twice', [signedIn['x-ms-client-principal'], signedIn['x-ms-client-principal']]],
    ['ten thousand levels', Buffer.from('{"claims":'.repeat(1000)).toString('base64')],
  ])('of %s is 401', async (_, header) => {
    expect(await raw('/api/settings', { headers: { 'x-ms-client-principal': header } })).toBe(401);
  });

  test.each([
    ['no base64', '{"auth_typ":"aad"}'],
    ['a claim without a value', encoded({ auth_typ: 'aad', claims: [{ typ: 'oid' }] })],
  ])('of %s is 500, because the host itself cannot read it', async (_, header) => {
    expect(await raw('/api/settings', { headers: { 'x-ms-client-principal': header } })).toBe(500);
  });

  test('in other headers is ignored', async () => {
    const headers = {
      'x-ms-client-principal-id': staff.operator.objectId,
      'x-ms-client-principal-name': 'operator',
      authorization: 'Bearer x',
      'x-functions-key': 'x',
      'x-forwarded-for': '127.0.0.1',
    };
    expect(await raw('/api/settings', { headers })).toBe(401);
  });
});

describe('ids with path traversals', () => {
  test.each([
    '/api/approvals/..%2fsettings',
    '/api/approvals/%2e%2e%2fsettings',
    '/api/approvals/..%5c..%5csettings',
    '/api/approvals/%',
    '/api/approvals/k-0-0',
    '/api/approvals/__proto__',
    "/api/audit/'%20or%20PartitionKey%20ne%20'",
    '/api/audit/h-00',
    '/api/rules/constructor',
    '/api/scans/%e2%84%aa',
    `/api/rules/${'x'.repeat(5000)}`,
    '/api/../admin/host/keys',
    '/admin/host/systemkeys',
    '/runtime/webhooks/EventGrid?functionName=reconcile',
    '/.auth/me',
  ])('%s is not found', async (target) => {
    expect(await raw(target, { headers: signedIn })).toBe(404);
  });

  test('a null character in a path is refused by the host', async () => {
    expect(await raw('/api/approvals/%00', { headers: signedIn })).toBe(400);
  });

  test.each(['..', '%2e%2e', '/subscriptions/s/../t', '/ſubscriptions/s', '//evil.example/x', '/subscriptions/s%23'])(
    'the scope %s is refused',
    async (scope) => {
      expect((await reader().ask('GET', `/findings?resource=${scope}`)).statusAndCode).toBe('400 invalid');
      const body = { scope, rule: 'webapp-min-tls', owner: 'o', reason: 'r', expires: '2027-01-01T00:00:00Z' };
      expect((await plumbline.as(staff.operator, 'Operator').ask('POST', '/exemptions', { body })).statusAndCode).toBe(
        '400 invalid',
      );
    },
  );
});

describe('oversized and invalid bodies', () => {
  const put = { method: 'PUT', headers: { ...signedIn, 'content-type': 'application/json', 'if-match': '*' } };

  const sized = (piece: string) => {
    const length = { 'content-length': String(Buffer.byteLength(piece)) };
    return raw('/api/settings', { ...put, headers: { ...put.headers, ...length }, pieces: [piece] });
  };

  test('are refused: too long, too many levels, not JSON', async () => {
    expect(await sized(' '.repeat(20 * 65_536))).toBe(413);
    expect(await sized(`{"rules":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).toBe(400);
    expect(await sized('{"rules":{"__proto__":{"enabled":false}}}')).toBe(400);
    expect(await sized('{"mode":"audit","mode":')).toBe(400);
    expect((await reader().ask('GET', '/settings')).headers.get('etag')).toBe('"0"');
  });

  test('without a length are empty for the service, and the answer says how to send them', async () => {
    expect(await raw('/api/settings', { ...put, pieces: Array.from({ length: 20 }, () => ' '.repeat(65_536)) })).toBe(
      400,
    );
    const answer = await fetch(`${plumbline.dev.url}/api/settings`, {
      method: 'PUT',
      headers: put.headers,
      body: new Blob(['{"mode":"autofix"}']).stream(),
      duplex: 'half',
    });
    expect(await answer.json()).toMatchObject({
      code: 'invalid',
      detail: expect.stringContaining('send it with the header Content-Length'),
    });
    expect((await reader().ask('GET', '/settings')).headers.get('etag')).toBe('"0"');
  });
});

describe('a comment of a user', () => {
  const comment = "=cmd|' /C calc'!A0 <script>alert(1)</script> \u202e\u0000 \ud800 \"; DROP";

  test('is stored as text, escaped for spreadsheets, and verified offline', async () => {
    await plumbline.outcomeOf(await plumbline.change(ada, remarked.id, 'resource', touched));
    const approval = await plumbline.pending(remarked.id, 'webapp-remote-debugging');
    expect((await approver().reject(approval, comment)).statusAndCode).toBe('200');
    const [entry] = (await plumbline.audit(remarked.id)).filter(({ kind }) => kind === 'approval.rejected');
    expect(entry?.message).toBe(Buffer.from(comment).toString());

    const csv = await reader().ask('GET', '/audit/export?format=csv&kind=approval.rejected');
    expect(csv.body).toContain(`"'=cmd|' /C calc'!A0`);
    const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-hostile-'));
    try {
      const file = path.join(folder, 'audit.jsonl');
      const exported = await fetch(`${plumbline.dev.url}/api/audit/export`, { headers: signedIn });
      writeFileSync(file, Buffer.from(await exported.arrayBuffer()));
      expect(await verifyExports([file])).toMatchObject({ code: 0, text: expect.stringMatching(/^whole: /) });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('forged events', () => {
  test('about other resources, missing resources and similar ids change nothing', async () => {
    const at = (id: string) => `/subscriptions/00000000-0000-4000-8000-0000000000ff/resourceGroups/g/providers/${id}`;
    const events = {
      foreign: gridEvent(at('Microsoft.Web/sites/theirs')),
      nowhere: gridEvent(`${quiet.id}-not`),
      kelvin: gridEvent(book.id.replace(/k$/, '\u212a')),
      tricks: gridEvent(`${quiet.id}/../other`),
      endless: gridEvent(`${quiet.id}${'x'.repeat(5000)}`),
    };
    await plumbline.outcomeOf(await plumbline.change(ada, book.id, 'resource', touched));
    expect(await plumbline.deliver(Object.values(events))).toBe(202);
    const outcomes = Object.entries(events).map(async ([name, { id }]) => [
      name,
      (await plumbline.outcomeOf(String(id))).outcome,
    ]);
    expect(Object.fromEntries(await Promise.all(outcomes))).toEqual({
      foreign: 'gone',
      nowhere: 'gone',
      kelvin: 'ignored',
      tricks: 'ignored',
      endless: 'ignored',
    });
    // The app with a similar id is still there.
    expect((await plumbline.findings(book.id)).size).toBeGreaterThan(0);
    expect(await plumbline.deliver([gridEvent(book.id, { id: 'i'.repeat(900_000) })])).toBe(202);
  });

  test('that name an approver as caller block only the decision of that approver', async () => {
    await plumbline.outcomeOf(await plumbline.change(grace, framed.id, 'resource', touched));
    const approval = await plumbline.pending(framed.id, 'webapp-remote-debugging');
    const forged = gridEvent(framed.id, { caller: staff.approver });
    await plumbline.deliver([forged]);
    await plumbline.outcomeOf(String(forged.id));
    expect((await approver().approve(approval)).statusAndCode).toBe('403 own-change');
    expect((await plumbline.as(staff.otherApprover, 'Approver').approve(approval)).statusAndCode).toBe('202');
  });

  test('in a message for another resource do not conclude that event', async () => {
    const { connectionString } = plumbline.dev.storage;
    const event = gridEvent(other.id, { caller: ada });
    const id = String(event.id);
    const message = {
      resource: quiet.id,
      cause: 'event',
      event: { id, receivedAt: new Date().toISOString() },
      attempt: 0,
    };
    await putMessage(connectionString, 'plumbline-reconcile', Buffer.from(JSON.stringify(message)).toString('base64'));
    await plumbline.deliver([event]);
    expect(await plumbline.outcomeOf(id)).toMatchObject({ outcome: 'evaluated' });
    expect(plumbline.reads(other.id, 'resource')).toBeGreaterThan(0);
    expect(plumbline.reads(quiet.id, 'resource')).toBe(0);
  });
});

describe('very long and deeply nested input', () => {
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  test('an event with many levels is stored', async () => {
    const { data, ...head } = gridEvent(filled.id);
    const deep = { ...head, data: { ...Object(data), more: 0 } };
    const text = JSON.stringify([deep]).replace('"more":0', `"more":${nested(20_000)}`);
    expect(await plumbline.deliver(text)).toBe(202);
    expect((await plumbline.outcomeOf(String(head.id))).outcome).toMatch(/evaluated|covered/);
  });

  test('seven events with the longest values fit into the rows', async () => {
    const long = (letter: string) => letter.repeat(1024);
    const events = Array.from({ length: 7 }, (_, nth) => {
      const objectId = `${nth}${long('o')}`.slice(0, 128);
      const caller = { type: 'user' as const, objectId, name: long('\u6f22') };
      return gridEvent(filled.id, { id: `${nth}${long('i')}`, caller, operation: long('p'), correlationId: long('c') });
    });
    expect(await plumbline.deliver(events)).toBe(202);
    for (const { id } of events) expect((await plumbline.outcomeOf(String(id))).outcome).toMatch(/evaluated|covered/);
    await plumbline.outcomeOf(await plumbline.change(ada, filled.id, 'resource', touched));
  });

  test('an invalid document gets a short answer', async () => {
    const scopes = Array.from({ length: 900 }, () => ({ scope: 'x'.repeat(700), mode: 'no' }));
    const answer = await plumbline.as(staff.operator, 'Operator').ask('PUT', '/settings', { body: { scopes } });
    expect([answer.statusAndCode, JSON.stringify(answer.body).length < 30_000]).toEqual(['400 invalid', true]);
  });

  test.each([
    ['PUT', '/settings'],
    ['POST', '/exemptions'],
    ['POST', '/approvals/decisions'],
  ])('a body of %s %s with 20,000 levels is refused', async (method, path) => {
    const headers = { ...signedIn, 'content-type': 'application/json', 'if-match': '*' };
    const answer = await fetch(`${plumbline.dev.url}/api${path}`, { method, headers, body: nested(20_000) });
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: 'invalid' })]);
  });

  test('a message of any form becomes a dead letter of limited size', async () => {
    const { connectionString } = plumbline.dev.storage;
    // The Functions library parses some more than two thousand levels at most.
    const deep = `{"resource":"${'r'.repeat(15_000)}","a":${'['.repeat(2000)}${']'.repeat(2000)}}`;
    await putMessage(connectionString, 'plumbline-reconcile-poison', Buffer.from(deep).toString('base64'));
    const letters = await eventually('the letter', async () => {
      const { body } = await reader().ask('GET', '/deadletters');
      return JSON.stringify(body).includes('"queue":"plumbline-reconcile"') ? JSON.stringify(body) : null;
    });
    expect(letters.length).toBeLessThan(60_000);
  });
});

describe('a page of another site', () => {
  test('changes nothing for a signed-in user', async () => {
    await plumbline.outcomeOf(await plumbline.change(ada, asked.id, 'resource', touched));
    const { id, digest } = await plumbline.pending(asked.id, 'webapp-remote-debugging');
    const post = (headers: Record<string, string>) =>
      approver().ask('POST', `/approvals/${id}/approve`, { body: { digest }, headers });
    expect((await post({ origin: 'https://evil.example' })).statusAndCode).toBe('403 forbidden');
    expect((await post({ origin: plumbline.dev.url.replace('127.0.0.1', 'localhost') })).statusAndCode).toBe(
      '403 forbidden',
    );
    expect((await post({ origin: 'null', 'sec-fetch-site': 'same-origin' })).statusAndCode).toBe('403 forbidden');
    // A form of any site can send this without a preflight request.
    expect((await post({ 'content-type': 'text/plain' })).statusAndCode).toBe('400 invalid');
    expect(await raw(`/api/approvals/${id}/approve`, { headers: signedIn })).toBe(404);
    expect((await reader().get(`/approvals/${id}`, approvalAnswer)).status).toBe('pending');
    expect((await post({ origin: plumbline.dev.url, 'sec-fetch-site': 'same-origin' })).statusAndCode).toBe('202');
  });
});
