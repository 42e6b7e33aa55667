/** What the library learns of a trigger: the one thing that is used, so that no depth of a message keeps it from its function. */
import type { ProgrammingModel } from '@azure/functions-core';
import { expect, test } from 'vitest';
import { withLittleMetadata } from '../../src/functions/trigger-metadata.ts';

const given: unknown[] = [];
const model: ProgrammingModel = {
  name: '@azure/functions',
  version: '4',
  getCapabilities: (defaults) => ({ ...defaults, more: 'true' }),
  getInvocationModel: (context) => {
    given.push(context);
    return 'the model';
  },
};

test.each([
  ['a queue', { DequeueCount: { json: '2' }, QueueTrigger: { string: '[' } }, { DequeueCount: { json: '2' } }],
  ['Event Grid', { data: { json: '{}' } }, {}],
  ['nothing', undefined, {}],
])('of %s', (_, triggerMetadata, left) => {
  const request = { ...(triggerMetadata && { triggerMetadata }), inputData: [] };
  const context = { request };
  expect(withLittleMetadata(model).getInvocationModel(context)).toBe('the model');
  // The worker's own object, with what else is in it.
  expect(given.at(-1)).toBe(context);
  expect(context).toEqual({ request: { triggerMetadata: left, inputData: [] } });
});

test('the rest is the model of the library', () => {
  const { name, version, getCapabilities } = withLittleMetadata(model);
  expect([name, version, getCapabilities({ a: 'true' })]).toEqual([
    '@azure/functions',
    '4',
    { a: 'true', more: 'true' },
  ]);
});
