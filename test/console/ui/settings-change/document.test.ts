import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  differencesBetween,
  type Json,
  memberByMember,
  mergeDocuments,
} from '../../../../src/console/ui/settings-change/document.ts';

const shop = '/subscriptions/s/resourceGroups/shop';
const base = {
  mode: 'audit',
  limits: { fixesPerHour: 25, flapCount: 3 },
  scopes: [{ scope: shop, mode: 'approve', approvers: ['a'] }],
};

describe('differences', () => {
  it('name each member that differs, and a scope by its id', () => {
    const after = {
      ...base,
      limits: { ...base.limits, fixesPerHour: 10 },
      scopes: [
        { scope: shop.toUpperCase(), mode: 'autofix', approvers: ['a'] },
        { scope: '/subscriptions/s', mode: 'audit' },
      ],
    };
    expect(differencesBetween(base, after)).toEqual([
      { path: ['limits', 'fixesPerHour'], from: 25, to: 10 },
      { path: ['scopes', '/subscriptions/s'], from: undefined, to: { scope: '/subscriptions/s', mode: 'audit' } },
      { path: ['scopes', shop.toLowerCase(), 'mode'], from: 'approve', to: 'autofix' },
      { path: ['scopes', shop.toLowerCase(), 'scope'], from: shop, to: shop.toUpperCase() },
    ]);
  });

  it('are shown member by member where a scope or a rule is new or gone', () => {
    const rules = { 'webapp-http2': { enabled: true } };
    const after = { ...base, scopes: [{ scope: '/subscriptions/s', mode: 'audit', rules }] };
    expect(memberByMember(differencesBetween(base, after))).toEqual([
      { path: ['scopes', '/subscriptions/s', 'mode'], from: undefined, to: 'audit' },
      { path: ['scopes', '/subscriptions/s', 'rules', 'webapp-http2', 'enabled'], from: undefined, to: true },
      { path: ['scopes', shop.toLowerCase(), 'mode'], from: 'approve', to: undefined },
      { path: ['scopes', shop.toLowerCase(), 'approvers'], from: ['a'], to: undefined },
    ]);
  });

  it('are none between equal documents, whatever the order of their members', () => {
    const { mode, ...rest } = base;
    expect(differencesBetween(base, { ...rest, mode })).toEqual([]);
  });
});

describe('a merge', () => {
  it('keeps what others changed elsewhere', () => {
    const mine = { ...base, mode: 'approve' };
    const theirs = { ...base, limits: { ...base.limits, fixesPerHour: 5 } };
    expect(mergeDocuments(base, mine, theirs)).toEqual({ merged: { ...theirs, mode: 'approve' }, conflicts: [] });
  });

  it('is no conflict when both did the same', () => {
    const mine = { ...base, mode: 'approve' };
    expect(mergeDocuments(base, mine, mine)).toEqual({ merged: mine, conflicts: [] });
  });

  it('has mine and says so where both changed the same member', () => {
    const result = mergeDocuments(base, { ...base, mode: 'approve' }, { ...base, mode: 'autofix' });
    expect(result.merged).toEqual({ ...base, mode: 'approve' });
    expect(result.conflicts).toEqual([{ path: ['mode'], base: 'audit', mine: 'approve', theirs: 'autofix' }]);
  });

  it('says so when one removed a scope in which the other changed something', () => {
    const mine = { ...base, scopes: [{ scope: shop, mode: 'autofix', approvers: ['a'] }] };
    const [conflict] = mergeDocuments(base, mine, { ...base, scopes: [] }).conflicts;
    expect(conflict).toMatchObject({
      path: ['scopes', shop.toLowerCase(), 'mode'],
      mine: 'autofix',
      theirs: undefined,
    });
  });

  const documents = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof(fc.integer({ min: 0, max: 2 }), fc.dictionary(fc.constantFrom('x', 'y'), fc.integer({ min: 0, max: 2 }))),
    { maxKeys: 3 },
  ) as fc.Arbitrary<Record<string, Json>>;

  it('without others gives mine, and without changes of mine gives theirs', () => {
    fc.assert(
      fc.property(documents, documents, (one, other) => {
        expect(mergeDocuments(one, other, one)).toEqual({ merged: other, conflicts: [] });
        expect(mergeDocuments(one, one, other)).toEqual({ merged: other, conflicts: [] });
      }),
    );
  });
});
