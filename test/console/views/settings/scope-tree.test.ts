import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../../src/console/api/types.ts';
import { scopeRows, withScope } from '../../../../src/console/views/settings/scope-tree.ts';
import { settingsSchema } from '../../../../src/domain/rules/settings.ts';

const SUB = '/subscriptions/s1';
const SHOP = `${SUB}/resourceGroups/shop`;
const APP = `${SHOP}/providers/Microsoft.Web/sites/app`;
const settings = (members: object = {}): Settings => ({ ...settingsSchema.parse(members), stopped: null });
const group = (key: string, count: number, violation: number) => ({
  ...{ key, count },
  byVerdict: { compliant: count - violation, violation, 'not-applicable': 0, unknown: 0 },
});

describe('the tree of scopes', () => {
  it('has subscriptions and resource groups of apps, and what the settings name, each below its parent', () => {
    const rows = scopeRows(settings({ scopes: [{ scope: APP, mode: 'autofix' }] }), [
      group(`${SUB}/resourceGroups/back`, 4, 1),
      group(SHOP, 10, 3),
    ]);
    expect(rows.map(({ scope, depth, checks, failing }) => [scope, depth, checks, failing])).toEqual([
      ['/', 0, 14, 4],
      [SUB, 1, 14, 4],
      [`${SUB}/resourceGroups/back`, 2, 4, 1],
      [SHOP, 2, 10, 3],
      [APP, 3, null, null],
    ]);
  });

  it('says which mode applies, and where it comes from; ids compare without case', () => {
    const rows = scopeRows(
      settings({
        mode: 'approve',
        scopes: [
          { scope: SUB.toUpperCase(), mode: 'audit' },
          { scope: SHOP, profile: 'strict' },
        ],
      }),
      [group(SHOP, 1, 0)],
    );
    expect(rows.map(({ mode, modeFrom, profile }) => [mode, modeFrom, profile])).toEqual([
      ['approve', '/', 'baseline'],
      ['audit', SUB.toUpperCase(), 'baseline'],
      ['audit', SUB.toUpperCase(), 'strict'],
    ]);
    expect(rows.map(({ own }) => own?.scope ?? null)).toEqual([null, SUB.toUpperCase(), SHOP]);
  });

  it('puts a group before one whose name only begins like it', () => {
    const rows = scopeRows(settings(), [group(`${SHOP}-2`, 1, 0), group(SHOP, 1, 0)]);
    expect(rows.slice(2).map(({ scope }) => scope)).toEqual([SHOP, `${SHOP}-2`]);
  });
});

describe('the settings with another scope', () => {
  const before = settings({
    scopes: [{ scope: SHOP, mode: 'approve', approvers: ['11111111-0000-4000-8000-000000000001'] }],
  });

  it('change only the members that are given', () => {
    expect(withScope(before, SHOP.toLowerCase(), { mode: 'autofix' }).scopes).toEqual([
      { ...before.scopes[0], mode: 'autofix' },
    ]);
  });

  it('leave to the scopes above what is undefined, and have no scope without members', () => {
    expect(withScope(before, SHOP, { mode: undefined }).scopes).toEqual([
      { scope: SHOP, approvers: before.scopes[0]?.approvers },
    ]);
    expect(withScope(before, SHOP, { mode: undefined, approvers: undefined }).scopes).toEqual([]);
  });

  it('have a new scope at the end, and everything as the settings themselves', () => {
    expect(withScope(before, SUB, { mode: 'audit' }).scopes.at(-1)).toEqual({ scope: SUB, mode: 'audit' });
    expect(withScope(before, '/', { mode: 'autofix' })).toEqual({ ...before, mode: 'autofix' });
  });
});
