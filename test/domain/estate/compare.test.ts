import { describe, expect, test } from 'vitest';
import { compareRows } from '../../../src/domain/estate/compare.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { parseSnapshot } from '../../../src/domain/resources/snapshot.ts';
import { SITE_ID, site, webConfig } from '../../rules/fixtures/web-app.ts';
import { rowOf } from './answered-rows.ts';

const RULE = { ipAddress: 'Any', action: 'Allow', priority: 100, name: 'all' };

/** What is not agreed, as `LEAF RESULT`, for the configuration that a row and Azure say. */
function differences(told: JsonObject, answered: JsonObject): string[] {
  return compared(told, answered)
    .filter(({ result }) => result !== 'agreed')
    .map(({ leaf, result }) => `${leaf} ${result}`);
}

function compared(told: JsonObject, answered: JsonObject) {
  const snapshot = parseSnapshot({
    id: SITE_ID,
    documents: { resource: site(), 'config/web': webConfig(answered) },
  });
  return compareRows({ siteConfig: rowOf('siteConfig', SITE_ID, webConfig(told)) }, snapshot);
}

describe('a row and a document', () => {
  test.each<[string, JsonObject, JsonObject, string[]]>([
    ['the same', { minTlsVersion: '1.2' }, { minTlsVersion: '1.2' }, []],
    ['another value', { minTlsVersion: '1.0' }, { minTlsVersion: '1.2' }, ['/properties/minTlsVersion differed']],
    ['nothing in the row', { minTlsVersion: null }, { minTlsVersion: '1.2' }, ['/properties/minTlsVersion not-told']],
    ['nothing in Azure', { minTlsVersion: '1.2' }, { minTlsVersion: null }, ['/properties/minTlsVersion differed']],
    ['nothing in both', { minTlsVersion: null }, { minTlsVersion: null }, []],
    ['a number and its text', { minTlsVersion: 1.2 }, { minTlsVersion: '1.2' }, ['/properties/minTlsVersion differed']],
    [
      'an empty text and nothing',
      { healthCheckPath: null },
      { healthCheckPath: '' },
      ['/properties/healthCheckPath not-told'],
    ],
    [
      'an id in another case',
      { ipSecurityRestrictions: [{ ...RULE, vnetSubnetResourceId: '/subscriptions/S/resourceGroups/NET/x' }] },
      { ipSecurityRestrictions: [{ ...RULE, vnetSubnetResourceId: '/subscriptions/S/resourceGroups/net/x' }] },
      [],
    ],
    [
      'a list of another length',
      { ipSecurityRestrictions: [RULE] },
      { ipSecurityRestrictions: [RULE, RULE] },
      ['/properties/ipSecurityRestrictions differed'],
    ],
    [
      'an element with another value, and one that the row does not have',
      { ipSecurityRestrictions: [{ ...RULE, priority: 5 }] },
      { ipSecurityRestrictions: [{ ...RULE, tag: 'ServiceTag' }] },
      ['/properties/ipSecurityRestrictions/*/priority differed', '/properties/ipSecurityRestrictions/*/tag not-told'],
    ],
    [
      'headers with names of users',
      { ipSecurityRestrictions: [{ ...RULE, headers: { 'X-FD': ['a'], 'x-forwarded-for': null } }] },
      { ipSecurityRestrictions: [{ ...RULE, headers: { 'x-fd': ['a'] } }] },
      [],
    ],
    ['an object and nothing', { cors: { allowedOrigins: ['*'] } }, { cors: null }, ['/properties/cors differed']],
    ['a value that no rule reads', { use32BitWorkerProcess: true }, { use32BitWorkerProcess: false }, []],
  ])('say %s', (_, told, answered, expected) => {
    expect(differences(told, answered)).toEqual(expected);
  });

  test('give classes of values, and no values', () => {
    const found = compared({ cors: { allowedOrigins: ['https://planted.example'] } }, { cors: null });
    const text = JSON.stringify(found);
    expect(text).not.toContain('planted');
    expect(found.find(({ leaf }) => leaf === '/properties/minTlsVersion')?.valueClass).toMatch(/^[0-9a-f]{8}$/);
    expect(new Set(compared({ minTlsVersion: null }, {}).map(({ type }) => type))).toEqual(
      new Set(['microsoft.web/sites/config']),
    );
  });

  test('are not compared where the document was not read', () => {
    const snapshot = parseSnapshot({ id: SITE_ID, documents: { resource: site(), 'config/web': null } });
    expect(compareRows({ siteConfig: rowOf('siteConfig', SITE_ID, webConfig()) }, snapshot)).toEqual([]);
  });
});

test('a region is the same with and without blanks, and a list of private endpoints may be empty or absent', () => {
  const endpoint = { properties: { privateLinkServiceConnectionState: { status: 'Approved' } } };
  const answered = (value: JsonObject[]) =>
    parseSnapshot({ id: SITE_ID, documents: { resource: site(), privateEndpointConnections: { value } } });
  const rows = { site: rowOf('site', SITE_ID, site()) };
  const of = (value: JsonObject[]) =>
    compareRows(rows, answered(value))
      .filter(({ result }) => result !== 'agreed')
      .map(({ leaf, result }) => [leaf, result]);
  expect(of([])).toEqual([]);
  expect(of([endpoint])).toEqual([['/properties/privateEndpointConnections', 'not-told']]);
});
