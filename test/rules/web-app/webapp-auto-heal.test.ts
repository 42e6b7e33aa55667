import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-auto-heal.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

/** `autoHealRules` as App Service answers them: every trigger is there, and null or empty unless used. */
const rules = (triggers: { [name: string]: Json }) => ({
  triggers: {
    requests: null,
    privateBytesInKB: 0,
    statusCodes: [],
    slowRequests: null,
    slowRequestsWithPath: [],
    statusCodesRange: [],
    ...triggers,
  },
  actions: { actionType: 'Recycle', customAction: null, minProcessExecutionTime: '00:00:00' },
});
const none = rules({});
const slow = rules({ slowRequests: { timeTaken: '00:01:00', path: null, count: 10, timeInterval: '00:02:00' } });

const documents = (autoHealEnabled: Json, autoHealRules: Json) => ({
  resource: site(),
  'config/web': webConfig({ autoHealEnabled, autoHealRules }),
});
const parameters = {
  rule: {
    triggers: {
      requests: { count: 5000, timeInterval: '00:01:00' },
      slowRequests: { count: 50, timeInterval: '00:02:00', timeTaken: '00:00:30' },
      statusCodesRange: [{ statusCodes: '500-530', count: 40, timeInterval: '00:03:00' }],
    },
    actions: { actionType: 'Recycle', minProcessExecutionTime: '00:20:00' },
  },
};
const enabled = { document: 'config/web', path: '/properties/autoHealEnabled', to: true } as const;
const configured = { document: 'config/web', path: '/properties/autoHealRules', to: parameters.rule } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'true with at least one trigger', documents: documents(true, slow) },
    { title: 'a trigger of memory', documents: documents(true, rules({ privateBytesInKB: 800_000 })) },
    {
      title: 'a trigger of status codes, and a configured rule leaves it alone',
      documents: documents(true, rules({ statusCodes: [{ status: 500, count: 5, timeInterval: '00:01:00' }] })),
      parameters,
    },
  ],
  violation: [
    {
      title: "PATCH with the operator's configured rule",
      documents: documents(false, none),
      parameters,
      tier: 'risky',
      changes: [
        { ...enabled, from: false },
        { ...configured, from: none },
      ],
    },
    {
      title: 'enabled without triggers = violation',
      documents: documents(true, none),
      parameters,
      tier: 'risky',
      changes: [{ ...configured, from: none }],
    },
    {
      title: 'enabled without triggers = violation: no rules at all',
      documents: documents(true, null),
      parameters,
      tier: 'risky',
      changes: [{ ...configured, from: null }],
      undo: false,
    },
    {
      title: 'off with triggers: they were switched off, so the configured rule takes their place',
      documents: documents(false, slow),
      parameters,
      tier: 'risky',
      changes: [
        { ...enabled, from: false },
        { ...configured, from: slow },
      ],
    },
    {
      title: 'null is off; a rule without an action recycles',
      documents: documents(null, null),
      parameters: { rule: { triggers: { requests: { count: 100, timeInterval: '00:01:00' } } } },
      tier: 'risky',
      changes: [
        { ...enabled, from: null },
        {
          ...configured,
          from: null,
          to: {
            triggers: { requests: { count: 100, timeInterval: '00:01:00' } },
            actions: { actionType: 'Recycle', minProcessExecutionTime: '00:10:00' },
          },
        },
      ],
      undo: false,
    },
    {
      title: 'advice when none is configured: off',
      documents: documents(false, none),
      tier: 'advice',
      changes: [],
      reason: /parameter rule/,
    },
    {
      title: 'advice when none is configured: enabled without triggers',
      documents: documents(true, none),
      tier: 'advice',
      changes: [],
    },
    {
      title: "a program of the owner's is left alone, with what it is started with",
      documents: documents(false, {
        ...none,
        actions: { actionType: 'CustomAction', customAction: { exe: 'dump.exe', parameters: '-key=sesame' } },
      }),
      parameters,
      tier: 'advice',
      changes: [],
      reason: /^(?!.*sesame).*which stays\.$/,
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: documents(false, none),
      parameters,
      tier: 'risky',
      changes: [
        { ...enabled, from: false },
        { ...configured, from: none },
      ],
    },
  ],
  notApplicable: [
    {
      title: 'hosted on Container Apps',
      documents: { ...documents(false, null), resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    { title: 'neither true nor false', documents: documents('perhaps', null) },
    { title: 'rules of another form', documents: documents(true, ['Recycle']) },
    { title: 'triggers of another form', documents: documents(true, { triggers: 'requests' }) },
    { title: 'requests of another form', documents: documents(true, rules({ requests: 100 })), parameters },
    { title: 'codes of another form', documents: documents(false, rules({ statusCodes: '500' })), parameters },
    { title: 'memory of another form', documents: documents(true, rules({ privateBytesInKB: '1' })), parameters },
    { title: 'actions of another form', documents: documents(false, { ...none, actions: 'Recycle' }), parameters },
  ],
});

describe('the configured rule', () => {
  test.each([
    ['without triggers', { triggers: {} }],
    [
      'with an action that runs a program',
      {
        ...parameters.rule,
        actions: { actionType: 'CustomAction', customAction: { exe: 'cmd.exe' } },
      },
    ],
    ['with an action that heals nothing', { ...parameters.rule, actions: { actionType: 'LogEvent' } }],
    ['with a time that is none', { triggers: { requests: { count: 1, timeInterval: '5 minutes' } } }],
    ['with a count of nothing', { triggers: { requests: { count: 0, timeInterval: '00:01:00' } } }],
    [
      'with codes that are no range',
      { triggers: { statusCodesRange: [{ statusCodes: '5xx', count: 1, timeInterval: '00:01:00' }] } },
    ],
    ['with a trigger that nobody knows', { triggers: { moon: { count: 1 } } }],
  ])('%s is refused', (_, wrong) => {
    expect(rule.parameters.safeParse({ rule: wrong }).success).toBe(false);
  });
});
