/** The reader of Azure's Activity Log, against prepared answers: real shapes, refusals, and unexpected ones. */
import { describe, expect, test } from 'vitest';
import { activityAnswering, type CannedReply, resource, SUBSCRIPTION } from './azure.ts';

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/shop`;
const SITE = `${GROUP}/providers/Microsoft.Web/sites/Shop`;
const SLOT = `${SITE}/slots/staging`;
const APP = `${GROUP}/providers/Microsoft.App/containerApps/cart`;
const NOW = new Date('2026-11-29T12:00:00.000Z');
const FROM = new Date('2026-11-29T09:00:00.000Z');
const TO = new Date('2026-11-29T11:00:00.000Z');

const MICROSOFT = 'http://schemas.microsoft.com/identity/claims';
const SOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const ADA = '00000000-0000-4000-8000-000000000101';
const GRACE = '00000000-0000-4000-8000-000000000102';
const IDENTITY = '00000000-0000-4000-8000-0000000000c1';
const CLIENT = '00000000-0000-4000-8000-0000000000c2';
const EVIDENT = '00000000-0000-4000-8000-0000000000d1';

const adas = {
  appid: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  idtyp: 'user',
  name: 'Ada Lovelace',
  [`${MICROSOFT}/objectidentifier`]: ADA.toUpperCase(),
  [`${MICROSOFT}/scope`]: 'user_impersonation',
  [`${SOAP}/upn`]: 'ada@contoso.example',
};
const graces = { ...adas, name: 'Grace Hopper', oid: GRACE, [`${MICROSOFT}/objectidentifier`]: GRACE };
const identitys = {
  appid: CLIENT,
  idtyp: 'app',
  [`${MICROSOFT}/objectidentifier`]: IDENTITY,
  [`${SOAP}/nameidentifier`]: IDENTITY,
  xms_mirid: `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pipeline`,
};

/** A line of the log: the end of Ada's write of the site unless members differ; undefined leaves a member out. */
function line(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    authorization: { action: 'Microsoft.Web/sites/write', scope: SITE, evidence: { principalId: EVIDENT } },
    caller: 'somebody.else@contoso.example',
    claims: adas,
    correlationId: 'c-1',
    operationId: 'c-1',
    eventName: { value: 'EndRequest', localizedValue: 'Anforderung beenden' },
    operationName: { value: 'Microsoft.Web/sites/write', localizedValue: 'Website aktualisieren' },
    resourceId: SITE,
    status: { value: 'Succeeded', localizedValue: 'Fehler' },
    eventTimestamp: '2026-11-29T10:00:00.1234567Z',
    submissionTimestamp: '2026-11-29T10:01:14Z',
    ...over,
  };
}

const operation = (value: string) => ({ operationName: { value, localizedValue: 'x' } });
const status = (value: string) => ({ status: { value, localizedValue: 'Erfolgreich' } });

function logOf(...value: unknown[]) {
  return activityAnswering(() => ({ status: 200, body: { value } }), { now: () => NOW });
}

async function read(lines: unknown[], id = SITE) {
  const reading = await logOf(...lines).listWrites(resource(id), FROM, TO);
  if (reading.kind !== 'read') throw new Error(JSON.stringify(reading));
  return reading;
}

/** Who wrote, as object ids; null for an unknown caller. */
const writers = async (lines: unknown[], id = SITE) =>
  (await read(lines, id)).entries.map(({ caller }) => caller?.objectId ?? null);

describe('the request', () => {
  test('is one, filtered by time and resource group, for the needed columns only', async () => {
    const log = activityAnswering(
      () => ({ status: 200, body: { value: [line()], nextLink: 'https://management.azure.com/next' } }),
      { now: () => NOW },
    );
    expect(await log.listWrites(resource(SITE), FROM, TO)).toMatchObject({ kind: 'read', complete: false });
    expect(log.requests).toHaveLength(1);
    const url = new URL(log.requests[0]?.url ?? '');
    expect([log.requests[0]?.method, url.origin, url.pathname]).toEqual([
      'GET',
      'https://management.azure.com',
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values`,
    ]);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      'api-version': '2015-04-01',
      $filter:
        "eventTimestamp ge '2026-11-29T09:00:00.000Z' and eventTimestamp le '2026-11-29T11:00:00.000Z' and resourceGroupName eq 'shop'",
      $select: 'claims,correlationId,eventDataId,eventTimestamp,operationId,operationName,resourceId,status',
    });
    // A plus would have to be read as a blank.
    expect(url.search).not.toContain('+');
  });

  test('begins at most 90 days ago, and the answer is not complete when an earlier start was requested', async () => {
    const log = logOf(line());
    const long = new Date('2026-01-01T00:00:00Z');
    expect(await log.listWrites(resource(SITE), long, TO)).toMatchObject({ kind: 'read', complete: false });
    const [, start = ''] =
      /ge '([^']+)'/.exec(new URL(log.requests[0]?.url ?? '').searchParams.get('$filter') ?? '') ?? [];
    const days = (NOW.getTime() - Date.parse(start)) / 86_400_000;
    expect(days).toBeLessThan(90);
    expect(days).toBeGreaterThan(89.9);
    const early = await log.listWrites(resource(SITE), long, new Date('2026-02-01T00:00:00Z'));
    expect([early, log.requests.length]).toEqual([{ kind: 'read', entries: [], complete: false }, 1]);
  });
});

