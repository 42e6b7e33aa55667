/** Guarantee of previews: stored findings are decided again under other settings and exemptions. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { NO_ROLLOUTS } from '../../../src/domain/approvals/rollout.ts';
import type { DecisionBasis } from '../../../src/domain/decisions/basis.ts';
import type { Finding } from '../../../src/domain/decisions/finding.ts';
import { type PreviewInput, startPreview } from '../../../src/domain/decisions/preview.ts';
import { viewOf } from '../../../src/domain/resources/resource.ts';
import { reachOf } from '../../../src/domain/rules/effective.ts';
import { rolloutStarts } from '../../../src/domain/rules/rollout-starts.ts';
import { parseSettings, type Settings } from '../../../src/domain/rules/settings.ts';
import { resourceNamed, ruleLike, SITE, TLS_CHANGE } from '../examples.ts';

/** A Sunday. */
const NOW = new Date('2026-03-01T12:00:00.000Z');
const RECENTLY = '2026-03-01T11:00:00.000Z';
const GROUP = SITE.split('/providers/')[0] ?? '';
const SAFE = ruleLike({ id: 'webapp-safe', parameters: z.strictObject({ least: z.int().default(1) }) });
const RISKY = ruleLike({ id: 'webapp-risky', tier: 'risky', severity: 'low' });
const EXTRA = ruleLike({ id: 'webapp-extra', profile: 'strict' });
const RULES = [SAFE, RISKY, EXTRA];

function settings(document: object = {}): Settings {
  const parsed = parseSettings({ mode: 'autofix', ...document }, RULES);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
}

/** A violation with a change that restarts the app. */
function found(rule = SAFE, basis: DecisionBasis | null = {}, more: Partial<Finding> = {}, id = SITE): Finding {
  const parameters = rule === SAFE ? { parameters: '{"least":1}' } : {};
  return {
    ...{ rule: rule.id, title: rule.title, severity: rule.severity, tier: rule.tier, verdict: 'violation' },
    ...{ reason: 'It is wrong.', resource: viewOf(resourceNamed(id)), changes: [TLS_CHANGE], references: [] },
    ...{ since: RECENTLY, evaluatedAt: RECENTLY },
    decision: { action: 'report', until: null, reasons: [], ceilings: [] },
    ...(basis === null ? {} : { basis: { ...parameters, ...basis } }),
    ...more,
  };
}

const exemption = (more: Partial<Exemption> = {}): Exemption => ({
  ...{ id: 'x1', scope: GROUP, rule: SAFE.id, owner: 'Team Shop', reason: 'an old scanner', ticket: null },
  ...{ expires: '2026-04-01T00:00:00.000Z', createdAt: RECENTLY, createdBy: { type: 'user', name: 'Kim' } },
  ...{ removedAt: null, outbox: [], ...more },
});

function preview(
  before: object,
  after: object,
  sides: { old?: Exemption[]; added?: Exemption[]; starts?: PreviewInput['after']['rollouts']['starts'] } = {},
) {
  const [one, other] = [settings(before), settings(after)];
  const { old = [], added = [] } = sides;
  const input: PreviewInput = {
    before: { settings: one, exemptions: old, rollouts: NO_ROLLOUTS },
    after: { settings: other, exemptions: [...old, ...added], rollouts: { open: [], starts: sides.starts ?? [] } },
    reach: reachOf(one, other),
    ...{ now: NOW, selfId: null, rules: RULES, defaults: {} },
  };
  return startPreview(input);
}

/** Before, after and the codes of the reasons. */
function judged(finding: Finding, before: object, after: object, sides = {}): string {
  const item = preview(before, after, sides).judge(finding);
  return item ? [item.before, item.after, ...item.reasons.map(({ code }) => code)].join(' ') : 'the same';
}

const AUDIT = { mode: 'audit' };
const FROZEN = { scopes: [{ scope: GROUP, frozen: { until: '2026-03-02T00:00:00Z', reason: 'a sale' } }] };
const THAWED = { scopes: [{ scope: GROUP, frozen: { until: '2026-02-28T00:00:00Z', reason: 'over' } }] };
const MONDAY = { scopes: [{ scope: GROUP, window: { days: ['mon'], from: '01:00', to: '02:00', timeZone: 'UTC' } }] };
const fixedTwice = { history: { fixedAt: [RECENTLY, RECENTLY], failedAt: [], alsoMovedAt: null } };
const rule = (id: string, setting: object) => ({ rules: { [id]: setting } });
const BY_SWEEP = [{ code: 'found-by-sweep', text: '' } as const];
const sweptRisky = { decision: { action: 'report', until: null, reasons: BY_SWEEP, ceilings: [] } } as const;
const pending = { decision: { action: 'queue', until: null, reasons: [], ceilings: [], approvalId: 'a1' } } as const;

