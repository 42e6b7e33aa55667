/** The lists over real storage: the answers have the schemas of openapi.json, page by page. */

import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { approve, getApproval, listApprovals } from '../../src/api/endpoints/approvals/approvals.ts';
import { getAuditEntry, listAudit, verifyAudit } from '../../src/api/endpoints/audit/audit.ts';
import { getEffectiveSettings } from '../../src/api/endpoints/effective-settings.ts';
import { explain } from '../../src/api/endpoints/findings/explain.ts';
import { getSummary, listFindings } from '../../src/api/endpoints/findings/findings.ts';
import { getHealth } from '../../src/api/endpoints/health.ts';
import { getResource, listResources } from '../../src/api/endpoints/resources/resources.ts';
import { getSettings, putSettings } from '../../src/api/endpoints/settings.ts';
import type { ApiService, Endpoint } from '../../src/api/framework/endpoint.ts';
import { parseAuditKeys } from '../../src/domain/audit/audit.ts';
import { resourceKeyOf } from '../../src/domain/decisions/finding-briefs.ts';
import { parseResourceId, type Resource } from '../../src/domain/resources/resource.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { emptyAccount } from '../account.ts';
import { apiDeps } from '../fakes/api-deps.ts';
import { type Answer, type AskOptions, ask, serviceOf, statusAndCode } from './ask.ts';
import { approval, DIGEST, event, finding, GROUP, memory, record, SHOP } from './samples.ts';

let account: string;
let service: ApiService;
const ids: string[] = [];
const auditIds = ['1', '2', '3'].map((digit) => digit.repeat(32));

beforeAll(async () => {
  account = await emptyAccount();
  const here = apiDeps();
  const { ping, ...stores } = openStorage({
    connection: { kind: 'connection-string', value: account },
    auditKeys: parseAuditKeys(`k1:${randomBytes(32).toString('base64')}`),
    now: here.clock.now,
    credential: { getToken: async () => null },
  });
  const deps = { ...here, newId: randomUUID, ...stores };
  service = { ...serviceOf(deps), ping };
  for (let n = 0; n < 3; n += 1) {
    const id = deps.approvals.newId(new Date(Date.parse('2026-03-01T10:00:00Z') + n));
    ids.unshift(id);
    await deps.approvals.save(approval({ id, status: n === 0 ? 'applied' : 'pending' }), null);
  }
  await deps.audit.append(
    auditIds.map((id, n) => record({ id, at: `2026-03-01T10:00:0${n}.000Z`, operationId: `operation-${n}` })),
  );
  await deps.findings.replace(shop(), [
    finding(),
    finding({ rule: 'webapp-http2', verdict: 'unknown', decision: null }),
  ]);
  await deps.events.store(event());
  await deps.resources.saveState(shop(), memory(), null);
});

const get = async (call: Endpoint, asking: AskOptions = {}): Promise<Answer> => {
  const answer = await ask(call, service, asking);
  if (answer.status < 300 && call.result !== null && typeof call.result !== 'string') {
    expect(call.result.parse(answer.body), call.name).toEqual(answer.body);
  }
  return answer;
};

describe('over real storage', () => {
  it('every answer has its documented schema', async () => {
    const calls: [Endpoint, AskOptions?][] = [
      [listApprovals],
      [getApproval, { params: { id: ids[0] ?? '' } }],
      [listAudit],
      [getAuditEntry, { params: { id: auditIds[0] ?? '' } }],
      [verifyAudit],
      [listFindings],
      [listFindings, { query: '?sort=-severity&q=shop&total=true' }],
      [listFindings, { query: '?view=brief' }],
      [listFindings, { query: '?group=resourceGroup' }],
      [listResources, { query: '?total=true' }],
      [getResource, { params: { key: resourceKeyOf(SHOP) } }],
      [getEffectiveSettings, { query: `?resource=${GROUP}` }],
      [getSummary],
      [explain, { query: `?resource=${SHOP.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions')}` }],
      [explain, { query: '?event=event-1' }],
      [getSettings],
      [getHealth],
    ];
    for (const [call, asking] of calls) expect((await get(call, asking)).status, call.name).toBe(200);
  });

  it('lists are newest first, and their pages have all items', async () => {
    expect(await walk(listApprovals)).toEqual(ids);
    expect(await walk(listAudit)).toEqual([...auditIds].reverse());
    expect(await walk(listFindings)).toHaveLength(2);
  });

  it('filters reach the rows', async () => {
    const count = async (call: Endpoint, query: string) => (await walk(call, query)).length;
    expect(await count(listApprovals, '&status=pending')).toBe(2);
    expect(await count(listApprovals, `&status=pending&resource=${GROUP}/&rule=webapp-min-tls`)).toBe(2);
    expect(await count(listApprovals, '&rule=webapp-http2')).toBe(0);
    expect(await count(listAudit, '&from=2026-03-01T10:00:01Z&to=2026-03-01T10:00:02Z')).toBe(1);
    expect(await count(listAudit, '&from=0001-01-01&to=9999-12-31')).toBe(3);
    expect(await count(listAudit, '&operationId=operation-1')).toBe(1);
    expect(await count(listAudit, '&kind=fix.failed')).toBe(0);
    expect(await count(listFindings, `&verdict=violation&severity=high&decision=queue&resource=${SHOP}`)).toBe(1);
  });

  it('a decision is stored once and repeated with the same answer', async () => {
    const which = { params: { id: ids[0] ?? '' } };
    const asking = { ...which, body: { digest: DIGEST } };
    const first = await get(approve, asking);
    expect(first).toMatchObject({ status: 202, body: { status: 'approved' } });
    expect(await get(approve, asking)).toMatchObject({ status: 202, body: { id: ids[0], status: 'approved' } });
    expect((await get(getApproval, which)).body.decision).toEqual(first.body.decision);
    expect(await walk(listAudit, '&kind=approval.approved')).toHaveLength(1);
  });

  it('settings keep their ETag', async () => {
    const stored = await get(putSettings, { body: { mode: 'autofix' }, headers: { 'if-match': '"0"' } });
    expect([stored.status, stored.headers.get('etag')]).toEqual([200, '"1"']);
    expect(statusAndCode(await get(putSettings, { body: {}, headers: { 'if-match': '"0"' } }))).toBe(
      '412 settings-changed',
    );
    expect((await get(getSettings)).body).toEqual(stored.body);
  });
});

const page = z.object({ items: z.array(z.record(z.string(), z.unknown())), nextCursor: z.string().optional() });

/** The ids of a list, fetched one per page. */
async function walk(call: Endpoint, query = ''): Promise<unknown[]> {
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const at = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { items, nextCursor } = page.parse((await get(call, { query: `?limit=1${query}${at}` })).body);
    seen.push(...items.map(({ id, rule }) => id ?? rule));
    cursor = nextCursor;
  } while (cursor !== undefined);
  return seen;
}

function shop(): Resource {
  const resource = parseResourceId(SHOP);
  if (!resource) throw new Error('the sample is no resource');
  return resource;
}
