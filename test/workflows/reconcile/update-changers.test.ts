/** By rule: until when the resource met it, since when a violation has no known writer, and both before a fix. */
import { describe, expect, test } from 'vitest';
import { updateChangers } from '../../../src/workflows/reconcile/update-changers.ts';
import type { EvaluatedRule } from '../../../src/workflows/state/decision-input.ts';
import { emptyResourceState } from '../../../src/workflows/state/resource-state.ts';
import { resourceNamed, ruleLike, violationLike } from '../../domain/examples.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { attempt } from '../../fakes/reconcile-context.ts';

const STARTED = new Date('2026-03-01T11:59:00.000Z');
const EARLIER = '2026-02-01T00:00:00.000Z';
const NOW = '2026-03-01T12:00:00.000Z';
const writer = { objectId: 'ada', type: 'user', at: EARLIER, since: EARLIER, source: 'event' } as const;
const rules = ['webapp-a', 'webapp-b', 'webapp-c'].map((id) => ruleLike({ id }));

function evaluated(id: string, verdict: 'compliant' | 'violation' | 'unknown', known = false): EvaluatedRule {
  const evaluation = { ...violationLike({ rule: ruleLike({ id }) }), verdict };
  const changers = { callers: known ? [writer] : [], complete: known, since: null };
  return { evaluation, changeSet: null, decision: null, approvedDecision: null, basis: {}, changers };
}

type Stored = ReturnType<typeof emptyResourceState>;

function updated(
  found: readonly EvaluatedRule[],
  stored: Partial<Stored> = {},
  { provisioned = true, attempts = [] as Parameters<typeof updateChangers>[1]['attempts'] } = {},
) {
  const deps = { ...fakeDeps(), rules };
  const resourceState = { ...emptyResourceState(resourceNamed(SHOP)), ...stored };
  const evidence = { resourceState, waitingEvents: [], identity: { objectId: null, appId: null } };
  return updateChangers({ deps, startedAt: STARTED }, { evidence, evaluated: found, provisioned, attempts });
}

describe('the time until which a rule was met', () => {
  const READ = '2026-03-01T11:58:55.000Z';

  test('is shortly before the read, for the rules that are met, and stays for the others', () => {
    const found = [evaluated('webapp-a', 'compliant'), evaluated('webapp-b', 'violation')];
    const stored = { compliantAt: { 'webapp-a': EARLIER, 'webapp-b': EARLIER, 'webapp-gone': EARLIER } };
    expect(updated(found, stored).compliantAt).toEqual({ 'webapp-a': READ, 'webapp-b': EARLIER });
  });

  test('stays while Azure is at work', () => {
    const found = [evaluated('webapp-a', 'compliant')];
    expect(updated(found, { compliantAt: { 'webapp-a': EARLIER } }, { provisioned: false }).compliantAt).toEqual({
      'webapp-a': EARLIER,
    });
  });
});

describe('the time since which a violation has no known writer', () => {
  test('is now for a new one, and stays for a known one and for what was not read', () => {
    const found = [
      evaluated('webapp-a', 'violation'),
      evaluated('webapp-b', 'violation'),
      evaluated('webapp-c', 'unknown'),
    ];
    const stored = { unattributedSince: { 'webapp-b': EARLIER, 'webapp-c': EARLIER, 'webapp-gone': EARLIER } };
    expect(updated(found, stored).unattributedSince).toEqual({
      'webapp-a': NOW,
      'webapp-b': EARLIER,
      'webapp-c': EARLIER,
    });
  });

  test('is none for a violation whose writer is known, and none once the rule is met', () => {
    const found = [evaluated('webapp-a', 'violation', true), evaluated('webapp-b', 'compliant')];
    expect(updated(found, { unattributedSince: { 'webapp-b': EARLIER } }).unattributedSince).toEqual({});
  });
});

test('before a fix both are kept by its rule, and a rollback keeps none', () => {
  const attempts = [
    attempt('1', { rule: { id: 'webapp-a', version: 1 } }),
    attempt('2', { rule: { id: 'webapp-b', version: 1 } }),
    attempt('3', { rule: { id: 'webapp-c', version: 1 }, purpose: 'rollback' }),
  ];
  const old = { compliantAt: null, unattributed: true };
  const stored = {
    compliantAt: { 'webapp-a': EARLIER },
    unattributedSince: { 'webapp-b': EARLIER },
    beforeFix: { 'webapp-a': old, 'webapp-c': old, 'webapp-gone': old },
  };
  expect(updated([], stored, { attempts }).beforeFix).toEqual({
    'webapp-a': { compliantAt: EARLIER, unattributed: false },
    'webapp-b': { compliantAt: null, unattributed: true },
    'webapp-c': old,
  });
});