describe('a violation is decided again', () => {
  test.each<[string, Finding, object, object, string]>([
    ['the same settings', found(), {}, {}, 'the same'],
    ['mode autofix', found(), AUDIT, {}, 'report fix'],
    ['mode audit', found(), {}, AUDIT, 'fix report mode-audit'],
    [
      'mode approve of its group',
      found(),
      {},
      { scopes: [{ scope: GROUP, mode: 'approve' }] },
      'fix queue mode-approve',
    ],
    ['a scope beside it', found(), {}, { scopes: [{ scope: `${GROUP}2`, mode: 'audit' }] }, 'the same'],
    ['a stop', found(), {}, { stopped: { reason: 'x' } }, 'fix hold stopped'],
    ['a freeze', found(), {}, FROZEN, 'fix hold frozen'],
    ['a freeze that has passed', found(), {}, THAWED, 'the same'],
    ['a freeze that has passed, lifted', found(), THAWED, {}, 'the same'],
    ['a window', found(), {}, MONDAY, 'fix hold window'],
    ['a tier of risky', found(), {}, rule(SAFE.id, { tier: 'risky' }), 'fix report tier-risky found-by-sweep'],
    [
      'the same, changed by somebody',
      found(SAFE, { changedByEvent: true }),
      {},
      rule(SAFE.id, { tier: 'risky' }),
      'fix queue tier-risky',
    ],
    ['a tier of safe', found(RISKY, { changedByEvent: true }), {}, rule(RISKY.id, { tier: 'safe' }), 'queue fix'],
    [
      'the same, where the resource makes it risky',
      found(RISKY, { ownTier: 'risky' }),
      {},
      rule(RISKY.id, { tier: 'safe' }),
      'the same',
    ],
    ['a tier of advice', found(), {}, rule(SAFE.id, { tier: 'advice' }), 'fix report tier-advice'],
    ['a rule without its changes', found(SAFE, {}, { changes: [] }), AUDIT, {}, 'the same'],
    [
      'approvals of what the sweep found',
      found(RISKY, {}, sweptRisky),
      {},
      { approvals: { fromSweep: true } },
      'report queue tier-risky',
    ],
    [
      'none of them any more, while one is open',
      found(RISKY, {}, pending),
      { approvals: { fromSweep: true } },
      {},
      'the same',
    ],
    ['a rule that is off', found(), {}, rule(SAFE.id, { enabled: false }), 'fix  not-evaluated'],
    ['a rule that is on again', found(), rule(SAFE.id, { enabled: false }), {}, ' fix'],
    ['a function app', found(SAFE, { facts: { app: 'function-app' } }), AUDIT, {}, 'report queue function-app'],
    ['a managed app', found(SAFE, { facts: { managedBy: 'x' } }), AUDIT, {}, 'the same'],
    ['unfinished provisioning', found(SAFE, { facts: { provisioning: true } }), AUDIT, {}, 'report hold provisioning'],
    ['its tag', found(SAFE, { facts: { modeTag: 'approve' } }), {}, { tagOptDown: true }, 'fix queue tag-approve'],
    ['fewer fixes to flap', found(SAFE, fixedTwice), {}, { limits: { flapCount: 2 } }, 'fix queue flapping'],
    [
      'what moved along before',
      found(SAFE, { history: { fixedAt: [], failedAt: [], alsoMovedAt: RECENTLY } }),
      AUDIT,
      {},
      'report queue also-moved-before',
    ],
    [
      'a rejection',
      found(RISKY, {
        changedByEvent: true,
        declined: { status: 'rejected', at: RECENTLY, until: '2026-06-01T00:00:00Z' },
      }),
      AUDIT,
      {},
      'the same',
    ],
    [
      'a rejection that has ended',
      found(RISKY, { changedByEvent: true, declined: { status: 'rejected', at: RECENTLY, until: RECENTLY } }),
      AUDIT,
      {},
      'report queue tier-risky',
    ],
    ['an approval that a freeze held', found(RISKY, { approved: true }, pending), FROZEN, {}, 'hold fix'],
    ['a budget of none', found(), {}, { limits: { fixesPerHour: 0 } }, 'fix hold budget'],
  ])('%s', (_, finding, before, after, expected) => {
    expect(judged(finding, before, after)).toBe(expected);
  });

  test('by the exemption that is in force', () => {
    expect(judged(found(), {}, {}, { added: [exemption()] })).toBe('fix exempt exempt');
    expect(judged(found(), {}, {}, { added: [exemption({ rule: RISKY.id })] })).toBe('the same');
    expect(judged(found(), {}, {}, { added: [exemption({ expires: RECENTLY })] })).toBe('the same');
  });
});

