import { describe, expect, it } from 'vitest';
import { listEvents, listedEvent } from '../../../src/api/endpoints/events.ts';
import { pageSchema } from '../../../src/api/framework/page.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { app, event, time } from '../../storage/samples.ts';
import { ask, principal, serviceOf, statusAndCode } from '../ask.ts';

describe('GET /events', () => {
  const deps = apiDeps();
  deps.stored.events.push(
    event('e1', app('one'), time(1)),
    { ...event('e2', app('two', 'Bar'), time(2)), outcome: 'covered', auditIds: ['a'] },
    { ...event('e3', null, time(3)), outcome: 'ignored' },
  );
  const service = serviceOf(deps);
  const listed = async (query: string) =>
    pageSchema(listedEvent).parse((await ask(listEvents, service, { query, as: principal(['Reader']) })).body);

  it('lists events newest first, with what became of them', async () => {
    expect(await listed('?outcome=covered')).toEqual({
      items: [
        {
          ...{ eventId: 'e2', receivedAt: time(2), resource: app('two', 'Bar').id, outcome: 'covered' },
          ...{ operation: 'Microsoft.Web/sites/write', reasons: [], auditIds: ['a'] },
          changedBy: { objectId: '11111111-1111-1111-1111-111111111111', name: 'kim@contoso.com', type: 'user' },
        },
      ],
    });
    const { body } = await ask(listEvents, service, { query: '?limit=2' });
    expect(body).toMatchObject({ items: [{ eventId: 'e3', resource: null }, { eventId: 'e2' }] });
    const next = await ask(listEvents, service, { query: `?limit=2&cursor=${body.nextCursor}` });
    expect(next.body).toMatchObject({ items: [{ eventId: 'e1', outcome: null }] });
  });

  it('filters by a scope and by several outcomes', async () => {
    const scope = app('one').id.replace(/\/providers.*/, '');
    expect(await listed(`?resource=${scope}&outcome=waiting,dead`)).toMatchObject({ items: [{ eventId: 'e1' }] });
    for (const wrong of ['?outcome=lost', '?outcome=dead,dead', '?resource=x', '?from=2026-01-01']) {
      expect(statusAndCode(await ask(listEvents, service, { query: wrong }))).toBe('400 invalid');
    }
  });
});
