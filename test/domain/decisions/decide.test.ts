import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import type { Change } from '../../../src/domain/changes/change.ts';
import { CONSTRAINTS, type DecisionInput } from '../../../src/domain/decisions/constraints.ts';
import { decide, decideApproved, decision as decisionSchema } from '../../../src/domain/decisions/decide.ts';
import { factsOf } from '../../../src/domain/decisions/facts.ts';
import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import { ACTIONS } from '../../../src/domain/resources/reasons.ts';
import type { Evaluation } from '../../../src/domain/rules/evaluate.ts';
import { NO_HISTORY } from '../../../src/domain/rules/history.ts';
import type { MaintenanceWindow } from '../../../src/domain/rules/maintenance-window.ts';
import { CONTAINER_APP, read, resourceNamed, ruleLike, SITE, TLS_CHANGE, violationLike } from '../examples.ts';

const calm: DecisionInput = around({});
const kind = (text: string) => around({}, { kind: text });
const exemption: Exemption = {
  id: 'x1',
  scope: SITE,
  rule: 'webapp-example',
  owner: 'Team Shop',
  reason: 'an old scanner',
  ticket: null,
  expires: '2026-04-01T00:00:00.000Z',
  createdAt: '2026-02-01T00:00:00.000Z',
  createdBy: { type: 'user' },
  removedAt: null,
  outbox: [],
};
const JUNE = '2026-06-01T00:00:00Z';
const FULL = { until: JUNE, used: 10, limit: 10 };
const MORE = { flapCount: 4, flapHours: 24 };
const NIGHT: MaintenanceWindow = { days: ['sat'], from: '22:00', to: '04:00', timeZone: 'UTC' };
const QUIET: Change = {
  document: 'basicPublishingCredentialsPolicies/ftp',
  path: '/properties/allow',
  from: true,
  to: false,
};
const UNKNOWN: Change = { ...TLS_CHANGE, from: null };
const LASTING = violationLike({ rule: ruleLike({ reversible: false }) });
const ASK = { enabled: true, irreversible: 'ask' } as const;
const ASKING = around({ healthGate: ASK });
const STOP = { reason: 'many are worse.' };
const AUTOMATIC = { ...STOP, automaticOnly: true } as const;
const memory = { at: '2026-01-01T00:00:00Z' };
const BY_CHANGER = { ...memory, status: 'rejected', until: '2026-04-01T00:00:00Z', byChanger: true } as const;

