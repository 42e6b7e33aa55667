import { describe, expect, it } from 'vitest';
import { benchmarkOf, benchmarksOf, rulesMatching } from '../../../src/domain/rules/benchmark.ts';

const DEFINITION = 'a4af4a39-4135-47fb-b175-47fbdf85311d';
const SLOTS = 'ae1b9a8c-dfce-4605-bd91-69213b4a26fc';

const rules = [
  {
    id: 'https',
    references: [
      { source: 'Azure Policy', id: DEFINITION },
      { source: 'Azure Policy (fix, slots)', id: SLOTS },
      { source: 'MCSB', id: 'DP-3' },
      { source: 'CIS Foundations 2.1', id: '9.2' },
      { source: 'CIS Foundations 3.0', id: '9.1' },
    ],
  },
  {
    id: 'auth',
    references: [
      { source: 'MCSB', id: 'IM-1' },
      { source: 'CIS Foundations 2.1', id: '9.1' },
      { source: 'CIS Foundations 10.0', id: '9.10' },
    ],
  },
  { id: 'ports', references: [{ source: 'PSRule', id: 'Azure.ContainerApp.Ports (AZR-000999)' }] },
];

describe('a benchmark selects the rules that refer to it', () => {
  it.each([
    ['MCSB', ['https', 'auth']],
    ['mcsb dp-3', ['https']],
    ['CIS Foundations', ['https', 'auth']],
    ['CIS Foundations 2.1', ['https', 'auth']],
    ['cis  foundations 2.1 9.1 ', ['auth']],
    ['CIS Foundations 3.0', ['https']],
    ['Azure Policy', ['https']],
    [`Azure Policy ${DEFINITION.toUpperCase()}`, ['https']],
    [`Azure Policy ${SLOTS}`, ['https']],
    ['Azure Policy (fix, slots)', ['https']],
    ['PSRule Azure.ContainerApp.Ports', ['ports']],
  ])('%s', (benchmark, ids) => {
    expect(rulesMatching(benchmark, rules)).toEqual(ids);
  });

  it.each([
    ['', 'no name'],
    ['MCS', 'half a word'],
    ['CIS Foundations 3', 'half a version'],
    ['CIS Foundations 1', 'the beginning of another version'],
    ['Foundations 3.0', 'not from the front'],
    ['9.1', 'a control without its benchmark'],
    ['MCSB DP-4', 'a control that no rule refers to'],
    ['Azure Policy (slots)', 'a variant that there is not'],
    ['MCSB DP-3 more', 'more than there is'],
  ])('no rule for "%s" (%s)', (benchmark) => {
    expect(rulesMatching(benchmark, rules)).toEqual([]);
  });
});

it('benchmarks are listed once, without variants, sorted by version number', () => {
  expect(benchmarkOf({ source: 'Azure Policy (fix, slots)', id: SLOTS })).toBe('Azure Policy');
  expect(benchmarksOf(rules)).toEqual([
    'Azure Policy',
    'CIS Foundations 2.1',
    'CIS Foundations 3.0',
    'CIS Foundations 10.0',
    'MCSB',
    'PSRule',
  ]);
});
