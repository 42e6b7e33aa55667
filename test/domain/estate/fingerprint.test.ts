import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/domain/estate/fingerprint.ts';
import type { ResourceRows } from '../../../src/domain/estate/row-documents.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { defaultRules, parseSettings, rulesFor } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';
import { SITE_ID, site, webConfig } from '../../rules/fixtures/web-app.ts';
import { resourceNamed } from '../examples.ts';
import { PASCAL, rowOf, SPELLINGS, type Spelling } from './answered-rows.ts';

const resource = resourceNamed(SITE_ID);
const standard = defaultRules(rules, resource, {});
const SUBNET = '/subscriptions/s/resourceGroups/Net/subnets/apps';
const CONFIG = { minTlsVersion: '1.2', cors: { allowedOrigins: ['https://a', 'https://b'], supportCredentials: null } };

const usual = fingerprintOf(rowsWith(), standard);

describe('the fingerprint stays', () => {
  test.each(SPELLINGS)('in another spelling of the table, and without nulls: %o', (spelling) => {
    expect(fingerprintOf(rowsWith({}, {}, spelling), standard)).toBe(usual);
  });

  test('when the group in ids changes its case', () => {
    const { site: own, siteConfig } = rowsWith({ virtualNetworkSubnetId: SUBNET.replace('Net', 'NET') });
    if (!own || !siteConfig) throw new Error('there are no rows');
    const id = SITE_ID.toUpperCase();
    expect(fingerprintOf({ site: { ...own, id }, siteConfig: { ...siteConfig, id } }, standard)).toBe(usual);
  });

  test('when a time is cut', () => {
    const at = (time: string) => fingerprintOf(rowsWith({ serverFarmId: time }), standard);
    expect(at('2026-08-11T01:08:43.1630000Z')).toBe(at('2026-08-11T01:08:43.1634567Z'));
    expect(at('2026-08-11T01:08:43.1630000Z')).not.toBe(at('2026-08-11T01:08:44.1630000Z'));
  });

  test('when a value changes that no rule reads', () => {
    expect(fingerprintOf(rowsWith({ lastModifiedTimeUtc: '2026-08-11T01:08:43Z' }), standard)).toBe(usual);
  });
});

describe('the fingerprint changes', () => {
  test.each<[string, ResourceRows]>([
    ['a value of the site', rowsWith({ httpsOnly: false })],
    ['a value of its configuration', rowsWith({}, { minTlsVersion: '1.0' })],
    ['the order of a list', rowsWith({}, { cors: { allowedOrigins: ['https://b', 'https://a'] } })],
    ['a value that is not told any more', rowsWith({}, { minTlsVersion: null })],
    ['a tag', withBody({ tags: { team: 'other' } })],
    ['the identity, as of an app that was created again', withBody({ identity: { principalId: 'another' } })],
    ['a row that is not there any more', { site: rowsWith().site ?? never() }],
  ])('with %s', (_, rows) => {
    expect(fingerprintOf(rows, standard)).not.toBe(usual);
  });

  test('with the version that Resource Graph asked for', () => {
    const { site: own, siteConfig } = rowsWith();
    if (!own || !siteConfig) throw new Error('there are no rows');
    expect(fingerprintOf({ site: { ...own, apiVersion: '2030-01-01' }, siteConfig }, standard)).not.toBe(usual);
  });

  test.each<[string, object]>([
    ['the profile', { profile: 'baseline' }],
    ['a switch', { profile: 'strict', rules: { 'webapp-http2': { enabled: false } } }],
    ['a parameter', { profile: 'strict', rules: { 'webapp-min-tls': { parameters: { minimum: '1.3' } } } }],
    ['a tier', { profile: 'strict', rules: { 'webapp-min-tls': { tier: 'risky' } } }],
  ])('with %s of the settings', (_, settings) => {
    const parsed = parseSettings(settings, rules);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    expect(fingerprintOf(rowsWith(), rulesFor(parsed.settings, rules, resource, {}))).not.toBe(usual);
  });

  test('with the version of a rule, and not with the order of the rules', () => {
    const newer = standard.map((one) => ({ ...one, rule: { ...one.rule, version: one.rule.version + 1 } }));
    expect(fingerprintOf(rowsWith(), newer)).not.toBe(usual);
    expect(fingerprintOf(rowsWith(), [...standard].reverse())).toBe(usual);
  });
});

function rowsWith(properties: JsonObject = {}, config: JsonObject = {}, spelling: Spelling = PASCAL): ResourceRows {
  return {
    site: rowOf('site', SITE_ID, site({ virtualNetworkSubnetId: SUBNET, ...properties }), spelling),
    siteConfig: rowOf('siteConfig', SITE_ID, webConfig({ ...CONFIG, ...config }), spelling),
  };
}

function withBody(members: JsonObject): ResourceRows {
  return { ...rowsWith(), site: rowOf('site', SITE_ID, site({ virtualNetworkSubnetId: SUBNET }, members)) };
}

function never(): never {
  throw new Error('there is no row');
}