describe('a decision is the lowest constraint', () => {
  test.each<[string, Evaluation, DecisionInput, string, string[]]>([
    ['no constraint', violationLike(), calm, 'fix', []],
    ['risky', violationLike({ tier: 'risky' }), calm, 'queue', ['tier-risky']],
    ['advice', violationLike({ tier: 'advice', changes: [] }), calm, 'report', ['tier-advice']],
    ['mode audit', violationLike(), around({ mode: 'audit' }), 'report', ['mode-audit']],
    ['mode approve', violationLike(), around({ mode: 'approve' }), 'queue', ['mode-approve']],
    ['stopped', violationLike(), around({ stopped: { reason: 'freeze' } }), 'hold', ['stopped']],
    ['a function app', violationLike(), kind('functionapp,linux'), 'queue', ['function-app']],
    ['a logic app', violationLike(), kind('functionapp, WorkflowApp'), 'queue', ['logic-app']],
    ['a web app in a container', violationLike(), kind('app,linux,container'), 'fix', []],
    ['no kind', violationLike(), around({}, { kind: null }), 'fix', []],
    [
      'hosted on Container Apps',
      violationLike(),
      kind('functionapp,linux,container,azurecontainerapps'),
      'report',
      ['function-app', 'hosted-on-container-apps'],
    ],
    ['managedBy', violationLike(), around({}, { managedBy: '/subscriptions/s/x' }), 'report', ['managed-by']],
    ['an empty managedBy', violationLike(), around({}, { managedBy: '' }), 'fix', []],
    ['itself', violationLike(), around({ selfId: SITE.toUpperCase() }), 'report', ['self']],
    [
      'its own slot',
      violationLike(),
      around({ selfId: SITE, resource: resourceNamed(`${SITE}/slots/b`) }),
      'report',
      ['self'],
    ],
    ['another app beside it', violationLike(), around({ selfId: `${SITE}2` }), 'fix', []],
    [
      'rejected before',
      violationLike(),
      around({ declined: { ...memory, status: 'rejected', until: '2026-04-01T00:00:00Z' } }),
      'report',
      ['rejected-before'],
    ],
    ['rejected by a changer, safe', violationLike(), around({ declined: BY_CHANGER }), 'fix', []],
    [
      'rejected by a changer, held',
      violationLike(),
      around({ declined: BY_CHANGER, stopped: { reason: 'freeze' } }),
      'hold',
      ['stopped'],
    ],
    [
      'rejected by a changer, risky',
      violationLike({ tier: 'risky' }),
      around({ declined: BY_CHANGER }),
      'report',
      ['tier-risky', 'rejected-before'],
    ],
    [
      'expired before',
      violationLike(),
      around({ declined: { ...memory, status: 'expired', until: null } }),
      'report',
      ['expired-before'],
    ],
    [
      'found by the sweep only',
      violationLike({ tier: 'risky' }),
      around({ foundBySweep: true }),
      'report',
      ['tier-risky', 'found-by-sweep'],
    ],
    ['guarantee 15: asks where it cannot be undone', LASTING, ASKING, 'queue', ['irreversible']],
    ['asks where the old value is not known', violationLike({ changes: [UNKNOWN] }), ASKING, 'queue', ['irreversible']],
    ['asks for nothing that can be undone', violationLike(), ASKING, 'fix', []],
    ['asks for nothing that disturbs no app', { ...LASTING, changes: [QUIET] }, ASKING, 'fix', []],
    ['does not ask by default', LASTING, calm, 'fix', []],
    ['does not ask without health gates', LASTING, around({ healthGate: { ...ASK, enabled: false } }), 'fix', []],
    ['guarantee 15: worse after it within a week', violationLike(), worse(167), 'queue', ['health-gate']],
    ['worse after it a week ago', violationLike(), worse(168), 'fix', []],
    ['safe, found by the sweep', violationLike(), around({ foundBySweep: true }), 'fix', []],
    ['exempt', violationLike(), around({ exemption }), 'exempt', ['exempt']],
    ['provisioning', violationLike(), around({}, {}, { provisioningState: 'InProgress' }), 'hold', ['provisioning']],
    [
      'provisioning failed, which is an end',
      violationLike(),
      around({}, {}, { provisioningState: 'Failed' }),
      'fix',
      [],
    ],
    ['guarantee 10: fixed three times in one day', violationLike(), flapped(1, 5, 23), 'queue', ['flapping']],
    ['fixed twice in one day, and once before', violationLike(), flapped(1, 5, 24), 'fix', []],
    ['fixed as often as the settings allow', violationLike(), { ...flapped(1, 5, 7), limits: MORE }, 'fix', []],
    ['guarantee 10: failed three times in one day', violationLike(), failed(1, 5, 23), 'report', ['failing']],
    ['failed twice in one day, and once before', violationLike(), failed(1, 5, 24), 'fix', []],
    ['failed, and the sweep tries again', violationLike(), { ...failed(1, 5, 23), retryFailing: true }, 'fix', []],
    [
      'guarantee 6: moved another value before, at any time',
      violationLike(),
      around({ history: { ...NO_HISTORY, alsoMovedAt: '2024-01-01T00:00:00.000Z' } }),
      'queue',
      ['also-moved-before'],
    ],
    ['a tag with audit', violationLike(), tagged('Plumbline-Mode', 'AUDIT '), 'report', ['tag-audit']],
    ['a tag with approve', violationLike(), tagged('plumbline-mode', 'approve'), 'queue', ['tag-approve']],
    [
      'a tag never raises',
      violationLike(),
      { ...tagged('plumbline-mode', 'autofix'), mode: 'audit' },
      'report',
      ['mode-audit'],
    ],
    ['a tag of another form', violationLike(), tagged('plumbline-mode', { audit: true }), 'fix', []],
    [
      'a tag without tagOptDown',
      violationLike(),
      { ...tagged('plumbline-mode', 'audit'), tagOptDown: false },
      'fix',
      [],
    ],
    ['stopped in its scope', violationLike(), around({ scopeStopped: STOP }), 'hold', ['stopped']],
    [
      'automatic writes stopped in its scope',
      violationLike(),
      around({ scopeStopped: AUTOMATIC }),
      'hold',
      ['stopped'],
    ],
    ['guarantee 11: a later stage', violationLike(), around({ rolloutHold: 'x.' }), 'hold', ['rollout']],
    [
      'a risky violation waits for no stage',
      violationLike({ tier: 'risky' }),
      around({ rolloutHold: 'x.' }),
      'queue',
      ['tier-risky'],
    ],
    ['a closed window', violationLike(), around({ window: NIGHT }), 'hold', ['window']],
    ['an open window', violationLike(), around({ window: NIGHT, now: new Date('2026-03-07T23:00:00Z') }), 'fix', []],
    ['a change without impact', violationLike({ changes: [QUIET] }), around({ window: NIGHT }), 'fix', []],
    ['frozen', violationLike(), around({ frozen: { until: JUNE, reason: 'audit season' } }), 'hold', ['frozen']],
    ['the hourly budget is used up', violationLike(), around({ budgetHold: FULL }), 'hold', ['budget']],
    ['a budget of 0', violationLike(), around({ budgetHold: { ...FULL, used: 0, limit: 0 } }), 'hold', ['budget']],
    [
      'a risky violation needs no place of the budget',
      violationLike({ tier: 'risky' }),
      around({ budgetHold: FULL }),
      'queue',
      ['tier-risky'],
    ],
    [
      'guarantee 9: the resource was not read',
      violationLike(),
      around({ facts: factsOf({ resource: resourceNamed(SITE), documents: {} }) }),
      'report',
      ['unread'],
    ],
  ])('%s', (_, evaluation, input, action, codes) => {
    const decision = decide(evaluation, input);
    expect(decision.action).toBe(action);
    expect(decision.reasons.map(({ code }) => code)).toEqual(codes);
    expect(() => decisionSchema.parse(decision)).not.toThrow();
    for (const { text } of decision.reasons) expect(text).toMatch(/\.$|freeze$|season$|\)$|Terraform: /);
  });

  test('all reasons are kept, so that the remaining constraints are known', () => {
    const decision = decide(violationLike({ tier: 'risky' }), around({ mode: 'audit', stopped: { reason: 'x' } }));
    expect(decision.action).toBe('report');
    expect(decision.reasons.map(({ code }) => code)).toEqual(['tier-risky', 'mode-audit', 'stopped']);
  });
});