describe('unknown is', () => {
  const STRICTER = rule(SAFE.id, { parameters: { least: 2 } });
  const OLD = { evaluatedAt: '2026-02-22T11:00:00.000Z' };
  test.each<[string, Finding, object, object, string]>([
    ['a rule with other parameters', found(), {}, STRICTER, 'fix unknown not-evaluated'],
    [
      'the same where it was met',
      found(SAFE, {}, { verdict: 'compliant', decision: null }),
      {},
      STRICTER,
      ' unknown not-evaluated',
    ],
    [
      'neither with parameters that are the default',
      found(),
      {},
      rule(SAFE.id, { parameters: { least: 1 } }),
      'the same',
    ],
    ['a finding older than fullReadDays', found(SAFE, {}, OLD), {}, AUDIT, 'fix unknown not-evaluated'],
    ['neither with more days', found(SAFE, {}, OLD), { sweep: { fullReadDays: 8 } }, AUDIT, 'fix report mode-audit'],
    [
      'neither where nothing else decides',
      found(SAFE, {}, OLD),
      {},
      { scopes: [{ scope: `${GROUP}2`, mode: 'audit' }] },
      'the same',
    ],
    ['what an earlier version evaluated', found(RISKY, null), {}, AUDIT, 'the same'],
  ])('%s', (_, finding, before, after, expected) => {
    expect(judged(finding, before, after)).toBe(expected);
  });

  test('what comes into the profile, once for each rule without a finding', () => {
    const strict = preview({}, { profile: 'strict' });
    const known = new Set([SAFE.id, RISKY.id]);
    expect(strict.judgeMissing(SITE.toLowerCase(), known)).toMatchObject([
      { rule: EXTRA.id, before: null, after: 'unknown', severity: 'high' },
    ]);
    expect(strict.judgeMissing(SITE.toLowerCase(), new Set([...known, EXTRA.id]))).toEqual([]);
    expect(strict.judgeMissing('/no/resource', known)).toEqual([]);
    expect(strict.totals()).toMatchObject({
      unknown: 1,
      changes: [{ rule: EXTRA.id, before: null, after: 'unknown', resources: 1 }],
    });
  });
});

describe('the totals', () => {
  const apps = [1, 2, 3, 4, 5].map((n) => `${SITE}${n}`);

  test('count what changes, by rule', () => {
    const made = preview(AUDIT, { limits: { fixesPerHour: 2 } });
    for (const id of apps) made.judge(found(SAFE, {}, {}, id));
    made.judge(found(RISKY, { changedByEvent: true }));
    made.judge(found(RISKY, { changedByEvent: true }, pending, `${SITE}6`));
    expect(made.totals()).toEqual({
      changes: [
        { rule: RISKY.id, before: 'report', after: 'queue', resources: 2 },
        { rule: SAFE.id, before: 'report', after: 'fix', resources: 2 },
        { rule: SAFE.id, before: 'report', after: 'hold', resources: 3 },
      ],
      ...{
        fixes: 2,
        restarts: 2,
        approvals: 1,
        approvalsCleared: 0,
        holds: 3,
        unknown: 0,
        exemptionsIdle: 0,
        rollouts: [],
      },
      budgetHours: 2,
    });
  });

  test('count a resource once in the budget, and each subscription by itself', () => {
    const made = preview(AUDIT, { limits: { fixesPerHour: 1 } });
    const other = SITE.replace('11111111', '99999999');
    for (const id of [SITE, SITE, other]) made.judge(found(SAFE, {}, {}, id));
    expect(made.totals()).toMatchObject({ fixes: 3, holds: 0, budgetHours: 0 });
  });

  test('say null when the budget never lets a fix through', () => {
    const made = preview(AUDIT, { limits: { fixesPerHour: 0 } });
    made.judge(found());
    expect(made.totals()).toMatchObject({ fixes: 0, holds: 1, budgetHours: null });
  });

  test('count restarts only where the changes restart the app', () => {
    const quiet = {
      document: 'basicPublishingCredentialsPolicies/ftp',
      path: '/properties/allow',
      from: true,
      to: false,
    };
    const made = preview(AUDIT, {});
    made.judge(found(SAFE, {}, { changes: [{ ...quiet, document: 'basicPublishingCredentialsPolicies/ftp' }] }));
    expect(made.totals()).toMatchObject({ fixes: 1, restarts: 0 });
  });

  test('count the approvals that a look clears', () => {
    const made = preview({}, rule(RISKY.id, { enabled: false }));
    made.judge(found(RISKY, {}, pending));
    expect(made.totals()).toMatchObject({ approvalsCleared: 1 });
  });

  test.each([
    ['a rule that is off', rule(SAFE.id, { enabled: false }), [found()], 1],
    [
      'the same, while another resource needs it',
      { scopes: [{ scope: SITE, rules: { [SAFE.id]: { enabled: false } } }] },
      [found(), found(SAFE, {}, {}, `${SITE}2`)],
      0,
    ],
    ['a part of its scope', { scopes: [{ scope: SITE, rules: { [SAFE.id]: { enabled: false } } }] }, [found()], 0],
    ['another mode', AUDIT, [found()], 0],
  ])('count idle exemptions: %s', (_, after, findings, idle) => {
    const made = preview({}, after, { old: [exemption()] });
    for (const one of findings) made.judge(one);
    expect(made.totals().exemptionsIdle).toBe(idle);
  });
});

