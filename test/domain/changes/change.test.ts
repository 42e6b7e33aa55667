import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyChanges,
  type Change,
  canonicalJson,
  compareToPlan,
  digestOf,
  invertChanges,
  valueAt,
  withValue,
} from '../../../src/domain/changes/change.ts';
import type { Json } from '../../../src/domain/resources/json.ts';
import type { DocumentState, Snapshot } from '../../../src/domain/resources/snapshot.ts';
import { read, resourceNamed, SITE } from '../examples.ts';

const tls: Change = { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' };
const https: Change = { document: 'resource', path: '/properties/httpsOnly', from: false, to: true };
const setting: Change = {
  document: 'diagnosticSettings',
  path: '/value/plumbline/properties',
  from: null,
  to: { workspaceId: '/subscriptions/s/w', logs: [{ categoryGroup: 'allLogs', enabled: true }] },
};

describe('pointers', () => {
  const document: Json = {
    a: { 'b/c': 1, 'd~e': 2, '': 3 },
    list: [10, { x: 20 }],
    value: [
      { name: 'One', properties: { logs: [] } },
      { name: '0', properties: { n: 'zero' } },
    ],
    other: [{ name: '5', properties: { n: 'five' } }],
    long: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 'ten'],
  };

  test.each<[string, Json]>([
    ['', document],
    ['/a/b~1c', 1],
    ['/a/d~0e', 2],
    ['/a/', 3],
    ['/list/1/x', 20],
    ['/long/10', 'ten'],
    ['/other/5/properties/n', 'five'],
    ['/value/one/properties/logs', []],
    ['/nothing/at/all', null],
    ['/list/7', null],
    ['/a/toString', null],
    ['/a/__proto__', null],
  ])('%s', (path, value) => {
    expect(valueAt(document, path)).toEqual(value);
  });

  test('an element is found by its name even when the name is a number', () => {
    expect(valueAt(document, '/value/0/properties/n')).toBe('zero');
  });

  test('setting a value copies and creates missing members, and null removes', () => {
    expect(withValue({ a: 1 }, '/b/c', 2)).toEqual({ a: 1, b: { c: 2 } });
    expect(withValue({ a: { b: 1, c: 2 } }, '/a/b', null)).toEqual({ a: { c: 2 } });
    expect(document).toHaveProperty('list', [10, { x: 20 }]);
  });

  test('a named element is changed, added and deleted by its name', () => {
    const list: Json = { value: [{ name: 'A', properties: { x: 1, y: 2 } }] };
    expect(withValue(list, '/value/a/properties/x', 5)).toEqual({ value: [{ name: 'A', properties: { x: 5, y: 2 } }] });
    expect(withValue(list, '/value/b/properties', { z: 1 })).toEqual({
      value: [
        { name: 'A', properties: { x: 1, y: 2 } },
        { name: 'b', properties: { z: 1 } },
      ],
    });
    expect(withValue(list, '/value/A/properties', null)).toEqual({ value: [] });
  });

  test('the other elements stay unchanged', () => {
    const list: Json = {
      value: [
        { name: 'a', properties: 1 },
        { name: 'b', properties: 2 },
      ],
    };
    expect(withValue(list, '/value/b/properties', 3)).toEqual({
      value: [
        { name: 'a', properties: 1 },
        { name: 'b', properties: 3 },
      ],
    });
    expect(withValue(list, '/value/b/properties', null)).toEqual({ value: [{ name: 'a', properties: 1 }] });
  });

  test.each(['0', '1', '7'])('a numeric name, %s, that is no index is a new element', (name) => {
    const made = { value: [{ name, properties: { z: 1 } }] };
    expect(withValue({ value: [] }, `/value/${name}/properties`, { z: 1 })).toEqual(made);
  });
});