describe('a hold', () => {
  const frozen = { until: JUNE, reason: 'x' };

  test('ends when the last of its causes ends', () => {
    expect(decide(violationLike(), around({ window: NIGHT })).until).toBe('2026-03-07T22:00:00.000Z');
    expect(decide(violationLike(), around({ window: NIGHT, frozen })).until).toBe(JUNE);
    expect(decide(violationLike(), around({ budgetHold: FULL })).until).toBe(JUNE);
    const short = { until: '2026-03-03T00:00:00Z', reason: 'x' };
    expect(decide(violationLike(), around({ window: NIGHT, frozen: short })).until).toBe('2026-03-07T22:00:00.000Z');
  });

  test('has no known end when one of its causes has none', () => {
    expect(decide(violationLike(), around({ frozen, stopped: { reason: 'x' } })).until).toBeNull();
  });
});

test('guarantee 10: flapping names the callers that revert the fix, and the source lines that fix it', () => {
  const rule = ruleLike({ source: () => ({ bicep: 'minTlsVersion: 1', terraform: 'minimum_tls_version = 2' }) });
  const by = (...changers: DecisionInput['changers']) =>
    decide(violationLike({ rule }), { ...flapped(1, 2, 3), changers }).reasons[0]?.text;
  expect(by({ objectId: 'o1', name: 'deploy-shop', type: 'app' }, { objectId: 'o2', type: 'user' })).toBe(
    'It was fixed 3 times in 24 h and undone again, the last time by the application deploy-shop (o1), the user o2. Fix it at its source. Bicep: minTlsVersion: 1 Terraform: minimum_tls_version = 2',
  );
  expect(by()).toContain('nobody that was seen');
});