describe('the reach of a document', () => {
  const at = (scope: string, more: object) => ({ scopes: [{ scope, ...more }] });
  test.each<[string, object, object, unknown]>([
    ['nothing', {}, { approvals: { expireHours: 5 }, sweep: { fullReadDays: 3 } }, { scopes: [], rules: [] }],
    [
      'approvers decide about no violation',
      {},
      at(GROUP, { approvers: [] }),
      { scopes: [GROUP.toLowerCase()], rules: null },
    ],
    ['a mode', {}, AUDIT, { scopes: null, rules: null }],
    ['one rule', {}, rule(SAFE.id, { tier: 'risky' }), { scopes: null, rules: [SAFE.id] }],
    [
      'one rule of a scope',
      {},
      at(GROUP, rule(SAFE.id, { tier: 'risky' })),
      { scopes: [GROUP.toLowerCase()], rules: null },
    ],
    [
      'a rule of a scope that is there',
      at(GROUP, { mode: 'audit' }),
      at(`${GROUP}/`, { mode: 'audit', ...rule(SAFE.id, {}) }),
      { scopes: [GROUP.toLowerCase()], rules: [SAFE.id] },
    ],
    [
      'the widest of scopes',
      {},
      {
        scopes: [
          { scope: SITE, mode: 'audit' },
          { scope: GROUP, mode: 'audit' },
        ],
      },
      { scopes: [GROUP.toLowerCase()], rules: null },
    ],
    ['a window that is lifted', MONDAY, at(GROUP, { window: null }), { scopes: [GROUP.toLowerCase()], rules: null }],
  ])('%s', (_, before, after, reach) => {
    expect(reachOf(settings(before), settings(after))).toMatchObject(reach as object);
  });
});

test('apps of a roll-out that would start are held, and its stages say how many each takes', () => {
  const rollout = { stages: [1, '50%'], bakeMinutes: 15 };
  const [before, after] = [
    { mode: 'audit', rollout },
    { mode: 'autofix', rollout },
  ];
  const starts = rolloutStarts(settings(before), settings(after), { rules: RULES, defaults: {} });
  const made = preview(before, after, { starts });
  const items = [1, 2, 3, 4, 5].map((number) => made.judge(found(SAFE, {}, {}, `${SITE}-${number}`)));
  expect(items.map((item) => [item?.after, item?.reasons.map(({ code }) => code)])).toEqual(
    items.map(() => ['hold', ['rollout']]),
  );
  expect(made.totals()).toMatchObject({
    ...{ fixes: 0, holds: 5 },
    rollouts: [
      {
        ...{ rule: SAFE.id, scope: '/', apps: 5, isEvaluated: true },
        stages: [
          { stage: 1, apps: 1 },
          { stage: '50%', apps: 2 },
          { stage: '100%', apps: 2 },
        ],
      },
    ],
  });
});
