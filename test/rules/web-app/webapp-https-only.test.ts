import { rule } from '../../../src/rules/web-app/webapp-https-only.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const change = { document: 'resource', path: '/properties/httpsOnly', to: true } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'true', documents: { resource: site({ httpsOnly: true }) } },
    { title: 'the word true', documents: { resource: site({ httpsOnly: 'True' }) } },
  ],
  violation: [
    {
      title: 'false = fail',
      documents: { resource: site({ httpsOnly: false }) },
      tier: 'safe',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'null = fail (service default is false)',
      documents: { resource: site({ httpsOnly: null }) },
      tier: 'safe',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'absent = fail',
      documents: { resource: { ...site(), properties: {} } },
      tier: 'safe',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: { resource: site({ httpsOnly: false }) },
      tier: 'safe',
      changes: [{ ...change, from: false }],
    },
  ],
  notApplicable: [
    {
      title: 'hosted on Container Apps, whose ingress says it',
      documents: { resource: site({ httpsOnly: null }, { kind: 'functionapp,linux,container,azurecontainerapps' }) },
    },
    {
      title: 'hosted on Container Apps, by its environment alone',
      documents: { resource: site({ httpsOnly: null, managedEnvironmentId: '/subscriptions/s/x' }, { kind: null }) },
    },
    {
      title: 'on Azure Arc, which is retired',
      documents: { resource: site({ httpsOnly: false }, { kind: 'app,linux,kubernetes' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'neither true nor false', documents: { resource: site({ httpsOnly: { enabled: true } }) } },
    { title: 'a number', documents: { resource: site({ httpsOnly: 1 }) } },
    { title: 'a body without properties', documents: { resource: { ...site(), properties: null } } },
  ],
});