test.each<[string, DecisionInput, string]>([
  ['the last failure', failed(1, 5, 23), 'the last time on 2026-03-02T11:00:00.000Z;'],
  ['a budget of 0', around({ budgetHold: { ...FULL, limit: 0 } }), 'while fixesPerHour is 0'],
  ['a used budget', around({ budgetHold: FULL }), '10 of at most 10 resources'],
])('the sentence of a reason: %s', (_, input, text) => {
  expect(decide(violationLike(), input).reasons[0]?.text).toContain(text);
});

test('each constraint has the decision without it', () => {
  const lifted = (evaluation: Evaluation, input: DecisionInput) =>
    decide(evaluation, input).ceilings.map(
      ({ code, at, until, ifLifted }) => `${code}: ${at} until ${until}, without it ${ifLifted}`,
    );
  expect(lifted(violationLike(), calm)).toEqual([]);
  expect(lifted(violationLike(), around({ mode: 'audit' }))).toEqual(['mode-audit: report until null, without it fix']);
  expect(
    lifted(violationLike({ tier: 'risky' }), around({ mode: 'audit', frozen: { until: JUNE, reason: 'x' } })),
  ).toEqual([
    'tier-risky: queue until null, without it report',
    'mode-audit: report until null, without it queue',
    `frozen: hold until ${JUNE}, without it report`,
  ]);
});

describe('an approval lifts the constraints that required one', () => {
  test.each<[string, Evaluation, DecisionInput, string]>([
    ['tier', violationLike({ tier: 'risky' }), calm, 'fix'],
    ['mode approve', violationLike(), around({ mode: 'approve' }), 'fix'],
    ['the kind', violationLike(), kind('functionapp'), 'fix'],
    ['rejected before', violationLike(), around({ declined: { ...memory, status: 'rejected', until: null } }), 'fix'],
    ['found by the sweep', violationLike({ tier: 'risky' }), around({ foundBySweep: true }), 'fix'],
    ['flapping', violationLike(), flapped(1, 2, 3), 'fix'],
    ['moved another value before', violationLike(), around({ history: { ...NO_HISTORY, alsoMovedAt: JUNE } }), 'fix'],
    ['a tag with approve', violationLike(), tagged('plumbline-mode', 'approve'), 'fix'],
    ['not a tag with audit', violationLike(), tagged('plumbline-mode', 'audit'), 'report'],
    ['not failing', violationLike(), failed(1, 2, 3), 'report'],
    ['worse after it before', violationLike(), worse(1), 'fix'],
    ['what cannot be undone', LASTING, ASKING, 'fix'],
    ['a later stage', violationLike(), around({ rolloutHold: 'x.' }), 'fix'],
    ['a stop of automatic writes', violationLike(), around({ scopeStopped: AUTOMATIC }), 'fix'],
    ['not a stop of its scope', violationLike(), around({ scopeStopped: STOP }), 'hold'],
    ['not a window', violationLike(), around({ window: NIGHT }), 'hold'],
    ['not a freeze', violationLike(), around({ frozen: { until: JUNE, reason: 'x' } }), 'hold'],
    ['the hourly budget', violationLike(), around({ budgetHold: FULL }), 'fix'],
    ['not mode audit', violationLike(), around({ mode: 'audit' }), 'report'],
    ['not an exemption', violationLike({ tier: 'risky' }), around({ exemption }), 'exempt'],
    ['not the stop switch', violationLike({ tier: 'risky' }), around({ stopped: { reason: 'x' } }), 'hold'],
    ['not managedBy', violationLike(), around({}, { managedBy: 'x' }), 'report'],
    ['not itself', violationLike(), around({ selfId: SITE }), 'report'],
    ['not an app hosted elsewhere', violationLike(), kind('functionapp,azurecontainerapps'), 'report'],
    ['not advice', violationLike({ tier: 'advice', changes: [] }), calm, 'report'],
    ['not unfinished provisioning', violationLike(), around({}, {}, { provisioningState: 'Updating' }), 'hold'],
    [
      'not an unread resource',
      violationLike(),
      around({ facts: factsOf({ resource: resourceNamed(SITE), documents: {} }) }),
      'report',
    ],
  ])('%s', (_, evaluation, input, action) => {
    expect(decideApproved(evaluation, input).action).toBe(action);
  });
});

