import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/domain/resources/json.ts';
import { timeIn } from '../../../../src/rules/checks/documents/arm-time.ts';

describe('a time of Azure', () => {
  test.each<[Json, string]>([
    ['2026-01-15T12:00:00Z', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15T12:00:00', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15T12:00:00.5838374', '2026-01-15T12:00:00.583Z'],
    ['2026-01-15T12:00:00.5838374+02:00', '2026-01-15T10:00:00.583Z'],
    ['2026-01-15T12:00:00-0130', '2026-01-15T13:30:00.000Z'],
  ])('%j', (written, meant) => {
    expect(new Date(timeIn(written) ?? 0).toISOString()).toBe(meant);
  });

  test.each<[Json]>([
    [null],
    [''],
    ['soon'],
    ['2026'],
    [1768478400000],
    [['2026-01-15T12:00:00Z']],
    ['0001-01-01T00:00:00'],
  ])('%j is no time', (written) => {
    expect(timeIn(written)).toBeNull();
  });
});