describe('the caller of a write', () => {
  test('is the object id in the claims, never from the evidence or the text of the caller', async () => {
    const reading = await read([line()]);
    expect(reading).toEqual({
      kind: 'read',
      complete: true,
      entries: [
        {
          correlationId: 'c-1',
          operation: 'Microsoft.Web/sites/write',
          at: '2026-11-29T10:00:00.123Z',
          caller: { objectId: ADA, type: 'user', name: 'ada@contoso.example' },
          appId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
        },
      ],
    });
    expect(JSON.stringify(reading)).not.toContain(EVIDENT);
  });

  test('is an application when a managed identity wrote', async () => {
    const { entries } = await read([line({ claims: identitys })]);
    expect(entries).toMatchObject([{ caller: { objectId: IDENTITY, type: 'app' }, appId: CLIENT }]);
  });

  test.each([
    ['none', undefined],
    ['null', null],
    ['empty', {}],
    ['an empty text', ''],
    ['without an object id', { appid: CLIENT }],
  ])('is unknown when the claims are %s', async (_, claims) => {
    const reading = await read([line({ claims })]);
    expect([reading.complete, reading.entries.map(({ caller }) => caller)]).toEqual([true, [null]]);
  });

  test('is found in claims that are a JSON text', async () => {
    expect(await writers([line({ claims: JSON.stringify(adas) })])).toEqual([ADA]);
  });
});

