/** The kind of resource of a rule follows from its id. */
import { expect, test } from 'vitest';
import {
  compliant,
  defineRule,
  notApplicable,
  unknown,
  unreadReason,
  violation,
} from '../../../src/domain/rules/rule.ts';
import { ruleLike } from '../examples.ts';

test.each([
  ['webapp-example', 'web-app'],
  ['containerapp-example', 'container-app'],
  ['environment-example', 'environment'],
  ['plan-example', 'plan'],
  ['subscription-example', 'subscription'],
])('the rule %s is about resources of the kind %s', (id, kind) => {
  expect(defineRule({ ...ruleLike(), id, references: {} }).kind).toBe(kind);
});

test('a rule is risky, reversible, in the baseline profile and about the resource unless it says otherwise', () => {
  const { id, title, why, fix, risk, severity, check, source } = ruleLike();
  const made = defineRule({ id, title, why, fix, risk, severity, check, source, references: {} });
  expect(made).toMatchObject({ version: 1, tier: 'risky', profile: 'baseline', reversible: true });
  expect([made.documents, made.writes]).toEqual([['resource'], ['resource']]);
});

test('a rule has one reference for each version of a source', () => {
  const references = {
    'CIS Azure 2.1, 3.0, 10.12': ['9.1', '9.2'],
    'NIST 800-53': ['SC-8'],
    'See CIS 3.0, 4.0 there': ['x'],
    'Azure 2.0': ['y'],
  };
  expect(defineRule({ ...ruleLike(), id: 'webapp-example', references }).references).toEqual([
    ...['2.1', '3.0', '10.12'].flatMap((version) => [
      { source: `CIS Azure ${version}`, id: '9.1' },
      { source: `CIS Azure ${version}`, id: '9.2' },
    ]),
    { source: 'NIST 800-53', id: 'SC-8' },
    { source: 'See CIS 3.0, 4.0 there', id: 'x' },
    { source: 'Azure 2.0', id: 'y' },
  ]);
});

test('each verdict has its reason', () => {
  expect([compliant('a'), notApplicable('b'), unknown('c'), violation('d')]).toEqual([
    { verdict: 'compliant', reason: 'a' },
    { verdict: 'not-applicable', reason: 'b' },
    { verdict: 'unknown', reason: 'c' },
    { verdict: 'violation', reason: 'd', changes: [] },
  ]);
});

test.each<[Parameters<typeof unreadReason>[1], string]>([
  [{ status: 'not-read' }, 'config/web was not read'],
  [{ status: 'missing' }, 'config/web was not found'],
  [{ status: 'forbidden', detail: '403' }, 'config/web may not be read: 403'],
  [{ status: 'failed', detail: '500', retryable: true }, 'config/web could not be read: 500'],
])('the end of a sentence about a document: %j', (state, text) => {
  expect(unreadReason('config/web', state)).toBe(text);
});

test('a rule whose id names no kind of resource is refused', () => {
  expect(() => defineRule({ ...ruleLike(), id: 'example', references: {} })).toThrow('example');
});
