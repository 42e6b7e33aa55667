import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asciiJson,
  exceedsDepth,
  type Json,
  pointerOf,
  sameJson,
  tokensOf,
  truncateDepth,
  wellFormed,
} from '../../../src/domain/resources/json.ts';

describe('sameJson', () => {
  test.each<[string, Json | undefined, Json | undefined, boolean]>([
    ['absent and null are the same', undefined, null, true],
    ['a null member and a missing one are the same', { a: 1, b: null }, { a: 1 }, true],
    ['the order of members does not matter', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ['the order of a list does', [1, 2], [2, 1], false],
    ['null and false differ', null, false, false],
    ['null and an empty list differ', null, [], false],
    ['a list and an object differ', [], {}, false],
    ['a number and its text differ', 1, '1', false],
    ['nested values count', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, false],
    ['a longer list differs', [1], [1, null], false],
  ])('%s', (_, a, b, same) => {
    expect(sameJson(a, b)).toBe(same);
    expect(sameJson(b, a)).toBe(same);
  });

  test('a copy is the same', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => sameJson(value as Json, JSON.parse(JSON.stringify(value)))));
  });
});

test('JSON in ASCII means the same', () => {
  const value = { größe: '\u007f \u{1f600} ~', a: [1, null] };
  expect(asciiJson(value)).toBe(String.raw`{"gr\u00f6\u00dfe":"\u007f \ud83d\ude00 ~","a":[1,null]}`);
});

describe('the nesting of a value', () => {
  const nested = (levels: number): unknown =>
    Array.from({ length: levels }).reduce<unknown>((inner) => ({ a: [inner] }), 1);

  test.each([
    ['a text', 'x', 0, false],
    ['null', null, 0, false],
    ['an object, where none may be', { a: 1 }, 0, true],
    ['an empty object', {}, 0, false],
    ['as many levels as may be', nested(2), 4, false],
    ['one more', nested(2), 3, true],
    ['one more, beside others', [1, nested(2), 2], 4, true],
    ['as many as any input may have', nested(32), undefined, false],
    ['one more than any input', [nested(32)], undefined, true],
  ])('%s', (_, value, levels, exceeds) => {
    expect(exceedsDepth(value, levels)).toBe(exceeds);
    expect(exceedsDepth(truncateDepth(value, levels), levels)).toBe(false);
  });

  test('is cut below the limit only', () => {
    expect(truncateDepth({ a: [1, [2], { b: 3 }], c: 'x' }, 2)).toEqual({ a: [1, null, null], c: 'x' });
    expect(truncateDepth({ a: [1] }, 2)).toEqual({ a: [1] });
  });
});

test('pointers escape as in RFC 6901', () => {
  expect(pointerOf([])).toBe('');
  expect(pointerOf(['documents', 'config/web', 'a~b', 0])).toBe('/documents/config~1web/a~0b/0');
});

describe('wellFormed', () => {
  test('lone surrogates are replaced in names and values, and nothing else is', () => {
    const odd = { 'a\ud800': ['\udc00b', '\\ud800', '"\\\ud800"', '\u0000', '\u{1f600}', 1, null] };
    expect(wellFormed(odd)).toEqual({
      'a\ufffd': ['\ufffdb', '\\ud800', '"\\\ufffd"', '\u0000', '\u{1f600}', 1, null],
    });
  });

  test('any text is the same as after a round trip through UTF-8', () => {
    const units = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
    const pieces = fc.oneof(units, fc.constantFrom('\\', '"', '\ud83d', '\ude00', 'ud800', 'a'));
    fc.assert(
      fc.property(fc.string({ unit: pieces }), (text) => {
        expect(wellFormed([text])).toEqual([Buffer.from(text).toString()]);
      }),
    );
  });
});

test.each([[[]], [['value', 'to ~1 / x', '']], [['~0', '/']]])('a pointer is parsed into its tokens: %j', (tokens) => {
  expect(tokensOf(pointerOf(tokens))).toEqual(tokens);
});
