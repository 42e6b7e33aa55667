/** Previews and grants of exemptions, many at once. */
import { describe, expect, test } from 'vitest';
import { type Answer, ApiError, type CallOptions } from '../../../../src/console/api/client.ts';
import type { ExemptionRequest } from '../../../../src/console/views/exemptions/exemption-form.ts';
import { leftToGrant } from '../../../../src/console/views/exemptions/grant.ts';
import { exemptionQuery } from '../../../../src/console/views/exemptions/list-query.ts';
import { previewExemptions, sentenceOfTotals, sumOf } from '../../../../src/console/views/exemptions/preview.ts';

const NOW = new Date('2026-03-01T12:10:00.000Z');
const signal = new AbortController().signal;

function requests(count: number): ExemptionRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    scope: `/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app${index}`,
    rule: 'webapp-min-tls',
    owner: 'Ada',
    reason: 'Later',
    expires: '2026-04-01T00:00:00.000Z',
  }));
}

interface Sent {
  readonly path: string;
  readonly options: CallOptions;
}

/** Answers in this order, and notes what was sent. */
function fakeCall(answers: readonly Partial<Answer<unknown>>[], sent: Sent[] = []) {
  return async <T>(path: string, options: CallOptions = {}): Promise<Answer<T>> => {
    sent.push({ path, options });
    const { status = 200, body = {}, etag = null, location = null } = answers[sent.length - 1] ?? {};
    return { status, body: body as T, etag, location };
  };
}

const part = (covered: number) => ({
  changes: [{ rule: 'webapp-min-tls', before: 'report', after: 'exempt', resources: covered }],
  approvalsCleared: 1,
  unknown: 0,
  covered,
});

describe('a preview', () => {
  test('of more than a hundred is made in parts, and summed up', async () => {
    const sent: Sent[] = [];
    const call = fakeCall([{ body: part(100) }, { body: part(20) }], sent);
    const totals = await previewExemptions({ call, wait: async () => {} }, requests(120), signal);
    expect(sent.map(({ options }) => (options.body as { items: unknown[] }).items.length)).toEqual([100, 20]);
    expect(totals).toEqual({
      ...part(120),
      approvalsCleared: 2,
    });
    expect(sentenceOfTotals(totals)).toBe('120 failing checks are covered. 2 pending approvals are resolved.');
  });

  test('that is made in the background is asked for until it is there', async () => {
    const sent: Sent[] = [];
    const location = 'https://plumbline.example/api/exemptions/preview/p1';
    const call = fakeCall(
      [
        { status: 202, location, body: { id: 'p1', status: 'running' } },
        { body: { id: 'p1', status: 'running' } },
        { body: { id: 'p1', status: 'done', ...part(1) } },
      ],
      sent,
    );
    const waits: number[] = [];
    const wait = async (milliseconds: number) => void waits.push(milliseconds);
    expect(await previewExemptions({ call, wait }, requests(1), signal)).toEqual(part(1));
    expect(sent.map(({ path }) => path)).toEqual([
      '/exemptions/preview?limit=1',
      '/exemptions/preview/p1',
      '/exemptions/preview/p1',
    ]);
    expect(waits).toEqual([1000, 1000]);
  });

  test('that failed is an error, and one that nobody waits for ends', async () => {
    const begun = { status: 202, location: '/api/exemptions/preview/p1', body: { id: 'p1', status: 'running' } };
    const failed = fakeCall([begun, { body: { id: 'p1', status: 'failed' } }]);
    await expect(previewExemptions({ call: failed, wait: async () => {} }, requests(1), signal)).rejects.toThrow(
      ApiError,
    );
    const abort = new AbortController();
    const waiting = previewExemptions(
      { call: fakeCall([begun]), wait: async () => abort.abort() },
      requests(1),
      abort.signal,
    );
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('of nothing covers nothing', () => {
    expect(sentenceOfTotals(sumOf([]))).toBe('No failing check is covered now; later ones are.');
    expect(sentenceOfTotals({ ...sumOf([]), covered: 1, approvalsCleared: 1, unknown: 2 })).toBe(
      '1 failing check is covered. 1 pending approval is resolved. 2 checks cannot be predicted before the next evaluation.',
    );
  });
});

test('what is granted already is not granted again', () => {
  const [first, second] = requests(2);
  if (!first || !second) throw new Error('no requests');
  const inForce = {
    ...first,
    id: 'e1',
    scope: first.scope.toUpperCase(),
    expires: '2026-04-01T00:00:00Z',
    createdAt: '2026-03-01T00:00:00.000Z',
  };
  expect(leftToGrant([first, second], [inForce])).toEqual([second]);
  expect(leftToGrant([first], [{ ...inForce, reason: 'Another' }])).toEqual([first]);
});

describe('the list that an address asks for', () => {
  test.each([
    ['', { total: 'true' }],
    ['state=ended&sort=expires', { state: 'ended', total: 'true' }],
    ['sort=-created', { total: 'true' }],
    ['sort=expires&owner= Ada &q=tls', { sort: 'expires', owner: 'Ada', q: 'tls', total: 'true' }],
    ['resource=/subscriptions/a,/subscriptions/b', { resource: '/subscriptions/a', total: 'true' }],
    ['expiring=7', { expiresBefore: '2026-03-08T13:00:00.000Z', total: 'true' }],
    ['expiring=soon', { total: 'true' }],
  ])('%s', (query, expected) => expect(exemptionQuery(new URLSearchParams(query), NOW)).toEqual(expected));
});
