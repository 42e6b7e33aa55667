import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../../src/domain/resources/event.ts';
import { SITE } from '../examples.ts';

const CLAIMS = 'http://schemas.microsoft.com/identity/claims';
const SOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const OID = '0f0f0f0f-1111-2222-3333-444444444444';

/** The write of a site by a user, as Event Grid delivers it. */
const written = {
  topic: '/subscriptions/11111111-2222-3333-4444-555555555555',
  subject: SITE,
  eventType: 'Microsoft.Resources.ResourceWriteSuccess',
  eventTime: '2026-01-15T11:59:58.1234567Z',
  id: 'e1',
  data: {
    authorization: { scope: SITE, action: 'Microsoft.Web/sites/write', evidence: { role: 'Subscription Admin' } },
    claims: {
      aud: 'https://management.core.windows.net/',
      appid: 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c',
      name: 'Ada Example',
      [`${CLAIMS}/objectidentifier`]: OID.toUpperCase(),
      [`${CLAIMS}/scope`]: 'user_impersonation',
      [`${SOAP}/upn`]: 'ada@example.com',
      [`${SOAP}/name`]: 'ada@example.com',
    },
    correlationId: 'c1',
    resourceProvider: 'Microsoft.Web',
    resourceUri: SITE,
    operationName: 'Microsoft.Web/sites/write',
    status: 'Succeeded',
  },
  dataVersion: '2',
  metadataVersion: '1',
};
const event = {
  id: 'e1',
  operation: 'Microsoft.Web/sites/write',
  eventTime: '2026-01-15T11:59:58.1234567Z',
  correlationId: 'c1',
};
const DASHLESS = OID.replaceAll('-', '');
const person = { objectId: OID, type: 'user' };
const ada = { objectId: OID, type: 'user', name: 'ada@example.com' };

