/** What a reconcile reads, who is a changer of the resource, and which changes stay declined. */

import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import type { Change } from '../../../src/domain/changes/change.ts';
import type { Caller } from '../../../src/domain/resources/principal.ts';
import type { StoredEvent } from '../../../src/workflows/ports/events.ts';
import type { ResourceState } from '../../../src/workflows/ports/resource-states.ts';
import type { WorkMessage } from '../../../src/workflows/ports/work.ts';
import { documentsToRead, evaluateRules } from '../../../src/workflows/reconcile/evaluate-rules.ts';
import { readResource } from '../../../src/workflows/reconcile/read-resource.ts';
import { activeDeclined, factsBeforePlan } from '../../../src/workflows/state/decision-input.ts';
import type { ReconcileState } from '../../../src/workflows/state/reconcile-context.ts';
import { approval } from '../../api/samples.ts';
import { read, resourceNamed, ruleLike, TLS_CHANGE } from '../../domain/examples.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { contextOf, leaseOn, stateOf, storedAttempt } from '../../fakes/reconcile-context.ts';

const shop = resourceNamed(SHOP);
const NOW = new Date('2026-03-01T12:00:00.000Z');
const person = (objectId: string, name = objectId): Caller => ({ objectId, type: 'user', name });

async function stateWith(
  differs: Partial<ReconcileState> = {},
  memory: Partial<ResourceState> = {},
): Promise<ReconcileState> {
  const state = await stateOf(fakeDeps(), shop);
  return { ...state, resourceState: { ...state.resourceState, ...memory }, ...differs };
}

function event(minute: number, changedBy: Caller | null): StoredEvent {
  const about = { operation: 'Microsoft.Web/sites/write', eventTime: null, correlationId: null, appId: null };
  return {
    event: { id: `e${minute}`, ...about, changedBy },
    ...{ resource: shop.key, receivedAt: `2026-03-01T11:${minute}:00.000Z`, outcome: null, auditIds: [], reasons: [] },
  };
}

describe('a reconcile reads each document of its rules, its open intents and its open rollbacks once', () => {
  const at = (document: Change['document']): Change => ({ ...TLS_CHANGE, document });
  const rule = { rule: ruleLike({ documents: ['config/web', 'revisions'] }), parameters: {}, tier: null };
  const intent = storedAttempt('d', { changes: [at('config/web'), at('diagnosticSettings')] });
  const open = (differs: Partial<Approval>) => ({ value: approval({ status: 'approved', ...differs }), version: '1' });
  const ftp = 'basicPublishingCredentialsPolicies/ftp';
  const scm = 'basicPublishingCredentialsPolicies/scm';
  const kept = [{ document: scm, path: '/properties/allow', value: true }] as const;

  it.each<[string, Partial<ReconcileState>, Partial<ResourceState>, string[]]>([
    ['of its rules, those that are read on events', {}, {}, ['resource', 'config/web']],
    ['of an intent', {}, { attempts: [intent] }, ['resource', 'config/web', 'diagnosticSettings']],
    [
      'of a rollback, with its preserved values',
      { approvals: [open({ purpose: 'rollback', changes: [at(ftp)], preserved: kept })] },
      {},
      ['resource', 'config/web', ftp, scm],
    ],
    [
      'not of a fix, which its rule reads',
      { approvals: [open({ changes: [at(ftp)] })] },
      {},
      ['resource', 'config/web'],
    ],
    [
      'not of a closed rollback',
      { approvals: [open({ purpose: 'rollback', status: 'applied', changes: [at(ftp)] })] },
      {},
      ['resource', 'config/web'],
    ],
    [
      'not those that the kind does not have',
      {},
      { attempts: [{ ...intent, changes: [at('revisions')] }] },
      ['resource', 'config/web'],
    ],
  ])('%s', async (_, differs, memory, expected) => {
    expect(documentsToRead(shop, [rule], await stateWith(differs, memory))).toEqual(expected);
  });
});

