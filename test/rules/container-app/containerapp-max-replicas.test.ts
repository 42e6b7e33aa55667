import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-max-replicas.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const HTTP = { name: 'http-scaler', http: { metadata: { concurrentRequests: '20' } } };

const documents = (maxReplicas: Json, rules: Json, external: Json = true) => ({
  resource: containerApp(external === null ? null : ingress({ external }), {
    template: { scale: { minReplicas: null, maxReplicas, cooldownPeriod: 300, pollingInterval: 30, rules } },
  }),
});

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    {
      title: 'functions scale on their triggers, and take no rule',
      documents: { resource: containerApp(ingress({ external: true }), { kind: 'functionapp' }) },
    },
    { title: 'maxReplicas set and not above the configured bound', documents: documents(30, [HTTP]) },
    { title: 'external apps have a scale rule', documents: documents(5, [HTTP]) },
    { title: 'null maxReplicas = default 10', documents: documents(null, [HTTP]), parameters: { bound: 10 } },
    { title: 'an internal app needs no rule', documents: documents(10, null, false) },
    { title: 'nor does an app without ingress', documents: documents(10, [], null) },
    { title: 'a bound that the settings raise', documents: documents(300, [HTTP]), parameters: { bound: 300 } },
    { title: 'no scale at all: the platform scales to 10', documents: { resource: withScale(null) } },
  ],
  violation: [
    {
      title: 'above the bound',
      documents: documents(31, [HTTP]),
      tier: 'advice',
      changes: [],
      reason: /31 replicas, more than 30/,
    },
    {
      title: 'null maxReplicas = default 10, above a lower bound',
      documents: documents(null, [HTTP]),
      parameters: { bound: 9 },
      tier: 'advice',
      changes: [],
      reason: /10 replicas, more than 9/,
    },
    {
      title: 'external apps have a scale rule: rules null',
      documents: documents(10, null),
      tier: 'advice',
      changes: [],
      reason: /no scale rule/,
    },
    {
      title: 'external apps have a scale rule: rules empty, and too many replicas',
      documents: documents(1000, []),
      tier: 'advice',
      changes: [],
      reason: /1000 replicas.*no scale rule/,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a maximum that is no number', documents: documents('10', [HTTP]) },
    { title: 'rules that are no list', documents: documents(10, HTTP) },
    { title: 'a scale that is no object', documents: { resource: withScale([10]) } },
  ],
});

describe('the bound', () => {
  test.each([0, 1001, 2.5, '10', null])('%j is refused', (bound) => {
    expect(rule.parameters.safeParse({ bound }).success).toBe(false);
  });
});

function withScale(scale: Json) {
  return containerApp(null, { template: { scale } });
}
