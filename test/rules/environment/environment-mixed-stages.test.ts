import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/environment/environment-mixed-stages.ts';
import { containerApp, ENVIRONMENT_ID } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const apps = (...value: JsonObject[]) => ({ 'environment/apps': { value } });
const inIt = (tags: JsonObject | null): JsonObject => ({ ...containerApp(null), tags });
const inAnother = (tags: JsonObject): JsonObject => {
  const environmentId = `${ENVIRONMENT_ID}-2`;
  return { ...inIt(tags), properties: { managedEnvironmentId: environmentId, environmentId } };
};
const production = inIt({ environment: 'production' });
const staging = { environment: 'staging' };

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    { title: 'one stage per environment', documents: apps(production, production) },
    {
      title: 'names of tags and stages compare without case',
      documents: apps(production, inIt({ Environment: 'Production ' })),
    },
    { title: 'apps without the tag are not counted', documents: apps(production, inIt(null), inIt({ team: 'shop' })) },
    { title: 'an empty tag is none', documents: apps(production, inIt({ environment: ' ' })) },
    { title: 'apps of other environments are theirs', documents: apps(production, inAnother(staging)) },
    {
      title: 'another tag is configured',
      documents: apps(
        inIt({ environment: 'production', stage: 'live' }),
        inIt({ environment: 'staging', stage: 'live' }),
      ),
      parameters: { stageTag: 'Stage' },
    },
  ],
  violation: [
    {
      title: 'two stages in one environment',
      documents: apps(production, inIt(staging), inIt(null)),
      tier: 'advice',
      changes: [],
      reason: /2 stages share the environment: production, staging\./,
    },
    {
      title: 'the id of the environment compares without case',
      documents: apps(production, {
        ...inIt(staging),
        properties: { environmentId: ENVIRONMENT_ID.toUpperCase() },
      }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'an older app names its environment by the older property',
      documents: apps(production, { ...inIt(staging), properties: { managedEnvironmentId: ENVIRONMENT_ID } }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'an app that names no environment is one of it',
      documents: apps({ name: 'a', tags: staging }, { name: 'b', tags: { environment: 'test' } }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'another tag is configured',
      documents: apps(inIt({ stage: 'live' }), inIt({ STAGE: 'test' })),
      parameters: { stageTag: 'stage' },
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [
    { title: 'no apps', documents: apps() },
    {
      title: 'apps without the tag are not counted: no app has it',
      documents: apps(inIt(null), inIt({ team: 'shop' })),
    },
    {
      title: 'a tag that is no text says nothing',
      documents: apps({ tags: { environment: 1 } }, { tags: 'production' }),
    },
  ],
  unknown: [
    { title: 'not read: it is read by the sweep only', documents: {} },
    { title: 'not found', documents: { 'environment/apps': null } },
    { title: 'no list', documents: { 'environment/apps': { value: 'none' } } },
    { title: 'an app that is no object', documents: { 'environment/apps': { value: [production, 'cart'] } } },
  ],
});

describe('the stage tag of environment-mixed-stages', () => {
  test.each(['', ' ', 'a/b', '<tag>'])('is no %j', (stageTag) => {
    expect(rule.parameters.safeParse({ stageTag }).success).toBe(false);
  });
});