describe('both schemas have the resource and the caller', () => {
  test('the Event Grid schema', () => {
    expect(parseEvent(written)).toMatchObject({
      kind: 'change',
      resource: { id: SITE, key: SITE.toLowerCase() },
      event: { ...event, changedBy: ada, appId: 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c' },
    });
  });

  test('CloudEvents 1.0', () => {
    const { subject, eventType: type, eventTime: time, id, data } = written;
    const cloud = { specversion: '1.0', source: written.topic, subject, type, time, id, data };
    expect(parseEvent(cloud)).toEqual(parseEvent(written));
  });

  test.each([
    ['a child of the site', { subject: `${SITE}/config/web` }, SITE],
    ['a slot and its child', { subject: `${SITE}/slots/blue/config/web` }, `${SITE}/slots/blue`],
    ['a diagnostic setting', { subject: `${SITE}/providers/microsoft.insights/diagnosticSettings/x` }, SITE],
    ['only resourceUri and no subject', { subject: null }, SITE],
    ['a delete', { eventType: 'Microsoft.Resources.ResourceDeleteSuccess' }, SITE],
  ])('%s', (_, members, id) => {
    expect(parseEvent({ ...written, ...members })).toMatchObject({ kind: 'change', resource: { id } });
  });

  test.each([
    ['the claims', { claims: JSON.stringify(written.data.claims) }],
    ['claims as JSON text in a JSON text', { claims: JSON.stringify(JSON.stringify(written.data.claims)) }],
    ['claims with as many characters as may be', { claims: JSON.stringify(written.data.claims).padEnd(65_536) }],
    ['the authorization', { authorization: JSON.stringify(written.data.authorization) }],
  ])('%s as JSON text are read like objects', (_, members) => {
    expect(parseEvent({ ...written, data: { ...written.data, ...members } })).toEqual(parseEvent(written));
  });

  test('all data as JSON text, in a CloudEvent', () => {
    const { subject, eventType: type, eventTime: time, id, data } = written;
    expect(parseEvent({ subject, type, time, id, data: JSON.stringify(data) })).toEqual(parseEvent(written));
  });

  test.each([
    ['', (evidence: object) => ({ evidence })],
    ['inside text', (evidence: object) => JSON.stringify({ evidence })],
    ['as text inside text', (evidence: object) => JSON.stringify({ evidence: JSON.stringify(evidence) })],
    ['as text', (evidence: object) => ({ evidence: JSON.stringify(evidence) })],
  ])('the caller is read from the evidence %s', (_, authorization) => {
    const data = { claims: '{}', authorization: authorization({ principalId: DASHLESS, principalType: 'User' }) };
    expect(parseEvent({ ...written, data })).toMatchObject({ kind: 'change', event: { changedBy: person } });
  });

  test.each([
    ['is not JSON', '{"oid":'],
    ['is not an object', '"text"'],
    ['is a list', '[]'],
    ['is empty', ''],
    ['has one layer of text too many', [1, 2, 3].reduce((inner) => JSON.stringify(inner), `{"oid":"${OID}"}`)],
    ['has too many layers of text', [1, 2, 3, 4].reduce((inner) => JSON.stringify(inner), '{"oid":"x"}')],
    ['is nested too deeply', '['.repeat(60_000)],
    ['is too long', `{"oid":"x","more":"${'x'.repeat(65_536)}"}`],
  ])('claims as text that %s give no caller, and the event is kept', (_, claims) => {
    const received = parseEvent({ ...written, data: { claims, authorization: claims } });
    expect(received).toMatchObject({ kind: 'change', event: { changedBy: null } });
  });

  test('an id with an empty segment means the same resource', () => {
    const subject = SITE.replace('Microsoft.Web/', 'Microsoft.Web//');
    expect(parseEvent({ ...written, subject })).toEqual(parseEvent(written));
    expect(parseEvent({ ...written, subject: null, data: { ...written.data, resourceUri: subject } })).toEqual(
      parseEvent(written),
    );
  });

  test('a swap is an action that changes the production app', () => {
    const swap = {
      ...written,
      eventType: 'Microsoft.Resources.ResourceActionSuccess',
      data: { ...written.data, operationName: 'Microsoft.Web/sites/slots/slotsswap/Action' },
    };
    expect(parseEvent(swap)).toMatchObject({ kind: 'change', resource: { id: SITE } });
  });
});

describe('the caller of an event', () => {
  const changedBy = (claims: unknown, evidence?: unknown) => {
    const received = parseEvent({ ...written, data: { ...written.data, claims, authorization: { evidence } } });
    return received.kind === 'change' ? received.event.changedBy : received;
  };

  test.each([
    [
      'a pipeline has no name and no scope',
      { appid: 'a', [`${CLAIMS}/objectidentifier`]: OID },
      undefined,
      { objectId: OID, type: 'app' },
    ],
    ['the short claims', { oid: OID, upn: 'ada@example.com' }, undefined, ada],
    [
      'an application with its claim',
      { oid: OID, idtyp: 'app', name: 'pipeline' },
      undefined,
      { objectId: OID, type: 'app', name: 'pipeline' },
    ],
    [
      'no claims: the evidence, whose ids have no dashes',
      {},
      { principalId: OID.replaceAll('-', ''), principalType: 'ServicePrincipal' },
      { objectId: OID, type: 'app' },
    ],
    ['evidence of a user', null, { principalId: OID, principalType: 'User' }, { objectId: OID, type: 'user' }],
    ['a name from the oldest claim', { oid: OID, [`${SOAP}/name`]: 'ada@example.com' }, undefined, ada],
    ['a guest', { oid: OID, unique_name: 'ada@example.com' }, undefined, ada],
    ['a scope means a user', { oid: OID, [`${CLAIMS}/scope`]: 'user_impersonation' }, undefined, person],
    ['a scope by its short name', { oid: OID, scp: 'user_impersonation' }, undefined, person],
    ['an empty name is ignored', { oid: OID, upn: '' }, undefined, { objectId: OID, type: 'app' }],
    ['evidence of no type', {}, { principalId: OID }, { objectId: OID, type: 'app' }],
    ['evidence without an id', {}, { principalType: 'User' }, null],
    ['evidence of another form of id', {}, { principalId: `x${DASHLESS}` }, { objectId: `x${DASHLESS}`, type: 'app' }],
    ['evidence with a longer id', {}, { principalId: `${DASHLESS}0` }, { objectId: `${DASHLESS}0`, type: 'app' }],
    ['evidence as a list', {}, [], null],
    ['evidence of a role only', {}, { role: 'Subscription Admin' }, null],
    ['claims of another form', 'none', undefined, null],
    ['an object id of another type', { oid: 7 }, undefined, null],
    ['a very long object id', { oid: 'o'.repeat(1025) }, undefined, null],
    ['an object id like an inherited member', JSON.parse(`{"__proto__":{"oid":"${OID}"}}`), undefined, null],
    ['nothing', undefined, undefined, null],
  ])('%s', (_, claims, evidence, expected) => {
    expect(changedBy(claims, evidence)).toEqual(expected);
  });

  test.each([
    ['no data', undefined],
    ['data of another form', 'x'],
    ['authorization of another form', { authorization: 'x' }],
    [
      'values that do not fit into a row',
      { operationName: 'o'.repeat(1e6), correlationId: 'c', claims: { oid: 'o'.repeat(1e6) } },
    ],
  ])('%s loses the caller, not the event', (_, data) => {
    expect(parseEvent({ ...written, data })).toMatchObject({
      kind: 'change',
      resource: { id: SITE },
      event: { id: 'e1', operation: 'Microsoft.Resources.ResourceWriteSuccess', changedBy: null, appId: null },
    });
  });
});

describe('an event about another kind of resource is ignored, with its reason', () => {
  test.each([
    ['another provider', { subject: SITE.replace('Microsoft.Web/sites', 'Microsoft.Storage/storageAccounts') }],
    ['a plan', { subject: SITE.replace('Microsoft.Web/sites', 'Microsoft.Web/serverfarms') }],
    ['a subscription', { subject: '/subscriptions/s' }],
    ['a failed write', { eventType: 'Microsoft.Resources.ResourceWriteFailure' }],
    ['another action', { eventType: 'Microsoft.Resources.ResourceActionSuccess' }],
    ['no type', { eventType: null }],
    ['no resource at all', { subject: '', data: {} }],
    ['a path traversal', { subject: `${SITE}/../other` }],
  ])('%s', (_, members) => {
    expect(parseEvent({ ...written, ...members })).toEqual({
      kind: 'ignored',
      eventId: 'e1',
      reason: expect.stringMatching(/\w/),
    });
  });

  test.each([
    ['no resource', { subject: '', data: {} }, 'it names no resource'],
    ['a plan', { subject: SITE.replace('sites', 'serverfarms') }, 'it is about nothing that Plumbline looks at'],
    [
      'an action on a container app with the name of one on a site',
      {
        eventType: 'Microsoft.Resources.ResourceActionSuccess',
        subject: SITE.replace('Microsoft.Web/sites', 'Microsoft.App/containerApps'),
        data: { operationName: 'Microsoft.App/containerApps/restore/action' },
      },
      'events of type Microsoft.Resources.ResourceActionSuccess change nothing that Plumbline looks at',
    ],
    ['no type', { eventType: null }, 'events of type (none) change nothing that Plumbline looks at'],
    [
      'another type',
      { eventType: 'Storage.Blob' },
      'events of type Storage.Blob change nothing that Plumbline looks at',
    ],
  ])('%s has its own reason', (_, members, reason) => {
    expect(parseEvent({ ...written, ...members })).toMatchObject({ kind: 'ignored', reason });
  });

  test.each(['xMicrosoft.Resources.ResourceActionSuccess', 'Microsoft.Resources.ResourceActionSuccessx'])(
    'a swap of type %s is ignored',
    (eventType) => {
      const data = { operationName: 'Microsoft.Web/sites/slots/slotsswap/Action' };
      expect(parseEvent({ ...written, eventType, data }).kind).toBe('ignored');
    },
  );

  test('the application id is read from either of its claims', () => {
    const received = parseEvent({ ...written, data: { claims: { azp: 'the-app' } } });
    expect(received).toMatchObject({ event: { appId: 'the-app' } });
  });

  test('input without an id is no event', () => {
    expect(parseEvent({ ...written, id: undefined })).toMatchObject({ kind: 'ignored', eventId: null });
    const reason = 'it has no id, so it is no event';
    expect(parseEvent(null)).toEqual({ kind: 'ignored', eventId: null, reason });
  });

  test('guarantee 1: no JSON value makes the parser throw', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(SITE, 'Microsoft.Resources.ResourceWriteSuccess'));
    const delivered = fc.record(
      {
        id: odd,
        subject: odd,
        eventType: odd,
        type: odd,
        time: odd,
        data: fc.oneof(odd, fc.record({ claims: odd, authorization: odd })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(delivered, fc.jsonValue()), (input) => {
        expect(['change', 'ignored']).toContain(parseEvent(input).kind);
      }),
    );
  });
});

