import { rule } from '../../../src/rules/web-app/webapp-client-cert.ts';
import { plan, sku } from '../fixtures/plan.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (clientCertEnabled: boolean | string | null, clientCertMode: string | number | null) => ({
  resource: site({ clientCertEnabled, clientCertMode }),
  'config/web': webConfig({ http20Enabled: false }),
});
const enabled = { document: 'resource', path: '/properties/clientCertEnabled', to: true } as const;
const mode = { document: 'resource', path: '/properties/clientCertMode', to: 'Required' } as const;
const kept = [{ document: 'resource', path: '/properties/clientCertMode', value: 'Required' }] as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'clientCertEnabled=true and clientCertMode in (Required, null): Required',
      documents: documents(true, 'Required'),
    },
    { title: 'clientCertEnabled=true and clientCertMode in (Required, null): null', documents: documents(true, null) },
    { title: 'required in another casing', documents: documents(true, 'required') },
    { title: 'config/web not read: it only explains', documents: { resource: documents(true, 'Required').resource } },
  ],
  violation: [
    {
      title: 'off, whatever the mode says; every caller without a certificate gets 403',
      documents: documents(false, 'Required'),
      tier: 'risky',
      changes: [{ ...enabled, from: false }],
      kept,
    },
    {
      title: 'off, with another mode: both are written',
      documents: documents(false, 'Optional'),
      tier: 'risky',
      changes: [
        { ...enabled, from: false },
        { ...mode, from: 'Optional' },
      ],
    },
    {
      title: 'null is off (service default)',
      documents: documents(null, null),
      tier: 'risky',
      changes: [
        { ...enabled, from: null },
        { ...mode, from: null },
      ],
      undo: false,
    },
    {
      title: 'enabled + Optional/OptionalInteractiveUser = fail: Optional',
      documents: documents(true, 'Optional'),
      tier: 'risky',
      changes: [{ ...mode, from: 'Optional' }],
      reason: /"Optional"/,
    },
    {
      title: 'enabled + Optional/OptionalInteractiveUser = fail: OptionalInteractiveUser, in an odd casing',
      documents: documents(true, 'optionalInteractiveUser'),
      tier: 'risky',
      changes: [{ ...mode, from: 'optionalInteractiveUser' }],
    },
    {
      title: 'Azure Policy and CloudSploit also pass when http20Enabled=true: here it fails, and says so',
      documents: { ...documents(false, 'Required'), 'config/web': webConfig({ http20Enabled: true }) },
      tier: 'risky',
      changes: [{ ...enabled, from: false }],
      kept,
      reason: /Azure Policy passes it because HTTP\/2 is enabled\.$/,
    },
    {
      title: 'excluded paths renegotiate, which HTTP/2 cannot: whatever the settings say, a person decides',
      documents: {
        resource: site({ clientCertEnabled: false, clientCertExclusionPaths: '/health' }),
        'config/web': webConfig({ http20Enabled: true, minTlsVersion: '1.2' }),
      },
      tier: 'risky',
      changes: [{ ...enabled, from: false }],
      kept,
      reason: /in the middle of a connection, which cannot be while HTTP\/2 is on\.$/,
    },
    {
      title: 'excluded paths renegotiate, which TLS 1.3 cannot',
      documents: {
        resource: site({ clientCertEnabled: false, clientCertExclusionPaths: '/health' }),
        'config/web': webConfig({ http20Enabled: false, minTlsVersion: '1.3' }),
      },
      tier: 'risky',
      changes: [{ ...enabled, from: false }],
      kept,
      reason: /while TLS 1\.3 is the least version\.$/,
    },
    {
      title: 'excluded paths, and neither is on',
      documents: {
        resource: site({ clientCertEnabled: false, clientCertExclusionPaths: '/health' }),
        'config/web': webConfig({ http20Enabled: false, minTlsVersion: '1.2' }),
      },
      tier: 'risky',
      changes: [{ ...enabled, from: false }],
      kept,
      reason: /\(clientCertEnabled is false\)\.$/,
    },
    {
      title: 'excluded paths, and the configuration was not read',
      documents: { resource: site({ clientCertEnabled: false, clientCertExclusionPaths: '/health' }) },
      tier: 'risky',
      changes: [{ ...enabled, from: false }],
      kept,
      reason: /is not known\.$/,
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: documents(false, 'Required'),
      tier: 'risky',
      changes: [{ ...enabled, from: false }],
      kept,
    },
  ],
  notApplicable: [
    {
      title: 'Free and Shared have no client certificates: by the plan',
      documents: { ...documents(false, 'Required'), plan: plan(sku('F1', 'Free')) },
    },
    {
      title: 'Free and Shared have no client certificates: by what the site says of it',
      documents: { resource: site({ clientCertEnabled: false, sku: 'Shared' }) },
    },
    {
      title: 'Basic or more: consumption is not',
      documents: { ...documents(false, 'Required'), plan: plan(sku('Y1', 'Dynamic')) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { 'config/web': webConfig() } },
    { title: 'a mode that nobody knows is not written over', documents: documents(true, 'Sometimes') },
    { title: 'a mode of another form', documents: documents(false, 7) },
    { title: 'a switch that is no switch', documents: documents('perhaps', 'Required') },
  ],
});