describe('applying and inverting changes', () => {
  const before = snapshotWith({
    'config/web': { properties: { minTlsVersion: '1.0', other: 1 } },
    diagnosticSettings: { value: [] },
  });

  test('applying changes nothing else, and the inverse restores the former values', () => {
    const after = applyChanges(before, [tls, setting]);
    expect(after.documents['config/web']).toEqual(read({ properties: { minTlsVersion: '1.2', other: 1 } }));
    expect(applyChanges(after, invertChanges([tls, setting]) ?? [])).toEqual(before);
    expect(before.documents['config/web']).toEqual(read({ properties: { minTlsVersion: '1.0', other: 1 } }));
  });

  test('the redacted paths of a document are kept', () => {
    const redactedPaths = ['/properties/other'];
    const documents = { 'config/web': { status: 'read', body: {}, redactedPaths } } as const;
    expect(applyChanges({ ...before, documents }, [tls]).documents['config/web']).toMatchObject({ redactedPaths });
  });

  test('a document that was not read gets only the changed value', () => {
    const documents = { 'config/web': { status: 'missing' } } as const;
    for (const snapshot of [snapshotWith({}), { ...before, documents }]) {
      const after = applyChanges(snapshot, [tls]);
      expect(after.documents).toEqual({ 'config/web': read({ properties: { minTlsVersion: '1.2' } }) });
    }
  });

  test('a change from null has no inverse, because null means no change to Microsoft.Web', () => {
    expect(invertChanges([tls, { ...https, from: null }])).toBeNull();
  });
});

describe('the state of the leaves compared with the plan', () => {
  const at = (minTlsVersion: Json) => snapshotWith({ 'config/web': { properties: { minTlsVersion } } });

  test.each<[string, Snapshot, string]>([
    ['as planned', at('1.2'), 'planned'],
    ['as before', at('1.0'), 'before'],
    ['anything else', at('1.3'), 'other'],
    ['not readable', snapshotWith({}), 'unread'],
  ])('%s', (_, snapshot, expected) => {
    expect(compareToPlan([tls], snapshot)).toBe(expected);
  });

  test('half of the leaves with their old values are neither', () => {
    const half = snapshotWith({ 'config/web': { properties: { minTlsVersion: '1.0' } }, resource: { properties: {} } });
    expect(compareToPlan([tls, https], half)).toBe('other');
  });

  test('ids are compared without regard to case, other texts are not', () => {
    const id = { ...tls, from: null, to: '/subscriptions/s/w' };
    expect(compareToPlan([id], at('/Subscriptions/S/W'))).toBe('planned');
    expect(compareToPlan([id], at(null))).toBe('before');
    expect(compareToPlan([{ ...tls, to: 'FtpsOnly' }], at('ftpsonly'))).toBe('other');
    expect(compareToPlan([{ ...tls, to: true }], at('/subscriptions/s/w'))).toBe('other');
  });

  test('half of the leaves with their planned values are neither', () => {
    const half = snapshotWith({ 'config/web': { properties: { minTlsVersion: '1.2' } }, resource: { properties: {} } });
    expect(compareToPlan([tls, https], half)).toBe('other');
  });

  test('members that Azure Monitor adds to a setting are ignored, missing ones are not', () => {
    const listed = (logs: Json, workspaceId = '/SUBSCRIPTIONS/S/W') =>
      snapshotWith({
        diagnosticSettings: { value: [{ name: 'plumbline', properties: { workspaceId, metrics: [], logs } }] },
      });
    const log = {
      category: null,
      categoryGroup: 'allLogs',
      enabled: true,
      retentionPolicy: { enabled: false, days: 0 },
    };
    expect(compareToPlan([setting], listed([log]))).toBe('planned');
    expect(compareToPlan([setting], listed([log], '/subscriptions/s/other'))).toBe('other');
    expect(compareToPlan([setting], listed([{ ...log, enabled: false }]))).toBe('other');
    expect(compareToPlan([setting], listed([log, log]))).toBe('other');
    expect(compareToPlan([setting], snapshotWith({ diagnosticSettings: { value: [] } }))).toBe('before');
  });

  test('the final rule that App Service adds to access restrictions is ignored', () => {
    const last = (action: string): Json => ({ ipAddress: 'Any', action, priority: 2147483647, name: `${action} all` });
    const office: Json = { ipAddress: '203.0.113.0/24', action: 'Allow', priority: 100, name: 'office' };
    const path = '/properties/ipSecurityRestrictions';
    const change: Change = { document: 'config/web', path, from: [last('Allow')], to: [office] };
    const listed = (...rules: Json[]) =>
      snapshotWith({ 'config/web': { properties: { ipSecurityRestrictions: rules } } });
    expect(compareToPlan([change], listed(office, last('Deny')))).toBe('planned');
    expect(compareToPlan([{ ...change, from: [office], to: [last('Allow')] }], listed(last('Allow')))).toBe('planned');
    expect(compareToPlan([change], listed(last('Allow')))).toBe('before');
    expect(compareToPlan([change], listed(office, { ...Object(last('Deny')), priority: 200 }))).toBe('other');
  });
});

