import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AnyRule } from '../../../src/domain/rules/rule.ts';
import {
  approversFor,
  defaultRules,
  freezeFor,
  healthGateFor,
  modeFor,
  parseSettings,
  rulesFor,
  type Settings,
  scopeStopFor,
  settingsDigest,
  settingsSchema,
  windowFor,
} from '../../../src/domain/rules/settings.ts';
import { resourceNamed, ruleLike, SITE } from '../examples.ts';

const site = resourceNamed(SITE);
const SUBSCRIPTION = '/subscriptions/11111111-2222-3333-4444-555555555555';
const GROUP = `${SUBSCRIPTION}/resourceGroups/Shop-RG`;
const JUNE = '2026-06-01T00:00:00Z';
const NIGHT = { days: ['sat'], from: '22:00', to: '04:00', timeZone: 'Europe/Berlin' };
const inGroup = (more: object) => ({ scopes: [{ scope: GROUP, ...more }] });

const tls: AnyRule = ruleLike({
  id: 'webapp-tls',
  parameters: z.object({ minimum: z.enum(['1.2', '1.3']).default('1.2'), note: z.string().nullable().default(null) }),
  isStricter: (parameters) => z.object({ minimum: z.string() }).parse(parameters).minimum === '1.3',
});
const strict = ruleLike({ id: 'webapp-strict', profile: 'strict' });
const advice = ruleLike({ id: 'webapp-advice', tier: 'advice' });
const other = ruleLike({ id: 'containerapp-other', kind: 'container-app' });
const known = [tls, strict, advice, other];

describe('defaults', () => {
  test('a missing key takes its default', () => {
    expect(settingsOf({})).toEqual({
      mode: 'audit',
      profile: 'baseline',
      stopped: null,
      rules: {},
      scopes: [],
      limits: { fixesPerHour: 25, flapCount: 3, flapHours: 24, resumeHours: 6 },
      approvals: {
        expireHours: 168,
        rejectedDays: 90,
        separationOfDuties: true,
        unknownChanger: 'allow',
        fromSweep: false,
      },
      sweep: { fullReadDays: 7, activityLog: true },
      healthGate: {
        enabled: true,
        minutes: 10,
        rollback: true,
        irreversible: 'write',
        maximumErrorShare: 0.05,
        breaker: 2,
      },
      rollout: { stages: [], bakeMinutes: 15 },
      tagOptDown: false,
    });
    expect(settingsOf({ limits: { flapCount: 5 } }).limits).toEqual({
      fixesPerHour: 25,
      flapCount: 5,
      flapHours: 24,
      resumeHours: 6,
    });
  });

  test('the answer of GET can be stored: at and by are ignored', () => {
    const stopped = { reason: 'change freeze', at: '2026-01-01T00:00:00Z', by: { objectId: 'x' } };
    expect(settingsOf({ stopped }).stopped).toEqual({ reason: 'change freeze' });
  });
});

test('a scope sets single members of the health gate, and a stop of its own, which a narrower one lifts', () => {
  const settings = settingsOf({
    healthGate: { minutes: 20 },
    scopes: [
      {
        scope: SUBSCRIPTION,
        healthGate: { rollback: false, minutes: 15 },
        stopped: { reason: 'worse', automaticOnly: true },
      },
      { scope: SITE, healthGate: { enabled: false }, stopped: null },
    ],
  });
  const [subscription, site] = [SUBSCRIPTION, SITE].map((id) => ({ key: id.toLowerCase() }));
  expect(healthGateFor(settings, subscription ?? { key: '' })).toEqual({
    ...settingsOf({}).healthGate,
    minutes: 15,
    rollback: false,
  });
  expect(healthGateFor(settings, site ?? { key: '' })).toMatchObject({ minutes: 15, rollback: false, enabled: false });
  expect(scopeStopFor(settings, subscription ?? { key: '' })).toEqual({ reason: 'worse', automaticOnly: true });
  expect([scopeStopFor(settings, site ?? { key: '' }), scopeStopFor(settings, { key: '/subscriptions/x' })]).toEqual([
    null,
    null,
  ]);
});

