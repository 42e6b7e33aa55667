import { describe, expect, it } from 'vitest';
import { matchesPattern } from '../../../src/domain/resources/path-patterns.ts';

describe('a path pattern', () => {
  it.each([
    ['/properties/state', '/properties/state', true],
    ['/properties/state/x', '/properties/state', true],
    ['/PROPERTIES/State', '/properties/state', true],
    ['/properties', '/properties/state', false],
    ['/properties/stateful', '/properties/state', false],
    ['/value/plumbline/properties/logs', '/value/*/properties', true],
    ['/value/plumbline', '/value/*/properties', false],
    ['/a~1b/c', '/a~1b', true],
    ['/anything', '', true],
  ])('matches %s for %s: %s', (pointer, place, held) => {
    expect(matchesPattern(pointer, place)).toBe(held);
  });
});