describe('entries that count as writes', () => {
  const begun = (over = {}) => line({ ...status('Started'), eventTimestamp: '2026-11-29T09:59:58Z', ...over });

  test('one operation is one entry, at the time of its end, for any number of lines', async () => {
    const { entries } = await read([line(), line({ ...status('Accepted') }), begun()]);
    expect(entries.map(({ at }) => at)).toEqual(['2026-11-29T10:00:00.123Z']);
  });

  test('operations are listed oldest first', async () => {
    const later = line({
      operationId: 'c-2',
      correlationId: 'c-2',
      claims: graces,
      eventTimestamp: '2026-11-29T10:30:00Z',
    });
    expect(await writers([later, line()])).toEqual([ADA, GRACE]);
  });

  test.each([
    ['one that has begun', [begun()], 1],
    ['one that was accepted', [line(status('Accepted')), begun()], 1],
    ['one that failed', [line(status('Failed')), begun()], 0],
    ['one whose failure has no caller', [line({ ...status('Failed'), claims: {} }), begun()], 0],
    ['one of which only the failure is in the requested time', [line(status('Failed'))], 0],
    ['one that failed and was repeated under the same ids', [line(), line(status('Failed')), begun()], 1],
    ['one that still runs, beside one that failed under the same ids', [line(status('Failed')), begun(), begun()], 1],
    ['one without a status', [line({ status: undefined })], 1],
  ])('%s', async (_, lines, count) => {
    expect((await read(lines)).entries).toHaveLength(count);
  });

  test('two users under the same ids are two callers, because the writer chooses the correlation id', async () => {
    expect((await writers([line({ claims: graces }), line(), begun({ claims: null })])).sort()).toEqual([ADA, GRACE]);
    expect(await writers([line({ ...status('Failed'), claims: graces }), line()])).toEqual([ADA]);
    expect(await writers([line(), begun({ claims: {} })])).toEqual([ADA]);
    // It is not known whose failure this is.
    const failed = line({ ...status('Failed'), claims: {} });
    expect((await writers([failed, begun({ claims: graces }), begun()])).sort()).toEqual([ADA, GRACE]);
  });

  test.each([
    ['Microsoft.Web/sites/config/write', `${SITE}/config/appsettings`, true],
    ['MICROSOFT.WEB/SITES/CONFIG/WRITE', `${SITE.toUpperCase()}/CONFIG/WEB`, true],
    ['Microsoft.Web/sites/delete', SITE, true],
    [
      'Microsoft.Web/sites/basicPublishingCredentialsPolicies/ftp/Write',
      `${SITE}/basicPublishingCredentialsPolicies/ftp`,
      true,
    ],
    [
      'microsoft.insights/diagnosticSettings/write',
      `${SITE}/providers/microsoft.insights/diagnosticSettings/all logs`,
      true,
    ],
    ['Microsoft.Resources/tags/write', `${SITE}/providers/Microsoft.Resources/tags/default`, true],
    ['Microsoft.Web/sites/restore/action', SITE, true],
    ['Microsoft.Web/sites/config/list/action', `${SITE}/config/appsettings`, false],
    ['Microsoft.Web/sites/restart/action', SITE, false],
    ['Microsoft.Web/sites/slots/StartSlotWarmup/action', SLOT, false],
    ['Microsoft.Authorization/policies/audit/action', SITE, false],
    ['Microsoft.Web/sites/write', `${SITE}-2`, false],
    ['Microsoft.Web/sites/write', SITE.replace('/shop/', '/other/'), false],
    ['Microsoft.Web/sites/slots/write', SLOT, false],
    ['Microsoft.Web/sites/slots/config/write', `${SLOT}/config/web`, false],
    ['Microsoft.Web/serverfarms/write', `${GROUP}/providers/Microsoft.Web/serverfarms/plan`, false],
    ['Microsoft.Resources/deployments/write', `${GROUP}/providers/Microsoft.Resources/deployments/main`, false],
    // A swap concerns the app and all its slots, whichever it names.
    ['Microsoft.Web/sites/slots/slotsswap/action', SLOT, true],
    ['Microsoft.Web/sites/slots/SlotSwap/action', SLOT, true],
    ['Microsoft.Web/sites/slots/ApplySlotConfig/action', SLOT, true],
    ['Microsoft.Web/sites/slots/slotsswap/action', SLOT.replace('/Shop/', '/Store/'), false],
  ])('%s of %s: %s', async (name, resourceId, counts) => {
    const reading = await read([line({ ...operation(name), resourceId })]);
    expect([reading.entries.length === 1, reading.complete]).toEqual([counts, true]);
  });

  test('a slot has its own writes and not those of its app, and a swap of another slot concerns it', async () => {
    const lines = [
      line({ ...operation('Microsoft.Web/sites/slots/config/write'), resourceId: `${SLOT}/config/web` }),
      line({ claims: graces }),
      line({ claims: identitys, ...operation('Microsoft.Web/sites/slotsswap/action') }),
    ];
    expect((await writers(lines, SLOT)).sort()).toEqual([ADA, IDENTITY].sort());
  });

  test('a container app has its own writes and those of its child resources', async () => {
    const ids = [APP, `${APP}/authConfigs/current`, `${GROUP}/providers/Microsoft.App/containerApps/cart2`];
    const lines = ids.map((resourceId) => line({ ...operation('Microsoft.App/containerApps/write'), resourceId }));
    expect((await read(lines, APP)).entries).toHaveLength(2);
  });

  test('a line of another category than Administrative is ignored, without regard to case', async () => {
    const of = (value: string) => line({ category: { value } });
    expect([(await read([of('Policy')])).entries, (await read([of('administrative')])).entries.length]).toEqual([
      [],
      1,
    ]);
  });
});

