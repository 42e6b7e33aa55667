import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/resources/json.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { rulesFor, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { rule } from '../../../src/rules/container-app/containerapp-user-assigned-identity.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (identity: Json) => ({ resource: containerApp(ingress({}), { identity }) });

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'contains UserAssigned', documents: documents({ type: 'UserAssigned' }) },
    { title: 'contains UserAssigned beside another', documents: documents({ type: 'SystemAssigned, UserAssigned' }) },
  ],
  violation: [
    {
      title: 'off by default; opt-in by operators: then an identity of its own is not enough',
      documents: documents({ type: 'SystemAssigned', principalId: 'x' }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'off by default; opt-in by operators: then none is not enough',
      documents: documents(null),
      tier: 'advice',
      changes: [],
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a type that is no text', documents: documents({ type: 7 }) },
    { title: 'an identity that is none', documents: documents(['UserAssigned']) },
  ],
});

test('off by default; opt-in by operators', () => {
  const app = parseResourceId(CONTAINER_APP_ID);
  if (!app) throw new Error('is no container app');
  const evaluated = (settings: object) => rulesFor(settingsSchema.parse(settings), [rule], app, {}).length;
  expect(evaluated({})).toBe(0);
  expect(evaluated({ rules: { [rule.id]: { enabled: true } } })).toBe(1);
});