describe('guarantee 7: the digest binds what was shown', () => {
  const site = resourceNamed(SITE);
  const rule = { id: 'webapp-min-tls', version: 1 };
  const digest = digestOf(site, rule, 'fix', [tls, https]);

  test('it is sha256 over the RFC 8785 form', () => {
    const form = `{"changes":[{"document":"config/web","from":"1.0","path":"/properties/minTlsVersion","to":"1.2"},{"document":"resource","from":false,"path":"/properties/httpsOnly","to":true}],"purpose":"fix","resource":"${SITE.toLowerCase()}","rule":"webapp-min-tls","ruleVersion":1,"v":1}`;
    expect(digest).toBe(`sha256:${createHash('sha256').update(form).digest('hex')}`);
  });

  test('the order of the changes and the casing of the id do not matter', () => {
    expect(digestOf(resourceNamed(SITE.toUpperCase()), rule, 'fix', [https, tls])).toBe(digest);
  });

  test.each([
    ['the resource', digestOf(resourceNamed(`${SITE}/slots/blue`), rule, 'fix', [tls, https])],
    ['the rule', digestOf(site, { id: 'webapp-https-only', version: 1 }, 'fix', [tls, https])],
    ['its version', digestOf(site, { ...rule, version: 2 }, 'fix', [tls, https])],
    ['the purpose', digestOf(site, rule, 'rollback', [tls, https])],
    ['a value', digestOf(site, rule, 'fix', [{ ...tls, to: '1.3' }, https])],
    ['what was there before', digestOf(site, rule, 'fix', [{ ...tls, from: null }, https])],
    ['one change less', digestOf(site, rule, 'fix', [tls])],
  ])('%s changes the digest', (_, other) => {
    expect(other).not.toBe(digest);
  });

  // The example of RFC 8785, section 3.2.3: the emoji is before the Hebrew letter, because its first unit is smaller.
  test('members are in the order of the RFC, and only what must be escaped is', () => {
    const members = { '\u20ac': 5, '\r': 1, '\ufb33': 7, '1': 2, '\ud83d\ude00': 6, '\u0080': 3, '\u00f6': 4 };
    expect(canonicalJson(members)).toBe('{"\\r":1,"1":2,"\u0080":3,"\u00f6":4,"\u20ac":5,"\ud83d\ude00":6,"\ufb33":7}');
    expect(canonicalJson('\u20ac$\u000f\nA\'B"\\/\u007f\u2028')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\/\u007f\u2028"');
  });

  test.each<[number, string]>([
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [2 ** 53, '9007199254740992'],
    [2 ** 68, '295147905179352830000'],
    [999999999999999700000, '999999999999999700000'],
    [1e23, '1e+23'],
    [0.000001, '0.000001'],
    [9.999999999999997e-7, '9.999999999999997e-7'],
    [333333333.3333332, '333333333.3333332'],
  ])('the number %d is written as %s, as in appendix B of the RFC', (number, text) => {
    expect(canonicalJson(number)).toBe(text);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is refused', (number) => {
    expect(() => canonicalJson({ value: [number] })).toThrow();
  });

  test('the order of members and absent members do not count, that of elements does', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      const members = Object.entries(value).reverse();
      return Object.fromEntries([['absent', undefined], ...members.map(([key, one]) => [key, shuffled(one)])]);
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });

  test('members are sorted by UTF-16 units, and numbers are written as in ECMAScript', () => {
    expect(canonicalJson({ b: 1e21, a: [0.1, -0, '\u20ac'], A: null })).toBe('{"A":null,"a":[0.1,0,"€"],"b":1e+21}');
    expect(() => canonicalJson(undefined)).toThrow('a value without JSON form cannot be hashed');
  });
});

function snapshotWith(documents: { [name: string]: Json }): Snapshot {
  const states = Object.entries(documents).map(([name, body]): [string, DocumentState] => [name, read(body)]);
  return { resource: resourceNamed(SITE), documents: Object.fromEntries(states) };
}