describe('lines of an unexpected form', () => {
  test.each([
    ['a line of another type', [null, 'x', 7, []], 0],
    ['an operation that is no text', [line({ operationName: { value: 7 } })], 0],
    ['a write without the id of what was written', [line({ resourceId: undefined })], 0],
    ['an id below the resource with path tricks', [line({ resourceId: `${SITE}/config/%77eb` })], 0],
    ['a time that cannot be parsed', [line({ eventTimestamp: 'yesterday' })], 1],
    ['no time', [line({ eventTimestamp: null })], 1],
    ['claims of another type', [line({ claims: [1] })], 1],
    ['claims that are a text and not JSON', [line({ claims: 'x' })], 1],
    ['a status of another type', [line({ status: 'Failed' })], 1],
    ['ids of another type', [line({ operationId: {}, correlationId: 7 })], 1],
    ['an operation without end', [line(operation(`${'x'.repeat(5000)}/write`))], 0],
  ])('%s: the rest of the page counts, and the answer is not complete', async (_, lines, more) => {
    const other = line({ operationId: 'c-9', claims: graces, eventTimestamp: '2026-11-29T10:59:59Z' });
    const reading = await read([...lines, other]);
    expect([reading.complete, reading.entries.length]).toEqual([false, more + 1]);
    expect(reading.entries.map(({ caller }) => caller?.objectId)).toContain(GRACE);
  });

  test('a line without a time never counts as old', async () => {
    expect((await read([line({ eventTimestamp: undefined })])).entries.map(({ at }) => at)).toEqual([TO.toISOString()]);
  });

  test('lines with empty or missing ids are separate operations', async () => {
    const { entries } = await read([
      line({ operationId: '', correlationId: '' }),
      line({ operationId: null, correlationId: '' }),
    ]);
    expect(entries.map(({ correlationId }) => correlationId)).toEqual([null, null]);
  });

  test('ids that are names of object members in JavaScript are handled as any other', async () => {
    const lines = JSON.parse(`[{"__proto__":{"value":1}},${JSON.stringify(line({ operationId: '__proto__' }))}]`);
    expect((await read(lines)).entries).toHaveLength(1);
  });

  test.each([
    ['no object', 'nonsense'],
    ['no list', { value: {} }],
    ['nothing', undefined],
  ])('an answer that is %s is a refusal', async (_, body) => {
    const log = activityAnswering(() => ({ status: 200, body }), { now: () => NOW });
    expect(await log.listWrites(resource(SITE), FROM, TO)).toMatchObject({
      kind: 'refused',
      failure: { kind: 'invalid' },
    });
  });
});

describe('refusals are returned, not thrown', () => {
  const refusals: readonly [string, CannedReply, object][] = [
    [
      'an earlier start than Azure keeps, without wrapper and in capitals',
      { status: 400, body: { Code: 'BadRequest', Message: 'The start time cannot be more than 90 days in the past.' } },
      { kind: 'invalid', code: 'BadRequest', message: 'The start time cannot be more than 90 days in the past.' },
    ],
    [
      'no right',
      { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } },
      { kind: 'blocked', code: 'AuthorizationFailed' },
    ],
    [
      'throttled',
      {
        status: 429,
        headers: { 'retry-after': '17' },
        body: { error: { code: 'SubscriptionRequestsThrottled', message: 'x' } },
      },
      { kind: 'throttled', retryAfter: 17 },
    ],
    ['a failing server', { status: 503 }, { kind: 'transient' }],
    [
      'a redirect, which is not followed',
      { status: 302, headers: { location: 'https://evil.example' } },
      { kind: 'invalid' },
    ],
  ];

  test.each(refusals)('%s', async (_, reply, failure) => {
    const log = activityAnswering(() => reply, { now: () => NOW });
    expect(await log.listWrites(resource(SITE), FROM, TO)).toMatchObject({ kind: 'refused', failure });
    expect(log.requests).toHaveLength(1);
  });

  test('a connection error is a refusal', async () => {
    const log = activityAnswering(
      () => {
        throw new Error('socket hang up');
      },
      { now: () => NOW },
    );
    expect(await log.listWrites(resource(SITE), FROM, TO)).toMatchObject({
      kind: 'refused',
      failure: { kind: 'transient', message: 'socket hang up' },
    });
  });
});
