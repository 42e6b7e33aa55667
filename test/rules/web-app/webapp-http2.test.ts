import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-http2.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (http20Enabled: Json, properties = {}) => ({
  resource: site(properties),
  'config/web': webConfig({ http20Enabled }),
});
const change = { document: 'config/web', path: '/properties/http20Enabled', to: true } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'true; what siteConfig of the site says counts for nothing', documents: documents(true) },
    { title: 'true, the site itself not read', documents: { 'config/web': webConfig({ http20Enabled: true }) } },
  ],
  violation: [
    {
      title: 'false/null = fail: false; SAFE when clientCertEnabled=false',
      documents: documents(false),
      tier: 'safe',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'false/null = fail: null',
      documents: documents(null),
      tier: 'safe',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'clientCertEnabled=true: breaks renegotiating client-cert apps',
      documents: documents(false, { clientCertEnabled: true }),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'clientCertEnabled=null says not enough to be safe',
      documents: documents(false, { clientCertEnabled: null }),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'empty clientCertExclusionPaths are none',
      documents: documents(false, { clientCertEnabled: true, clientCertExclusionPaths: '' }),
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'certificates are off, so their mode and the paths without one say nothing',
      documents: documents(false, { clientCertMode: 'OptionalInteractiveUser', clientCertExclusionPaths: '/health' }),
      tier: 'safe',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'a function app is changed by a person only',
      documents: { ...documents(false), resource: site({}, { kind: 'functionapp,linux' }) },
      tier: 'risky',
      changes: [{ ...change, from: false }],
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: documents(false),
      tier: 'safe',
      changes: [{ ...change, from: false }],
    },
  ],
  notApplicable: [
    {
      title: 'skip when clientCertMode=OptionalInteractiveUser',
      documents: documents(false, { clientCertEnabled: true, clientCertMode: 'OptionalInteractiveUser' }),
    },
    {
      title: 'skip when clientCertExclusionPaths is set (renegotiation is impossible on HTTP/2)',
      documents: documents(false, { clientCertEnabled: true, clientCertExclusionPaths: '/health;/public' }),
    },
    {
      title: 'hosted on Container Apps',
      documents: { ...documents(false), resource: site({}, { kind: 'functionapp,linux,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    { title: 'off, the site itself not read', documents: { 'config/web': webConfig({ http20Enabled: false }) } },
    { title: 'neither true nor false', documents: documents(['true']) },
  ],
});
