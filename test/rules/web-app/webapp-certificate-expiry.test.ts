import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-certificate-expiry.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { certificate, hostName, named } from '../fixtures/web-app-lists.ts';
import { testRule } from '../rule-tester.ts';

const WWW = '6F2D0C1B7A3E4D5C6B7A8F9E0D1C2B3A4F5E6D7C';
const API = '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567';
const www = hostName('www.shop.example', { sslState: 'SniEnabled', thumbprint: WWW });
const api = hostName('api.shop.example', { sslState: 'IpBasedEnabled', thumbprint: API });
const documents = (names: JsonObject[], ...value: JsonObject[]) => ({
  resource: named(...names),
  'subscription/certificates': { value },
});
const ends = (expirationDate: Json) => documents([www], certificate(WWW, expirationDate));

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'expirationDate later than now + N days', documents: ends('2026-02-14T12:00:01+00:00') },
    {
      title: 'expirationDate later than now + N days: 7',
      documents: ends('2026-01-23T00:00:00Z'),
      parameters: { days: 7 },
    },
    {
      title: 'thumbprints compare without case',
      documents: documents([www], certificate(WWW.toLowerCase(), '2027-01-15T00:00:00Z')),
    },
    {
      title: 'certificates that are not bound are not judged',
      documents: documents([www], certificate(API, '2026-01-16T00:00:00Z'), certificate(WWW, '2027-01-15T00:00:00Z')),
    },
    { title: 'a slot is a resource of its own', id: SLOT_ID, documents: ends('2027-01-15T00:00:00Z') },
  ],
  violation: [
    {
      title: 'within the configured days (default 30)',
      documents: ends('2026-02-14T12:00:00Z'),
      tier: 'advice',
      changes: [],
      reason: /^Certificates end within 30 days: that of www\.shop\.example on 2026-02-14\.$/,
    },
    {
      title: 'within the configured days: 90',
      documents: ends('2026-04-01T00:00:00Z'),
      parameters: { days: 90 },
      tier: 'advice',
      changes: [],
    },
    { title: 'it has ended', documents: ends('2025-12-31T23:59:59'), tier: 'advice', changes: [] },
    {
      title: 'one that ends is wrong, whether or not another one is in the list',
      documents: documents([api, www], certificate(WWW, '2026-01-20T00:00:00Z')),
      tier: 'advice',
      changes: [],
      reason: /: that of www\.shop\.example on 2026-01-20\.$/,
    },
  ],
  notApplicable: [
    { title: 'no certificate is bound', documents: documents([hostName('www.shop.example')]) },
    { title: 'no certificate is bound: nothing has to be read for that', documents: { resource: named() } },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'certificate not readable: the list was not read', documents: { resource: named(www) } },
    {
      title: 'certificate not readable: the list was not found',
      documents: { resource: named(www), 'subscription/certificates': null },
    },
    {
      title: 'certificate not readable: it is not in the list',
      documents: documents([www, api], certificate(WWW, '2027-01-15T00:00:00Z')),
    },
    {
      title: 'certificate not readable: the name does not say which is bound',
      documents: documents([hostName('www.shop.example', { sslState: 'SniEnabled' })], certificate(null, null)),
    },
    { title: 'a certificate that does not say when it ends', documents: ends(null) },
    { title: 'a certificate that ends at no time', documents: ends('next year') },
    {
      title: 'host names in another form',
      documents: { ...ends('2027-01-15T00:00:00Z'), resource: site({ hostNameSslStates: 'none' }) },
    },
  ],
});

describe('the days of webapp-certificate-expiry', () => {
  test.each([0, -30, 2.5, 398, '30', null])('are not %j', (days) => {
    expect(rule.parameters.safeParse({ days }).success).toBe(false);
  });
});
