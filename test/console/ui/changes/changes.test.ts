import { expect, test } from 'vitest';
import { changeText, foldEqual, settingOf, valueText } from '../../../../src/console/ui/changes/changes.ts';

const rule = {
  id: 'webapp-https-only',
  version: 1,
  title: 'HTTPS only',
  severity: 'high',
  risk: '',
  impact: 'restart',
  reversible: true,
  harm: null,
} as const;
const change = { document: 'resource', path: '/properties/httpsOnly', from: false, to: true };
const item = (name: string, more: object = {}) => ({ name, rule, purpose: 'fix' as const, changes: [change], ...more });

test('equal changes on several apps are one, and anything that differs is another', () => {
  const folds = foldEqual([
    item('a'),
    item('b', { changes: [{ ...change, from: null }] }),
    item('c'),
    item('d', { rule: { ...rule, version: 2 } }),
    item('e', { purpose: 'rollback' }),
    item('f', { changes: [change, { ...change, document: 'config/web' }] }),
    item('g', { rule: { ...rule, impact: 'traffic' } }),
  ]);
  expect(folds.map(({ items }) => items.map(({ name }) => name).join(''))).toEqual(
    expect.arrayContaining(['ac', 'b', 'd', 'e', 'f', 'g']),
  );
  expect(folds[0]?.items).toHaveLength(2);
  expect(folds).toHaveLength(6);
});

test('the order of changes does not matter, and what is absent equals null', () => {
  const other = { document: 'resource', path: '/properties/clientCertEnabled', to: true };
  expect(
    foldEqual([item('a', { changes: [change, { ...other, from: null }] }), item('b', { changes: [other, change] })]),
  ).toHaveLength(1);
});

test('no item is lost or shown twice', () => {
  const items = Array.from({ length: 500 }, (_, index) =>
    item(String(index), { changes: [{ ...change, from: index % 7, to: index % 3 }] }),
  );
  const shown = foldEqual(items).flatMap((fold) => fold.items.map(({ name }) => name));
  expect([...shown].sort()).toEqual(items.map(({ name }) => name).sort());
});

test('a change is told by its setting and its whole values', () => {
  expect(changeText(change)).toBe('httpsOnly: false → true');
  expect(settingOf({ path: '/properties/cors/allowedOrigins' })).toBe('cors/allowedOrigins');
  expect(settingOf({ path: '/value/a~1b/properties' })).toBe('value/a/b/properties');
  expect([null, undefined, '', '1.2', ['*'], 0].map(valueText)).toEqual([
    'not set',
    'not set',
    '""',
    '1.2',
    '["*"]',
    '0',
  ]);
});
