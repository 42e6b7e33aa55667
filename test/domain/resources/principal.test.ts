import { expect, test } from 'vitest';
import { asCaller, serviceActor } from '../../../src/domain/resources/principal.ts';

test('the service as an actor has its object id where its token has one', () => {
  expect(serviceActor({ objectId: 'o' })).toStrictEqual({ type: 'service', name: 'Plumbline', objectId: 'o' });
  expect(serviceActor({ objectId: null })).toStrictEqual({ type: 'service', name: 'Plumbline' });
});

test('a caller without a name has none', () => {
  expect(asCaller({ objectId: 'o', type: 'app' })).toStrictEqual({ objectId: 'o', type: 'app' });
});