describe('documents that only the sweep reads', () => {
  const swept = {
    rule: ruleLike({ id: 'webapp-swept', documents: ['resource', 'backups'] }),
    parameters: {},
    tier: null,
  };
  const quick = { rule: ruleLike({ documents: ['resource', 'plan'] }), parameters: {}, tier: null };

  it('a rule about one is evaluated by the sweep only, so an event costs no read for it', async () => {
    const deps = fakeDeps({ rules: [swept.rule, quick.rule] });
    seedWebApp(deps.arm);
    const state = await stateWith();
    const lease = leaseOn(deps, shop);
    const dueWhen = async (message: WorkMessage) => {
      const context = await readResource(deps, { message, resource: shop, lease }, state);
      return context.dueRules.map(({ rule }) => rule);
    };
    const message = { resource: SHOP, cause: 'event', attempt: 0 } as const;
    expect(await dueWhen(message)).toEqual([quick.rule]);
    const sweep = { id: 's', startedAt: NOW.toISOString() };
    expect(await dueWhen({ ...message, cause: 'sweep', sweep })).toEqual([swept.rule, quick.rule]);
  });

  it('a document is read only when the parameters of its rule require it', async () => {
    const needs = ({ tags }: { tags: number }) =>
      tags > 0 ? (['resource', 'plan'] as const) : (['resource'] as const);
    const rule = ruleLike({ documents: ['resource', 'plan'], requiredDocuments: needs });
    const state = await stateWith();
    expect(documentsToRead(shop, [{ rule, parameters: { tags: 0 }, tier: null }], state)).toEqual(['resource']);
    expect(documentsToRead(shop, [{ rule, parameters: { tags: 1 }, tier: null }], state)).toEqual(['resource', 'plan']);
  });
});

describe('guarantee 8: the changers of a violation', () => {
  const changersWhen = async (verdict: 'compliant' | 'unknown' | 'not-applicable') => {
    const state = await stateWith({ waitingEvents: [event(10, person('eve'))] });
    const rule = { rule: ruleLike({ check: () => ({ verdict, reason: '' }) }), parameters: {}, tier: null };
    const snapshot = { resource: shop, documents: { resource: read({}) } };
    const context = await contextOf(fakeDeps(), { state, snapshot, dueRules: [rule] });
    return evaluateRules(context, factsBeforePlan(context, []))[0];
  };
  const nothing = { changeSet: null, decision: null, approvedDecision: null };

  it('are cleared when the rule is met, and stay for an unknown verdict', async () => {
    expect(await changersWhen('compliant')).toMatchObject({ changers: { callers: [] }, ...nothing });
    const eve = { changers: { callers: [{ objectId: 'eve' }] }, ...nothing };
    expect(await changersWhen('unknown')).toMatchObject(eve);
    expect(await changersWhen('not-applicable')).toMatchObject(eve);
  });
});

describe('a declined change stays declined', () => {
  const activeNow = (state: ReconcileState) =>
    activeDeclined(state, { declined: state.resourceState.declined, evidence: state, now: NOW });
  const rejected = { status: 'rejected', at: '2026-02-01T12:00:00.000Z', until: '2026-03-01T12:00:00.001Z' } as const;
  const over = { ...rejected, until: '2026-03-01T12:00:00.000Z' };
  const expired = { status: 'expired', at: '2026-02-01T12:00:00.000Z', until: null } as const;
  const declined = { rejected, over, expired };

  it('a rejected one until its days are over, an expired one until somebody changes the resource', async () => {
    expect(activeNow(await stateWith({}, { declined }))).toEqual({ rejected, expired });
    const waiting = [event(10, person('eve'))];
    expect(activeNow(await stateWith({ waitingEvents: waiting }, { declined }))).toEqual({ rejected });
    const ours = { waitingEvents: [event(10, person('ours'))], identity: { objectId: 'ours', appId: null } };
    expect(activeNow(await stateWith(ours, { declined }))).toEqual({ rejected, expired });
  });

  it('a newly rejected one for rejectedDays from the decision', async () => {
    const by = { objectId: 'ada', name: 'Ada' };
    const decision = {
      by,
      at: '2026-02-28T12:00:00.000Z',
      comment: 'no',
      decision: 'reject',
      changerUnknown: false,
    } as const;
    const approvals = [
      { value: approval({ status: 'rejected', digest: 'd', decision }), version: '1' },
      { value: approval({ status: 'pending', digest: 'p' }), version: '1' },
      { value: approval({ status: 'expired', digest: 'x', expiresAt: '2026-02-27T12:00:00.000Z' }), version: '1' },
    ];
    expect(activeNow(await stateWith({ approvals }))).toEqual({
      d: { status: 'rejected', at: decision.at, until: '2026-05-29T12:00:00.000Z' },
      x: { status: 'expired', at: '2026-02-27T12:00:00.000Z', until: null },
    });
  });
});