describe('the most specific scope wins', () => {
  const settings = settingsOf({
    mode: 'audit',
    scopes: [
      { scope: `${GROUP}/`.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'), mode: 'autofix' },
      { scope: `${SUBSCRIPTION}${'/'.repeat(200)}`, mode: 'approve', profile: 'strict' },
      { scope: `${GROUP}/providers/Microsoft.Web/sites/Sho`, mode: 'audit' },
      { scope: SITE, rules: { 'webapp-tls': { enabled: false } } },
    ],
  });

  test('the mode is that of the most specific scope with a mode', () => {
    expect(modeFor(settings, site)).toBe('autofix');
    expect(modeFor(settings, resourceNamed(SITE.replace('Shop-RG', 'Other')))).toBe('approve');
    expect(modeFor(settings, resourceNamed(SITE.replace('1111', '2222')))).toBe('audit');
    expect(modeFor(settings, resourceNamed(`${SITE}/slots/blue`))).toBe('autofix');
  });

  test('profile and switches are those of the most specific scope', () => {
    expect(ids(settings)).toEqual(['webapp-strict', 'webapp-advice']);
    expect(ids(settings, SITE.replace('Shop-RG', 'Other'))).toEqual(['webapp-tls', 'webapp-strict', 'webapp-advice']);
    expect(ids(settingsOf({}))).toEqual(['webapp-tls', 'webapp-advice']);
    expect(ids(settingsOf({ rules: { 'webapp-strict': { enabled: true } } }))).toContain('webapp-strict');
  });

  test('without settings every rule of the kind is evaluated, strict ones too', () => {
    expect(defaultRules(known, site, {}).map(({ rule }) => rule.id)).toEqual([
      'webapp-tls',
      'webapp-strict',
      'webapp-advice',
    ]);
  });
});

describe('tier and parameters', () => {
  const effective = (rules: object, at: object | null = null) => {
    const scopes = at === null ? [] : [{ scope: GROUP, rules: at }];
    const [found] = rulesFor(settingsOf({ rules, scopes }), [tls], site, { note: 'from the environment', else: 'x' });
    return found && { parameters: found.parameters, tier: found.tier };
  };
  const set = (members: object) => ({ 'webapp-tls': members });
  const parameters = (minimum: string) => ({ minimum, note: 'from the environment' });

  test.each([
    ['nothing stored: no tier, environment defaults under it', {}, null, null, '1.2'],
    ['a stored tier', set({ tier: 'risky' }), null, 'risky', '1.2'],
    ['a stricter parameter makes it risky', set({ parameters: { minimum: '1.3' } }), null, 'risky', '1.3'],
    [
      'a stricter parameter with a tier in the same setting keeps that tier',
      set({ parameters: { minimum: '1.3' }, tier: 'safe' }),
      null,
      'safe',
      '1.3',
    ],
    ['a stored default is not stricter', set({ parameters: { minimum: '1.2' } }), null, null, '1.2'],
    [
      'a tier of a wider scope does not count for a stricter parameter',
      set({ tier: 'safe' }),
      set({ parameters: { minimum: '1.3' } }),
      'risky',
      '1.3',
    ],
    [
      'a tier of a narrower scope counts for a stricter parameter',
      set({ parameters: { minimum: '1.3' } }),
      set({ tier: 'safe' }),
      'safe',
      '1.3',
    ],
    [
      'a scope that returns to the default is not risky',
      set({ parameters: { minimum: '1.3' } }),
      set({ parameters: { minimum: '1.2' } }),
      null,
      '1.2',
    ],
    [
      'a scope that only enables a rule changes nothing',
      set({ parameters: { minimum: '1.3' } }),
      set({ enabled: true }),
      'risky',
      '1.3',
    ],
  ])('%s', (_, rules, at, tier, minimum) => {
    expect(effective(rules, at)).toEqual({ tier, parameters: parameters(minimum) });
  });

  test('a scope that only enables a rule keeps the tier that was stated for a stricter parameter', () => {
    const stated = set({ parameters: { minimum: '1.3' }, tier: 'safe' });
    expect(effective(stated, set({ enabled: true }))?.tier).toBe('safe');
  });

  test('no parameter is stricter unless the rule says so, and it only gets those that it knows', () => {
    const plain = ruleLike({ id: 'webapp-plain', parameters: z.strictObject({ days: z.int().default(1) }) });
    const settings = settingsSchema.parse({ rules: { 'webapp-plain': { parameters: { days: 2 } } } });
    expect(rulesFor(settings, [plain], site, { note: 'from the environment' })).toEqual([
      { rule: plain, parameters: { days: 2 }, tier: null },
    ]);
  });

  test('a stored parameter replaces that of the environment', () => {
    const stored = effective(set({ parameters: { note: 'stored' } }), set({ parameters: { minimum: '1.2' } }));
    expect(stored?.parameters).toEqual({ minimum: '1.2', note: 'stored' });
  });
});

describe('problems have a pointer', () => {
  test.each<[string, unknown, string[]]>([
    ['an unknown key', { moed: 'audit' }, ['/moed']],
    ['an unknown key below', { limits: { fixesPerDay: 1 } }, ['/limits/fixesPerDay']],
    ['a wrong value', { mode: 'fix' }, ['/mode']],
    ['a number below its minimum', { limits: { flapCount: 0 } }, ['/limits/flapCount']],
    ['a value that is not an object', 'audit', ['']],
    ['a stop without a reason', { stopped: { reason: ' ' } }, ['/stopped/reason']],
    ['an invalid scope', { scopes: [{ scope: '/somewhere' }] }, ['/scopes/0/scope']],
    ['an unknown rule', { rules: { 'webapp-x': {} } }, ['/rules/webapp-x']],
    ['an unknown rule in a scope', { scopes: [{ scope: GROUP, rules: { a: {} } }] }, ['/scopes/0/rules/a']],
    ['an unknown key of a rule', { rules: { 'webapp-tls': { on: true } } }, ['/rules/webapp-tls/on']],
    [
      'an unknown parameter',
      { rules: { 'webapp-tls': { parameters: { 'a/b': 1 } } } },
      ['/rules/webapp-tls/parameters/a~1b'],
    ],
    [
      'a bad parameter',
      { rules: { 'webapp-tls': { parameters: { minimum: '1.1' } } } },
      ['/rules/webapp-tls/parameters/minimum'],
    ],
    ['promoted advice', { rules: { 'webapp-advice': { tier: 'safe' } } }, ['/rules/webapp-advice/tier']],
    ['two at once', { mode: 1, profile: 2 }, ['/mode', '/profile']],
    ['a window without a day', inGroup({ window: { ...NIGHT, days: [] } }), ['/scopes/0/window/days']],
    ['a window with an invalid time', inGroup({ window: { ...NIGHT, from: '24:00' } }), ['/scopes/0/window/from']],
    [
      'a window with an invalid time zone',
      inGroup({ window: { ...NIGHT, timeZone: 'Europe/Atlantis' } }),
      ['/scopes/0/window/timeZone'],
    ],
    ['a freeze without end', inGroup({ frozen: { reason: 'x' } }), ['/scopes/0/frozen/until']],
    ['a freeze without reason', inGroup({ frozen: { until: JUNE, reason: ' ' } }), ['/scopes/0/frozen/reason']],
    [
      'a freeze with a long reason',
      inGroup({ frozen: { until: JUNE, reason: 'x'.repeat(1001) } }),
      ['/scopes/0/frozen/reason'],
    ],
    [
      'advice with a stricter parameter',
      { rules: { 'webapp-advice': { parameters: { a: 1 } } } },
      ['/rules/webapp-advice/parameters/a'],
    ],
    ['an approver with a name instead of an id', inGroup({ approvers: ['Ada'] }), ['/scopes/0/approvers/0']],
    ['a flapCount above the number of stored fixes', { limits: { flapCount: 1001 } }, ['/limits/flapCount']],
  ])('%s', (_, input, pointers) => {
    const parsed = parseSettings(input, known);
    if ('settings' in parsed) throw new Error('it was taken for good');
    expect(parsed.problems.map(({ pointer }) => pointer)).toEqual(pointers);
    for (const { detail } of parsed.problems) expect(detail).not.toBe('');
  });
});

test('what may be set: the longest reason without its blanks, advice as advice', () => {
  const reason = 'x'.repeat(1000);
  const settings = settingsOf({
    rules: { 'webapp-advice': { tier: 'advice' } },
    ...inGroup({ frozen: { until: JUNE, reason: ` ${reason} ` } }),
  });
  expect(settings.scopes[0]?.frozen).toEqual({ until: JUNE, reason });
});

describe('the digest of settings', () => {
  const digest = (input: object) => settingsDigest(settingsOf(input));

  test('is that of what was set: a stated default changes nothing', () => {
    expect(digest({})).toBe(digest({ mode: 'audit', limits: { flapCount: 3 }, scopes: [], stopped: null }));
    expect(digest({ limits: { flapCount: 4 } })).toBe(digest({ limits: { flapCount: 4, flapHours: 24 }, rules: {} }));
  });

  test('differs when a value differs, a name, or the part in which it is', () => {
    const all = [
      {},
      { mode: 'approve' },
      { stopped: { reason: 'x' } },
      { rules: { 'webapp-tls': { enabled: true } } },
      { rules: { 'webapp-strict': { enabled: true } } },
      { scopes: [{ scope: GROUP }] },
      { scopes: [{ scope: SITE }] },
      { limits: { flapCount: 4 } },
      { limits: { flapCount: 5 } },
      { limits: { flapHours: 4 } },
      { limits: { flapCount: 4, flapHours: 4 } },
      { approvals: { expireHours: 4 } },
      { tagOptDown: true },
    ];
    expect(new Set(all.map(digest)).size).toBe(all.length);
  });
});

describe('windows and freezes', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const settingsWith = (...scopes: object[]) => settingsOf({ scopes });

  test('the window is that of the most specific scope with a window or null', () => {
    const day = { ...NIGHT, from: '08:00', to: '18:00' };
    expect(windowFor(settingsWith(), site)).toBeNull();
    expect(windowFor(settingsWith({ scope: SITE, window: day }, { scope: GROUP, window: NIGHT }), site)).toEqual(day);
    expect(windowFor(settingsWith({ scope: SITE }, { scope: GROUP, window: NIGHT }), site)).toEqual(NIGHT);
    expect(windowFor(settingsWith({ scope: SITE, window: null }, { scope: GROUP, window: NIGHT }), site)).toBeNull();
    expect(windowFor(settingsWith({ scope: `${SITE}2`, window: NIGHT }), site)).toBeNull();
  });

  test('the freeze is the one with the last end; an ended one does not count, and only null lifts', () => {
    const until = (end: string) => ({ until: end, reason: 'x' });
    const over = until('2026-02-01T00:00:00Z');
    const freeze = (...scopes: object[]) => freezeFor(settingsWith(...scopes), site, now)?.until ?? null;
    expect(freeze()).toBeNull();
    expect(freeze({ scope: GROUP, frozen: over })).toBeNull();
    expect(freeze({ scope: GROUP, frozen: until(now.toISOString()) }), 'its end is not part of it').toBeNull();
    expect(freeze({ scope: GROUP, frozen: until(JUNE) }, { scope: SITE, frozen: over })).toBe(JUNE);
    expect(freeze({ scope: GROUP, frozen: until(JUNE) }, { scope: SITE, frozen: until('2026-04-01T00:00:00Z') })).toBe(
      JUNE,
    );
    expect(freeze({ scope: GROUP, frozen: until('2026-04-01T00:00:00Z') }, { scope: SITE, frozen: until(JUNE) })).toBe(
      JUNE,
    );
    expect(freeze({ scope: GROUP, frozen: until(JUNE) }, { scope: SITE, frozen: null })).toBeNull();
    expect(freeze({ scope: SITE, frozen: until(JUNE) }, { scope: GROUP, frozen: null })).toBe(JUNE);
    expect(freeze({ scope: `${SITE}2`, frozen: until(JUNE) })).toBeNull();
  });
});

