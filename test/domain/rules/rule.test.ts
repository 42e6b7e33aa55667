/** The kind of resource of a rule follows from its id. */
import { expect, test } from 'vitest';
import { defineRule } from '../../../src/domain/rules/rule.ts';
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

test('a rule whose id names no kind of resource is refused', () => {
  expect(() => defineRule({ ...ruleLike(), id: 'example', references: {} })).toThrow('example');
});