describe('values that are longer than any of Azure', () => {
  const said = (members: object, data: object = {}) => {
    const received = parseEvent({ ...written, ...members, data: { ...written.data, ...data } });
    return received.kind === 'change' ? received.event : received;
  };

  test('a long id is replaced by a short checksum, the same each time', () => {
    const long = 'i'.repeat(900_000);
    expect(said({ id: long })).toMatchObject({ id: expect.stringMatching(/^900000 characters, sha256 [0-9a-f]{64}$/) });
    expect(said({ id: long })).toEqual(said({ id: long }));
    expect(said({ id: `${long}i` })).not.toEqual(said({ id: long }));
    expect(said({ id: 'i'.repeat(128) })).toMatchObject({ id: 'i'.repeat(128) });
  });

  test.each([
    ['an operation', { operationName: 'o'.repeat(257) }, { operation: written.eventType }],
    ['a correlation id', { correlationId: 'c'.repeat(257) }, { correlationId: null }],
    ['an id of the maximum length', { correlationId: '\u00e9'.repeat(43) }, { correlationId: null }],
    ['an application id', { claims: { appid: 'a'.repeat(129) } }, { appId: null }],
    [
      'an object id',
      { claims: { oid: 'o'.repeat(129), upn: 'ada@example.com' }, authorization: {} },
      { changedBy: null },
    ],
    [
      'an object id in the evidence',
      { claims: {}, authorization: { evidence: { principalId: 'o'.repeat(129) } } },
      { changedBy: null },
    ],
    [
      'a name: its beginning stays, and the caller with it is a user',
      { claims: { oid: OID, upn: 'n'.repeat(5000) } },
      { changedBy: { objectId: OID, type: 'user', name: `${'n'.repeat(258)}… and 4742 more characters` } },
    ],
  ])('%s', (_, data, expected) => {
    expect(said({}, data)).toMatchObject(expected);
  });

  test.each(['eventTime', 'time'])('a time in %s', (member) => {
    expect(said({ eventTime: undefined, [member]: 't'.repeat(129) })).toMatchObject({ eventTime: null });
  });
});
