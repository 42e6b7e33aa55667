import type { Json } from '../../../src/domain/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-failed-request-tracing.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (requestTracingEnabled: Json) => ({
  resource: site({ reserved: false }, { kind: 'app' }),
  'config/web': webConfig({ linuxFxVersion: '', requestTracingEnabled }),
});

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'true', documents: documents(true) },
    {
      title: 'true, the site itself not read',
      documents: { 'config/web': webConfig({ requestTracingEnabled: true }) },
    },
  ],
  violation: [
    { title: 'false', documents: documents(false), tier: 'advice', changes: [] },
    { title: 'null', documents: documents(null), tier: 'advice', changes: [] },
    { title: 'a slot is a resource of its own', id: SLOT_ID, documents: documents(false), tier: 'advice', changes: [] },
  ],
  notApplicable: [
    {
      title: 'Windows only; performance cost: Linux by its kind',
      documents: { ...documents(false), resource: site({ reserved: null }) },
    },
    {
      title: 'Windows only; performance cost: Linux by its plan (reserved)',
      documents: { ...documents(false), resource: site({ reserved: true }, { kind: null }) },
    },
    {
      title: 'Windows only; performance cost: Linux, where true does nothing',
      documents: { ...documents(true), resource: site() },
    },
    {
      title: 'hosted on Container Apps',
      documents: { ...documents(false), resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    {
      title: 'off, the site itself not read: it may run on Linux',
      documents: { 'config/web': webConfig({ requestTracingEnabled: false }) },
    },
    { title: 'neither true nor false', documents: documents('perhaps') },
  ],
});
