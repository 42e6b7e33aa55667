import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CEILINGS, type Circumstances } from '../../src/domain/ceilings.ts';
import { decide, decideApproved } from '../../src/domain/decide.ts';
import type { Evaluation } from '../../src/domain/evaluate.ts';
import type { Exemption } from '../../src/domain/exemption.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { ACTIONS } from '../../src/domain/reasons.ts';
import { read } from '../../src/domain/snapshot.ts';
import { CONTAINER_APP, resourceNamed, SITE, violationLike } from './examples.ts';

const calm: Circumstances = around({});
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
  unlogged: [],
};
const memory = { at: '2026-01-01T00:00:00Z' };

describe('a decision is the lowest ceiling', () => {
  test.each<[string, Evaluation, Circumstances, string, string[]]>([
    ['nothing in the way', violationLike(), calm, 'fix', []],
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
      around({ memory: { ...memory, status: 'rejected', until: '2026-04-01T00:00:00Z' } }),
      'report',
      ['rejected-before'],
    ],
    [
      'expired before',
      violationLike(),
      around({ memory: { ...memory, status: 'expired', until: null } }),
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
    ['safe, whoever found it', violationLike(), around({ foundBySweep: true }), 'fix', []],
    ['exempt', violationLike(), around({ exemption }), 'exempt', ['exempt']],
    ['provisioning', violationLike(), around({}, {}, { provisioningState: 'InProgress' }), 'hold', ['provisioning']],
    ['provisioning failed: it is over', violationLike(), around({}, {}, { provisioningState: 'Failed' }), 'fix', []],
    [
      'promise 9: the resource was not read',
      violationLike(),
      around({ snapshot: { resource: resourceNamed(SITE), documents: {} } }),
      'report',
      ['unread'],
    ],
  ])('%s', (_, evaluation, circumstances, action, codes) => {
    const decision = decide(evaluation, circumstances);
    expect(decision.action).toBe(action);
    expect(decision.reasons.map(({ code }) => code)).toEqual(codes);
    for (const { text } of decision.reasons) expect(text).toMatch(/\.$|freeze$|\)$/);
  });

  test('all reasons are kept, so that one sees what would still be in the way', () => {
    const decision = decide(violationLike({ tier: 'risky' }), around({ mode: 'audit', stopped: { reason: 'x' } }));
    expect(decision.action).toBe('report');
    expect(decision.reasons.map(({ code }) => code)).toEqual(['tier-risky', 'mode-audit', 'stopped']);
  });
});

describe('an approval lifts the ceilings that asked for a person', () => {
  test.each<[string, Evaluation, Circumstances, string]>([
    ['tier', violationLike({ tier: 'risky' }), calm, 'fix'],
    ['mode approve', violationLike(), around({ mode: 'approve' }), 'fix'],
    ['the kind', violationLike(), kind('functionapp'), 'fix'],
    ['rejected before', violationLike(), around({ memory: { ...memory, status: 'rejected', until: null } }), 'fix'],
    ['found by the sweep', violationLike({ tier: 'risky' }), around({ foundBySweep: true }), 'fix'],
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
      around({ snapshot: { resource: resourceNamed(SITE), documents: {} } }),
      'report',
    ],
  ])('%s', (_, evaluation, circumstances, action) => {
    expect(decideApproved(evaluation, circumstances).action).toBe(action);
  });
});

test('an exemption is below everything else, and says when it ends', () => {
  const all = around({ exemption, mode: 'audit', stopped: { reason: 'x' } }, { managedBy: 'x' });
  expect(decide(violationLike({ tier: 'risky' }), all)).toMatchObject({ action: 'exempt', until: exemption.expires });
  expect(decideApproved(violationLike({ tier: 'risky' }), all).action).toBe('exempt');
});

test('whatever comes together, the action is the lowest that any ceiling allows, and approving never lowers it', () => {
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
      const circumstances = around(members, { kind: of, managedBy }, { provisioningState });
      const evaluation = violationLike({ tier });
      const ceilings = CEILINGS.flatMap((cause) => cause(evaluation, circumstances) ?? []);
      const { action, reasons } = decide(evaluation, circumstances);
      const rank = (one: (typeof ACTIONS)[number]) => ACTIONS.indexOf(one);
      expect(rank(action)).toBe(Math.min(rank('fix'), ...ceilings.map(({ at }) => rank(at))));
      expect(reasons).toHaveLength(ceilings.length);
      expect(rank(decideApproved(evaluation, circumstances).action)).toBeGreaterThanOrEqual(rank(action));
    }),
  );
});

function around(members: Partial<Circumstances>, beside: JsonObject = {}, properties: JsonObject = {}): Circumstances {
  const resource = resourceNamed(SITE);
  return {
    resource,
    snapshot: { resource, documents: { resource: read({ kind: 'app', ...beside, properties }) } },
    mode: 'autofix',
    stopped: null,
    selfId: null,
    foundBySweep: false,
    memory: null,
    exemption: null,
    ...members,
  };
}
