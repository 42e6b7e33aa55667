/** Which rules begin to write where, when settings change. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  hasOwnSetting,
  rolloutFor,
  rolloutStarts,
  startsOfNewRules,
} from '../../../src/domain/rules/rollout-starts.ts';
import { parseSettings, type Settings } from '../../../src/domain/rules/settings.ts';
import { resourceNamed, ruleLike, SITE } from '../examples.ts';

const SUBSCRIPTION = SITE.split('/resourceGroups/')[0] ?? '';
const GROUP = SITE.split('/providers/')[0] ?? '';
const SAFE = ruleLike({ id: 'webapp-safe', parameters: z.strictObject({ least: z.int().default(1) }) });
const RISKY = ruleLike({ id: 'webapp-risky', tier: 'risky' });
const EXTRA = ruleLike({ id: 'webapp-extra', profile: 'strict' });
const ADVICE = ruleLike({ id: 'webapp-advice', tier: 'advice' });
const RULES = [SAFE, RISKY, EXTRA, ADVICE];
const STAGES = { stages: [1, '10%'] };

function settings(document: object): Settings {
  const parsed = parseSettings({ rollout: STAGES, ...document }, RULES);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
}

/** For example `webapp-safe /`, with the exceptions. */
function starts(before: object, after: object): string[] {
  return rolloutStarts(settings(before), settings(after), { rules: RULES, defaults: {} }).map(
    ({ rule, scope, except }) => [rule, scope, ...except.map((one) => `-${one}`)].join(' '),
  );
}

const group = GROUP.toLowerCase();

describe('what begins', () => {
  test.each<[string, object, object, string[]]>([
    ['a raised mode', { mode: 'audit' }, { mode: 'autofix' }, ['webapp-risky /', 'webapp-safe /']],
    ['the same mode', { mode: 'autofix' }, { mode: 'autofix' }, []],
    ['mode approve', { mode: 'audit' }, { mode: 'approve' }, []],
    ['a new rule', { mode: 'autofix' }, { mode: 'autofix', profile: 'strict' }, ['webapp-extra /']],
    [
      'a rule switched on',
      { mode: 'autofix' },
      { mode: 'autofix', rules: { 'webapp-extra': { enabled: true } } },
      ['webapp-extra /'],
    ],
    [
      'another parameter',
      { mode: 'autofix' },
      { mode: 'autofix', rules: { 'webapp-safe': { parameters: { least: 2 } } } },
      ['webapp-safe /'],
    ],
    [
      'a raised tier',
      { mode: 'autofix', rules: { 'webapp-safe': { tier: 'risky' } } },
      { mode: 'autofix' },
      ['webapp-safe /'],
    ],
    ['a lowered tier', { mode: 'autofix' }, { mode: 'autofix', rules: { 'webapp-safe': { tier: 'risky' } } }, []],
    [
      'a scope of its own',
      { mode: 'audit' },
      { mode: 'audit', scopes: [{ scope: GROUP, mode: 'autofix' }] },
      [`webapp-risky ${group}`, `webapp-safe ${group}`],
    ],
    [
      'a widened scope, but for what writes already',
      { mode: 'audit', scopes: [{ scope: GROUP, mode: 'autofix' }] },
      { mode: 'autofix', scopes: [{ scope: GROUP, mode: 'autofix' }] },
      [`webapp-risky / -${group}`, `webapp-safe / -${group}`],
    ],
    ['a setting of a single app', { mode: 'audit' }, { mode: 'audit', scopes: [{ scope: SITE, mode: 'autofix' }] }, []],
    ['a stop that ends', { mode: 'autofix', stopped: { reason: 'x' } }, { mode: 'autofix' }, []],
    ['no stages', { mode: 'audit' }, { mode: 'autofix', rollout: { stages: [] } }, []],
    [
      'no stages in a scope',
      { mode: 'audit' },
      { mode: 'autofix', scopes: [{ scope: GROUP, rollout: { stages: [] } }] },
      [`webapp-risky / -${group}`, `webapp-safe / -${group}`],
    ],
    [
      'other stages in a scope',
      { mode: 'audit', rollout: {} },
      { mode: 'autofix', rollout: { stages: [] }, scopes: [{ scope: GROUP, rollout: { stages: [5] } }] },
      [`webapp-risky ${group}`, `webapp-safe ${group}`],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(starts(before, after)).toEqual(expected);
  });

  test('the findings that are stored say who violates the rule, unless it was not evaluated before', () => {
    const evaluated = (before: object, after: object) =>
      rolloutStarts(settings(before), settings(after), { rules: [SAFE, EXTRA], defaults: {} }).map(
        (one) => one.isEvaluated,
      );
    expect(evaluated({ mode: 'audit' }, { mode: 'autofix' })).toEqual([true]);
    expect(evaluated({ mode: 'autofix' }, { mode: 'autofix', profile: 'strict' })).toEqual([false]);
  });
});

describe('what begins with rules that a new version brings', () => {
  const begun = (known: readonly string[], document: object) =>
    startsOfNewRules(settings(document), known, { rules: RULES, defaults: {} }).map(
      ({ rule, scope, isEvaluated }) => `${rule} ${scope} ${isEvaluated}`,
    );

  test.each<[string, string[], object, string[]]>([
    ['nothing, when all are known', RULES.map(({ id }) => id), { mode: 'autofix' }, []],
    ['a new rule, everywhere', [SAFE.id, EXTRA.id], { mode: 'autofix' }, ['webapp-risky / false']],
    ['nothing in mode audit', [SAFE.id], { mode: 'audit' }, []],
    ['nothing without stages', [SAFE.id], { mode: 'autofix', rollout: { stages: [] } }, []],
    ['a new rule of the profile strict, where that is', [SAFE.id, RISKY.id], { mode: 'autofix' }, []],
    [
      'in a scope',
      [RISKY.id],
      { mode: 'audit', scopes: [{ scope: GROUP, mode: 'autofix' }] },
      [`webapp-safe ${group} false`],
    ],
  ])('%s', (_, known, document, expected) => {
    expect(begun(known, document)).toEqual(expected);
  });
});

describe('the settings of a resource', () => {
  const site = resourceNamed(SITE);

  test('each member comes from the narrowest scope that sets it', () => {
    const some = settings({
      rollout: { stages: [1], bakeMinutes: 5 },
      scopes: [
        { scope: GROUP, rollout: { stages: [] } },
        { scope: SUBSCRIPTION, rollout: { bakeMinutes: 60 } },
      ],
    });
    expect(rolloutFor(some, site)).toEqual({ stages: [], bakeMinutes: 60 });
  });

  test('an entry of the app alone counts when it states the mode, the profile or the rule', () => {
    const own = (entry: object) => hasOwnSetting(settings({ scopes: [{ scope: SITE, ...entry }] }), site, SAFE.id);
    expect(own({ mode: 'autofix' })).toBe(true);
    expect(own({ rules: { [SAFE.id]: { enabled: true } } })).toBe(true);
    expect(own({ rules: { [RISKY.id]: { enabled: true } } })).toBe(false);
    expect(own({ frozen: null })).toBe(false);
  });

  test.each([['0%'], ['101%'], [0], ['many'], [1.5]])('%s is no stage', (wrong) => {
    expect('problems' in parseSettings({ rollout: { stages: [wrong] } }, RULES)).toBe(true);
  });
});
