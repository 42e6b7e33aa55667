import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import { judgeSwitch, truthOf } from '../../src/rules/switch.ts';

describe('a switch of a document', () => {
  test.each<[Json | undefined, boolean | null]>([
    [true, true],
    [false, false],
    ['True', true],
    ['false ', false],
    ['', null],
    [null, null],
    [undefined, null],
    [1, null],
    [[true], null],
    [{ toString: 'true' }, null],
  ])('%j', (value, truth) => {
    expect(truthOf(value)).toBe(truth);
  });

  const demand = { document: 'resource', name: 'on', wanted: true, right: 'It is on', wrong: 'It is off' } as const;

  test('that says nothing stands where the service puts it', () => {
    expect(judgeSwitch({}, { ...demand, otherwise: true }).verdict).toBe('compliant');
    expect(judgeSwitch({ on: null }, { ...demand, otherwise: false })).toEqual({
      verdict: 'violation',
      reason: 'It is off (on is not set).',
      changes: [{ document: 'resource', path: '/properties/on', from: null, to: true }],
    });
  });

  test('that nobody understands is not written over', () => {
    expect(judgeSwitch({ on: { toString: 1 } }, { ...demand, otherwise: false }).verdict).toBe('unknown');
  });
});
