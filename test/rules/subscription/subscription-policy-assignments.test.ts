import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { parseSnapshot } from '../../../src/domain/resources/snapshot.ts';
import { rule } from '../../../src/rules/subscription/subscription-policy-assignments.ts';
import { assignment, builtIn, SUBSCRIPTION_ID } from '../fixtures/subscription.ts';
import { testRule } from '../rule-tester.ts';

const assigned = (...value: JsonObject[]) => ({ 'subscription/policyAssignments': { value } });
const benchmark = builtIn.initiative('1f3afdf9-d0c9-4c3d-847f-89da613e70a8');
const httpsOnly = builtIn.policy('a4af4a39-4135-47fb-b175-47fbdf85311d');
const networkInjection = builtIn.policy('8b346db6-85af-419b-8557-92cee2c0f9bb');
const allowedLocations = builtIn.policy('e56962a6-4747-49cd-b67b-bf8b01975c4c');
const ownInitiative = `/providers/Microsoft.Management/managementGroups/shop${benchmark}`;

testRule(rule, {
  id: SUBSCRIPTION_ID,
  compliant: [
    {
      title: 'an assignment of the cloud security benchmark initiative',
      documents: assigned(assignment(allowedLocations), assignment(benchmark)),
    },
    {
      title: 'an assignment of the cloud security benchmark initiative, version 2',
      documents: assigned(assignment(builtIn.initiative('e3ec7e09-768c-4b64-882c-fcada3772047'))),
    },
    { title: 'or of a definition in the App Service category', documents: assigned(assignment(httpsOnly)) },
    { title: 'or of a definition in the Container Apps category', documents: assigned(assignment(networkInjection)) },
    {
      title: 'an assignment of the cloud security benchmark initiative, beside one that does not say of what',
      documents: assigned(assignment(null), assignment(benchmark)),
    },
    { title: 'ids compare without case', documents: assigned(assignment(httpsOnly.toUpperCase())) },
    {
      title: 'enforcementMode DoNotEnforce counts as audit',
      documents: assigned(assignment(benchmark, { enforcementMode: 'DoNotEnforce' })),
    },
  ],
  violation: [
    { title: 'nothing assigned', documents: assigned(), tier: 'advice', changes: [], reason: /Neither/ },
    {
      title: 'a policy about other things',
      documents: assigned(assignment(allowedLocations)),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'an initiative of its owner, which cannot be looked into',
      documents: assigned(assignment(ownInitiative)),
      tier: 'advice',
      changes: [],
    },
  ],
  unknown: [
    { title: 'an assignment that does not say of what', documents: assigned(assignment(null)) },
    { title: 'an assignment without properties', documents: assigned(assignment(allowedLocations), { name: 'b' }) },
    { title: 'sweep only: not read on an event', documents: {} },
    { title: 'not found', documents: { 'subscription/policyAssignments': null } },
    { title: 'no list', documents: { 'subscription/policyAssignments': { value: {} } } },
  ],
});

describe('what the finding says of an assignment', () => {
  test.each([
    [[{ enforcementMode: 'donotenforce' }], /in audit only/],
    [[{ enforcementMode: 'Enroll' }], /in audit only/],
    [[{ enforcementMode: 'Enroll' }, { enforcementMode: 'Default' }], /is assigned\.$/],
    [[{ enforcementMode: 'DoNotEnforce' }, { enforcementMode: 'Default' }], /is assigned\.$/],
    [[{ enforcementMode: null }], /is assigned\.$/],
  ])('%j', (modes, reason) => {
    const documents = assigned(...modes.map((mode) => assignment(benchmark, mode)));
    const judgement = rule.check(parseSnapshot({ id: SUBSCRIPTION_ID, documents }), {}, new Date(0));
    expect(judgement).toMatchObject({ verdict: 'compliant', reason: expect.stringMatching(reason) });
  });
});
