import { describe, expect, it } from 'vitest';
import { nameOfScope, nameOfSetting, textOfValue } from '../../../../src/console/ui/settings-change/names.ts';
import { sentenceOf, wordOf } from '../../../../src/console/ui/settings-change/preview-words.ts';

const NOTHING = {
  ...{ items: [], changes: [], fixes: 0, restarts: 0, approvals: 0, approvalsCleared: 0 },
  ...{ holds: 0, budgetHours: 0, unknown: 0, exemptionsIdle: 0, rollouts: [] },
};
const change = (after: 'fix' | 'queue', resources: number) => ({
  rule: 'r',
  before: 'report' as const,
  after,
  resources,
});

describe('a preview in words', () => {
  it.each([
    [NOTHING, 'No decision changes.'],
    [{ ...NOTHING, changes: [change('queue', 1)], approvals: 1 }, '1 check changes: 1 needs approval.'],
    [
      {
        ...NOTHING,
        changes: [change('fix', 9), change('queue', 20)],
        fixes: 9,
        restarts: 3,
        approvals: 20,
        budgetHours: 2,
      },
      '29 checks change: 9 fixed now (3 apps with a restart, a new revision or changed traffic), 20 need approval. At the limit of fixes an hour the last one is done in 2 hours.',
    ],
    [
      { ...NOTHING, changes: [change('fix', 1)], fixes: 1, budgetHours: null },
      '1 check changes: 1 fixed now. The limit of fixes an hour lets none through.',
    ],
    [{ ...NOTHING, unknown: 4 }, '0 checks change: 4 not known until the next evaluation.'],
  ])('%#', (preview, sentence) => {
    expect(sentenceOf(preview)).toBe(sentence);
  });

  it('has the words of the console', () => {
    expect([wordOf('fix'), wordOf('queue'), wordOf(null)]).toEqual(['Fixed now', 'Needs approval', 'Not checked']);
  });
});

describe('the name of a setting', () => {
  it.each([
    [['mode'], 'Mode'],
    [['limits', 'fixesPerHour'], 'Automatic fixes an hour and subscription'],
    [['scopes', '/subscriptions/s/resourcegroups/shop', 'mode'], 'Resource group shop: Mode'],
    [['scopes', '/subscriptions/s'], 'Subscription s'],
    [['rules', 'webapp-min-tls', 'parameters', 'minimum'], 'Rule webapp-min-tls: Parameter minimum'],
    [['scopes', '/subscriptions/s', 'rules', 'webapp-http2', 'enabled'], 'Subscription s: Rule webapp-http2: Enabled'],
    [['later', 'setting'], 'later / setting'],
  ])('%j', (path, name) => {
    expect(nameOfSetting(path)).toBe(name);
  });

  it('of a scope is its last segment', () => {
    expect(nameOfScope('/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app')).toBe('app');
    expect(nameOfScope('/')).toBe('Everything');
  });

  it('has values in words', () => {
    expect([true, false, null, undefined, 5, ['a']].map(textOfValue)).toEqual([
      ...['on', 'off', 'not set', 'not set', '5', '["a"]'],
    ]);
  });
});
