/** Ranges that operators may configure, and invalid ranges and those that allow everybody. */

import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseSettings } from '../../../../src/domain/rules/settings.ts';
import {
  allowedRanges,
  areEveryone,
  namedRanges,
  prefixOf,
  rangeIn,
} from '../../../../src/rules/checks/network/address-ranges.ts';
import { rule as containerApp } from '../../../../src/rules/container-app/containerapp-ip-restrict.ts';
import { rule as webApp } from '../../../../src/rules/web-app/webapp-access-restrict.ts';

const schema = z.object({ allowedRanges });
const taken = (...ranges: unknown[]) => schema.safeParse({ allowedRanges: ranges }).success;

describe('the parameter allowedRanges', () => {
  test('is empty by default', () => {
    expect(schema.parse({})).toEqual({ allowedRanges: [] });
  });

  test.each(['203.0.113.0/24', '203.0.113.7/32', '10.0.0.0/1', '2001:db8::/32', '2001:DB8::1/128'])(
    'takes %s',
    (range) => {
      expect(taken(range)).toBe(true);
    },
  );

  test.each([
    ['everyone', '0.0.0.0/0'],
    ['all of IPv6', '::/0'],
    ['all of IPv4 in another notation', '203.0.113.7/0'],
    ['all of IPv6 in another notation', '0:0:0:0:0:0:0:0/0'],
    ['Any', 'Any'],
    ['an address without a prefix', '203.0.113.7'],
    ['a prefix that is too long', '203.0.113.0/33'],
    ['an IPv6 prefix that is too long', '2001:db8::/129'],
    ['a prefix with a zero before it', '203.0.113.0/024'],
    ['no address', '203.0.113/24'],
    ['an address with a number too large', '256.0.0.0/8'],
    ['an address with a zone', 'fe80::1%eth0/64'],
    ['several in one', '203.0.113.0/24,198.51.100.0/24'],
    ['blanks', ' 203.0.113.0/24'],
    ['a service tag', 'AzureFrontDoor.Backend'],
    ['a number', 7],
    ['nothing', ''],
  ])('refuses %s', (_, range) => {
    expect(taken(range)).toBe(false);
    expect(taken('203.0.113.0/24', range)).toBe(false);
  });

  test('refuses ranges that together hold every address', () => {
    expect(taken('0.0.0.0/1', '128.0.0.0/1')).toBe(false);
    expect(taken('::/1', '10.0.0.0/8', '8000::/1')).toBe(false);
    expect(taken('0.0.0.0/1', '8000::/1')).toBe(true);
  });

  test('refuses a value that is no list, and a list that is too long to review', () => {
    expect(schema.safeParse({ allowedRanges: '203.0.113.0/24' }).success).toBe(false);
    const many = Array.from({ length: 101 }, (_, index) => `10.0.${index}.0/24`);
    expect(taken(...many)).toBe(false);
    expect(taken(...many.slice(1))).toBe(true);
  });
});

test.each([
  ['all of IPv4', ['0.0.0.0/0'], true],
  ['all of IPv4 in another notation', ['1.2.3.4/0'], true],
  ['all of IPv6', ['::/0'], true],
  ['two halves', ['0.0.0.0/1', '128.0.0.0/1'], true],
  ['two halves of IPv6', ['8000::/1', '::/1'], true],
  ['parts that overlap', ['0.0.0.0/1', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2'], true],
  ['two halves of two families', ['0.0.0.0/1', '8000::/1'], false],
  ['all but a part', ['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3'], false],
  ['the first address', ['0.0.0.0'], false],
  ['no range at all', ['Any', ''], false],
  ['nothing', [], false],
])('ranges are all addresses: %s', (_, ranges, expected) => {
  expect(areEveryone(ranges)).toBe(expected);
});

test.each([
  ['203.0.113.0/24', '203.0.113.0/24'],
  [' 203.0.113.7 ', '203.0.113.7/32'],
  ['2001:db8::1', '2001:db8::1/128'],
  ['2001:DB8::/32', '2001:DB8::/32'],
  ['AzureFrontDoor.Backend', null],
  ['Any', null],
  ['', null],
  ['10.0.0.0/33', null],
  ['1.2.3', null],
  ['fe80::1%eth0', null],
])('the range in %j is %j', (text, expected) => {
  expect(rangeIn(text)).toBe(expected);
});

test.each([
  ['255.255.255.255', 32],
  ['255.255.255.0', 24],
  ['255.128.0.0', 9],
  ['0.0.0.0', 0],
  ['255.0.255.0', null],
  ['24', null],
  ['', null],
])('the prefix of the mask %s is %j', (mask, expected) => {
  expect(prefixOf(mask)).toBe(expected);
});

test('generated names are unused ones, and each range has one', () => {
  const there = [{ name: 'Plumbline-1' }, { name: null }, { name: 'plumbline-3' }];
  expect(namedRanges(['10.0.0.0/8', '192.0.2.0/24', '10.0.0.0/8'], there)).toEqual([
    { name: 'plumbline-2', range: '10.0.0.0/8' },
    { name: 'plumbline-4', range: '192.0.2.0/24' },
  ]);
});

test.each([webApp.id, containerApp.id])('settings of %s with an invalid range are refused, with its pointer', (id) => {
  const settings = (range: string) => ({ rules: { [id]: { parameters: { allowedRanges: ['10.0.0.0/8', range] } } } });
  const pointer = `/rules/${id}/parameters/allowedRanges/1`;
  expect(parseSettings(settings('192.0.2.0/24'), [webApp, containerApp])).toHaveProperty('settings');
  expect(parseSettings(settings('192.0.2.0'), [webApp, containerApp])).toEqual({
    problems: [{ pointer, detail: 'must be a range like 203.0.113.0/24 or 2001:db8::/32' }],
  });
  expect(parseSettings(settings('::/0'), [webApp, containerApp])).toEqual({
    problems: [{ pointer, detail: 'must not be a range that every address is in' }],
  });
});
