import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/domain/changes/change.ts';
import { planOf } from '../../../src/domain/changes/plan-requests.ts';
import type { Json } from '../../../src/domain/resources/json.ts';
import { parseSnapshot } from '../../../src/domain/resources/snapshot.ts';
import { rule } from '../../../src/rules/environment/environment-peer-encryption.ts';
import { rule as mtlsRule } from '../../../src/rules/environment/environment-peer-mtls.ts';
import { ENVIRONMENT_ID } from '../fixtures/container-app.ts';
import { environmentWith } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const peers = (mtls: Json, encryption: Json) => ({
  resource: environmentWith({
    peerAuthentication: { mtls: { enabled: mtls } },
    peerTrafficConfiguration: { encryption: { enabled: encryption } },
  }),
});
const change = (from: Json): Change => ({
  document: 'resource',
  path: '/properties/peerTrafficConfiguration/encryption/enabled',
  from,
  to: true,
});

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    { title: 'true', documents: peers(false, true) },
    { title: 'mtls.enabled=true implies it', documents: peers(true, false) },
    { title: 'mtls.enabled=true implies it, also when nothing is said of encryption', documents: peers(true, null) },
  ],
  violation: [
    { title: 'false', documents: peers(false, false), tier: 'risky', changes: [change(false)] },
    { title: 'null = false', documents: peers(null, null), tier: 'risky', changes: [change(null)], undo: false },
    {
      title: 'an older environment says nothing of peers',
      documents: { resource: environmentWith({ peerAuthentication: null, peerTrafficConfiguration: null }) },
      tier: 'risky',
      changes: [change(null)],
      undo: false,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a switch that is no boolean', documents: peers(false, 'true') },
    { title: 'mutual TLS that is no boolean may imply it', documents: peers('true', false) },
    {
      title: 'a section that is no object',
      documents: { resource: environmentWith({ peerTrafficConfiguration: 'encrypted' }) },
    },
  ],
});

describe('the two rules about traffic between apps', () => {
  test('ask for the same at the same place, in one request', () => {
    const snapshot = parseSnapshot({ id: ENVIRONMENT_ID, documents: peers(false, false) });
    const judged = [rule.check(snapshot, {}, new Date(0)), mtlsRule.check(snapshot, {}, new Date(0))];
    const changes = judged.flatMap((judgement) => (judgement.verdict === 'violation' ? judgement.changes : []));
    expect(changes).toHaveLength(3);
    expect(planOf(snapshot.resource, [{ changes, preserved: [] }])).toMatchObject([
      {
        method: 'PATCH',
        body: {
          properties: {
            peerAuthentication: { mtls: { enabled: true } },
            peerTrafficConfiguration: { encryption: { enabled: true } },
          },
        },
      },
    ]);
  });
});