describe('the approvers of a scope', () => {
  const [wide, narrow] = ['AAAAAAAA-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000002'];
  const approvers = (...scopes: [scope: string, approvers?: string[]][]) =>
    approversFor(
      settingsSchema.parse({
        scopes: scopes.map(([scope, named]) => ({ scope, ...(named ? { approvers: named } : {}) })),
      }),
      resourceNamed(SITE),
    );

  test('are not restricted unless a scope names some', () => {
    expect(approvers()).toBeNull();
    expect(approvers([GROUP], [SITE, []])).toBeNull();
    expect(approvers([`${GROUP}-other`, [wide]])).toBeNull();
  });

  test('are those of the most specific scope that names some, in any order and case', () => {
    expect(approvers([GROUP, [wide]])).toEqual([wide.toLowerCase()]);
    expect(approvers([SITE, [narrow]], [GROUP, [wide]])).toEqual([narrow]);
    expect(approvers([GROUP, [wide]], [SITE, []])).toEqual([wide.toLowerCase()]);
  });
});

function settingsOf(input: unknown): Settings {
  const parsed = parseSettings(input, known);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
}

function ids(settings: Settings, id = SITE): string[] {
  return rulesFor(settings, known, resourceNamed(id), {}).map(({ rule }) => rule.id);
}
