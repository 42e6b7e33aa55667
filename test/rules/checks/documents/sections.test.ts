/** A document that cannot be read gives the verdict unknown with its reason, never another one. */
import { expect, test } from 'vitest';
import type { DocumentState } from '../../../../src/domain/resources/snapshot.ts';
import { compliant } from '../../../../src/domain/rules/rule.ts';
import { checkProperties } from '../../../../src/rules/checks/documents/sections.ts';
import { read, resourceNamed, SITE } from '../../../domain/examples.ts';

const judged = (state?: DocumentState) =>
  checkProperties(
    { resource: resourceNamed(SITE), documents: state ? { 'config/web': state } : {} },
    'config/web',
    () => compliant('It is right.'),
  );

test.each<[string, DocumentState | undefined]>([
  ['config/web was not read', undefined],
  ['config/web was not found', { status: 'missing' }],
  ['config/web may not be read: no role', { status: 'forbidden', detail: 'no role' }],
  ['config/web could not be read: throttled', { status: 'failed', detail: 'throttled', retryable: true }],
  ['config/web came without properties', read({ id: SITE })],
  ['config/web came without properties', read([])],
])('guarantee 9: %s', (reason, state) => {
  expect(judged(state)).toEqual({ verdict: 'unknown', reason });
});

test('a document with its properties is evaluated', () => {
  expect(judged(read({ properties: {} }))).toEqual(compliant('It is right.'));
});
