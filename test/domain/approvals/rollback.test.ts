/** What can be put back, what moved since, and what becomes of a rollback that waits. */
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

const web = (minTlsVersion: string, more = {}) =>
  snapshotOf({ 'config/web': read({ properties: { minTlsVersion, ...more } }) });

describe('why something cannot be undone', () => {
  const rule = ruleLike({ id: 'webapp-tls', reversible: true });
  test.each<[string, Partial<Parameters<typeof irreversibleReason>[0]>, AnyRule | null, RegExp | null]>([
    ['a fix that changed a value', {}, rule, null],
    ['a diagnostic setting that was made', { changes: [logs] }, rule, null],
    ['a value that was not there before', { changes: [tls, { ...tls, from: null }] }, rule, /no value at config\/web/],
    ['what was only intended', { kind: 'fix.intended' }, rule, /'fix.intended'/],
    ['a rollback', { kind: 'rollback.applied' }, rule, /'rollback.applied'/],
    ['a rule that says so', {}, ruleLike({ id: 'webapp-tls', reversible: false }), /cannot be undone/],
    ['a rule that is gone', {}, null, /no longer exists/],
  ])('%s', (_, entry, known, expected) => {
    const why = irreversibleReason(
      { kind: 'fix.applied', rule: 'webapp-tls', changes: [tls], reasons: [], ...entry },
      known,
    );
    if (expected === null) expect(why).toBeNull();
    else expect(why).toMatch(expected);
  });
});

test('what cannot be put back is named by its place, and nothing beside it', () => {
  const [a, b] = ['/properties/a', '/properties/b'].map((path) => ({ ...tls, path, from: null }));
  const changes = [tls, logs, a, b].flatMap((change) => change ?? []);
  const entry = { kind: 'fix.applied', rule: 'webapp-tls', changes, reasons: [] } as const;
  expect(irreversibleReason(entry, ruleLike({ id: 'webapp-tls', reversible: true }))).toBe(
    'There was no value at config/web /properties/a, config/web /properties/b before, and Azure takes no value for no change.',
  );
});

describe('what puts it back', () => {
  test('the inverse of exactly these changes, while they are as written', () => {
    expect(planUndo([tls], web('1.2'))).toEqual({ kind: 'changes', changes: [{ ...tls, from: '1.2', to: '1.0' }] });
  });

  test('what Azure added to what was written is part of what is there, not a difference', () => {
    const held = {
      logs: [{ category: 'AppServiceHTTPLogs', enabled: true, retentionPolicy: { days: 0 } }],
      metrics: [],
    };
    const fresh = snapshotOf({ diagnosticSettings: read({ value: [{ name: 'plumbline', properties: held }] }) });
    expect(planUndo([logs], fresh)).toEqual({ kind: 'changes', changes: [{ ...logs, from: held, to: null }] });
  });

  test('nothing, when one of them moved: the difference names what was written and what is there', () => {
    const other: Change = { ...tls, path: '/properties/ftpsState', from: 'AllAllowed', to: 'Disabled' };
    expect(planUndo([tls, other], web('1.3', { ftpsState: 'Disabled' }))).toEqual({
      kind: 'moved',
      moved: [{ ...tls, from: '1.2', to: '1.3' }],
    });
  });

  test('one document that could not be read is enough to know nothing', () => {
    expect(planUndo([tls, { ...logs, document: 'resource' }], web('1.2')).kind).toBe('unread');
  });

  test.each<[string, Snapshot, string]>([
    ['could not be read', snapshotOf({ 'config/web': { status: 'forbidden', detail: '403' } }), 'unread'],
    ['was not read', snapshotOf({}), 'unread'],
    ['is gone', snapshotOf({ 'config/web': { status: 'missing' } }), 'moved'],
  ])('a document that %s', (_, fresh, kind) => {
    expect(planUndo([tls], fresh).kind).toBe(kind);
  });
});

describe('guarantee 7: a rollback is compared with a fresh read', () => {
  const back: Change = { ...tls, from: '1.2', to: '1.0' };
  const kept: PreservedValue = { document: 'config/web', path: '/properties/http20Enabled', value: true };
  const waiting: Approval = approval({ purpose: 'rollback', status: 'approved', changes: [back], preserved: [kept] });
  const now = (snapshot: Snapshot) => reconcileRollback(waiting, snapshot);

  test('still what was written: executed', () => {
    expect(now(web('1.2', { http20Enabled: true }))).toEqual({ kind: 'execute' });
  });

  test('back by itself: cleared', () => {
    expect(now(applyChanges(web('1.2'), [back]))).toMatchObject({ kind: 'clear', reason: { code: 'already-right' } });
  });

  test('moved: superseded, and says what moved', () => {
    expect(now(web('1.3', { http20Enabled: true }))).toEqual({ kind: 'supersede', moved: [{ ...back, to: '1.3' }] });
  });

  test('what must travel along moved: superseded', () => {
    expect(now(web('1.2', { http20Enabled: false }))).toMatchObject({
      kind: 'supersede',
      moved: [{ path: '/properties/http20Enabled', from: true, to: false }],
    });
  });

  test('unread, and be it one document of several: kept, and nothing is written', () => {
    expect(now(snapshotOf({}))).toEqual({ kind: 'keep' });
    const two = { ...waiting, preserved: [{ ...kept, document: 'resource' as const }] };
    expect(reconcileRollback(two, web('1.2'))).toEqual({ kind: 'keep' });
  });
});