test('an exemption is below all other constraints, and has its end', () => {
  const all = around({ exemption, mode: 'audit', stopped: { reason: 'x' } }, { managedBy: 'x' });
  expect(decide(violationLike({ tier: 'risky' }), all)).toMatchObject({ action: 'exempt', until: exemption.expires });
  expect(decideApproved(violationLike({ tier: 'risky' }), all).action).toBe('exempt');
});

test('a long reason of a user is cut to the size that fits into a row', () => {
  const long = { ...exemption, reason: '\u6f22'.repeat(4000) };
  const [reason] = decide(violationLike({}), { ...calm, exemption: long }).reasons;
  const text = reason?.text ?? '';
  expect([serializedSize(text) <= 1000, text.endsWith(' more characters')]).toEqual([true, true]);
});

test('for any input the action is the lowest that any constraint allows, and an approval never lowers it', () => {
  const any = fc.record({
    tier: fc.constantFrom('safe' as const, 'risky' as const, 'advice' as const),
    mode: fc.constantFrom('audit' as const, 'approve' as const, 'autofix' as const),
    stopped: fc.option(fc.constant({ reason: 'x' })),
    selfId: fc.constantFrom(null, SITE, CONTAINER_APP),
    kind: fc.constantFrom(null, 'app', 'functionapp', 'functionapp,workflowapp', 'functionapp,azurecontainerapps'),
    managedBy: fc.constantFrom(null, 'x'),
    provisioningState: fc.constantFrom('Succeeded', 'InProgress'),
  });
  fc.assert(
    fc.property(any, ({ tier, kind: of, managedBy, provisioningState, ...members }) => {
      const input = around(members, { kind: of, managedBy }, { provisioningState });
      const evaluation = violationLike({ tier });
      const ceilings = CONSTRAINTS.flatMap((cause) => cause(evaluation, input) ?? []);
      const { action, reasons } = decide(evaluation, input);
      const rank = (one: (typeof ACTIONS)[number]) => ACTIONS.indexOf(one);
      expect(rank(action)).toBe(Math.min(rank('fix'), ...ceilings.map(({ action }) => rank(action))));
      expect(reasons).toHaveLength(ceilings.length);
      expect(rank(decideApproved(evaluation, input).action)).toBeGreaterThanOrEqual(rank(action));
    }),
  );
});

/** Fixed so many hours ago. */
function flapped(...hours: number[]): DecisionInput {
  return around({ history: { ...NO_HISTORY, fixedAt: hoursAgo(hours) } });
}

function failed(...hours: number[]): DecisionInput {
  return around({ history: { ...NO_HISTORY, failedAt: hoursAgo(hours) } });
}

/** Its health gate found the app worse so many hours ago. */
function worse(hours: number): DecisionInput {
  const [worseAt = ''] = hoursAgo([hours]);
  return around({ history: { ...NO_HISTORY, worseAt } });
}

function hoursAgo(hours: number[]): string[] {
  return hours.map((ago) => new Date(calm.now.getTime() - ago * 3_600_000).toISOString()).reverse();
}

function tagged(name: string, value: Json): DecisionInput {
  return around({ tagOptDown: true }, { tags: { [name]: value } });
}

function around(members: Partial<DecisionInput>, beside: JsonObject = {}, properties: JsonObject = {}): DecisionInput {
  const resource = resourceNamed(SITE);
  return {
    resource,
    facts: factsOf({ resource, documents: { resource: read({ kind: 'app', ...beside, properties }) } }),
    mode: 'autofix',
    stopped: null,
    scopeStopped: null,
    healthGate: { enabled: true, irreversible: 'write' },
    selfId: null,
    foundBySweep: false,
    declined: null,
    exemption: null,
    now: new Date('2026-03-02T12:00:00Z'),
    limits: { flapCount: 3, flapHours: 24 },
    history: NO_HISTORY,
    changers: [],
    retryFailing: false,
    budgetHold: null,
    rolloutHold: null,
    window: null,
    frozen: null,
    tagOptDown: false,
    ...members,
  };
}
