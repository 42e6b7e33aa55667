/** Which fixes can be rolled back, what moved since, and what happens to a waiting rollback. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { irreversibleReason, planUndo, reconcileRollback } from '../../../src/domain/approvals/rollback.ts';
import { applyChanges, type Change, type PreservedValue } from '../../../src/domain/changes/change.ts';
import type { Snapshot } from '../../../src/domain/resources/snapshot.ts';
import type { AnyRule } from '../../../src/domain/rules/rule.ts';
import { approval } from '../../api/samples.ts';
import { read, resourceNamed, ruleLike, SITE } from '../examples.ts';

const tls: Change = { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' };
const logs: Change = {
  document: 'diagnosticSettings',
  path: '/value/plumbline/properties',
  from: null,
  to: { logs: [{ category: 'AppServiceHTTPLogs', enabled: true }] },
};

function snapshotOf(documents: Snapshot['documents']): Snapshot {
  return { resource: resourceNamed(SITE), documents };
}

const PART = { code: 'part-applied', text: 'A part.' } as const;

const web = (minTlsVersion: string, more = {}) =>
  snapshotOf({ 'config/web': read({ properties: { minTlsVersion, ...more } }) });

describe('the reason why a fix is irreversible', () => {
  const rule = ruleLike({ id: 'webapp-tls', reversible: true });
  test.each<[string, Partial<Parameters<typeof irreversibleReason>[0]>, AnyRule | null, RegExp | null]>([
    ['a fix that changed a value', {}, rule, null],
    ['a created diagnostic setting', { changes: [logs] }, rule, null],
    ['a value that was not there before', { changes: [tls, { ...tls, from: null }] }, rule, /no value at config\/web/],
    ['an intent', { kind: 'fix.intended' }, rule, /'fix.intended'/],
    ['a fix that failed', { kind: 'fix.failed' }, rule, /'fix.failed'/],
    ['a fix of which a part was applied', { kind: 'fix.failed', reasons: [PART] }, rule, null],
    ['a rollback of which a part was applied', { kind: 'rollback.failed', reasons: [PART] }, rule, /'rollback.failed'/],
    ['a rollback', { kind: 'rollback.applied' }, rule, /'rollback.applied'/],
    ['an irreversible rule', {}, ruleLike({ id: 'webapp-tls', reversible: false }), /cannot be undone/],
    ['a removed rule', {}, null, /no longer exists/],
  ])('%s', (_, entry, known, expected) => {
    const why = irreversibleReason(
      { kind: 'fix.applied', rule: 'webapp-tls', changes: [tls], reasons: [], ...entry },
      known,
    );
    if (expected === null) expect(why).toBeNull();
    else expect(why).toMatch(expected);
  });
});

test('only the irreversible changes are named, by their paths', () => {
  const [a, b] = ['/properties/a', '/properties/b'].map((path) => ({ ...tls, path, from: null }));
  const changes = [tls, logs, a, b].flatMap((change) => change ?? []);
  const entry = { kind: 'fix.applied', rule: 'webapp-tls', changes, reasons: [] } as const;
  expect(irreversibleReason(entry, ruleLike({ id: 'webapp-tls', reversible: true }))).toBe(
    'There was no value at config/web /properties/a, config/web /properties/b before, and Azure takes no value for no change.',
  );
});

describe('the changes of a rollback', () => {
  test('are the inverse of the changes of the fix while these are as written', () => {
    expect(planUndo([tls], web('1.2'))).toEqual({ kind: 'changes', changes: [{ ...tls, from: '1.2', to: '1.0' }] });
  });

  test('include members that Azure added to a written value', () => {
    const held = {
      logs: [{ category: 'AppServiceHTTPLogs', enabled: true, retentionPolicy: { days: 0 } }],
      metrics: [],
    };
    const fresh = snapshotOf({ diagnosticSettings: read({ value: [{ name: 'plumbline', properties: held }] }) });
    expect(planUndo([logs], fresh)).toEqual({ kind: 'changes', changes: [{ ...logs, from: held, to: null }] });
  });

  test('are none when one of them moved, and the difference has the written and the current value', () => {
    const other: Change = { ...tls, path: '/properties/ftpsState', from: 'AllAllowed', to: 'Disabled' };
    expect(planUndo([tls, other], web('1.3', { ftpsState: 'Disabled' }))).toEqual({
      kind: 'moved',
      moved: [{ ...tls, from: '1.2', to: '1.3' }],
    });
  });

  test('are unknown when one document could not be read', () => {
    expect(planUndo([tls, { ...logs, document: 'resource' }], web('1.2')).kind).toBe('unread');
  });

  test.each<[string, Snapshot, string]>([
    ['could not be read', snapshotOf({ 'config/web': { status: 'forbidden', detail: '403' } }), 'unread'],
    ['was not read', snapshotOf({}), 'unread'],
    ['is missing', snapshotOf({ 'config/web': { status: 'missing' } }), 'moved'],
  ])('are unknown or moved for a document that %s', (_, fresh, kind) => {
    expect(planUndo([tls], fresh).kind).toBe(kind);
  });
});

describe('guarantee 7: a rollback is compared with a fresh read', () => {
  const back: Change = { ...tls, from: '1.2', to: '1.0' };
  const kept: PreservedValue = { document: 'config/web', path: '/properties/http20Enabled', value: true };
  const waiting: Approval = approval({ purpose: 'rollback', status: 'approved', changes: [back], preserved: [kept] });
  const now = (snapshot: Snapshot) => reconcileRollback(waiting, snapshot);

  test('unchanged since the fix: executed', () => {
    expect(now(web('1.2', { http20Enabled: true }))).toEqual({ kind: 'execute' });
  });

  test('rolled back by somebody else: cleared', () => {
    expect(now(applyChanges(web('1.2'), [back]))).toEqual({
      kind: 'clear',
      reason: { code: 'already-right', text: 'The values from before are there already.' },
    });
  });

  test('moved: superseded, with what moved', () => {
    expect(now(web('1.3', { http20Enabled: true }))).toEqual({ kind: 'supersede', moved: [{ ...back, to: '1.3' }] });
  });

  test('a preserved value moved: superseded', () => {
    expect(now(web('1.2', { http20Enabled: false }))).toMatchObject({
      kind: 'supersede',
      moved: [{ path: '/properties/http20Enabled', from: true, to: false }],
    });
  });

  test('one of two preserved values moved: superseded', () => {
    const two = { ...waiting, preserved: [kept, { ...kept, path: '/properties/alwaysOn' }] };
    const fresh = web('1.2', { http20Enabled: true, alwaysOn: false });
    expect(reconcileRollback(two, fresh)).toMatchObject({ kind: 'supersede' });
  });

  test('one of the documents unread: kept, and nothing is written', () => {
    expect(now(snapshotOf({}))).toEqual({ kind: 'keep' });
    const two = { ...waiting, preserved: [{ ...kept, document: 'resource' as const }] };
    expect(reconcileRollback(two, web('1.2'))).toEqual({ kind: 'keep' });
  });
});
