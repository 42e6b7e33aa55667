import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-ftp-basic-auth.ts';
import { publishingPolicy, SITE_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const DOCUMENT = 'basicPublishingCredentialsPolicies/ftp';
const allowing = (allow: Json) => ({ [DOCUMENT]: publishingPolicy('ftp', { allow }) });
const change = { document: DOCUMENT, path: '/properties/allow', to: false } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'false', documents: { ...allowing(false), 'config/web': webConfig() } },
    { title: 'the word false', documents: { ...allowing('False'), 'config/web': webConfig() } },
  ],
  violation: [
    {
      title: 'true = violation; FTP publishing stops',
      documents: { ...allowing(true), 'config/web': webConfig({ ftpsState: 'FtpsOnly' }) },
      tier: 'risky',
      changes: [{ ...change, from: true }],
    },
    {
      title: 'null = violation (default true)',
      documents: { ...allowing(null), 'config/web': webConfig() },
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'Safe when ftpsState is already Disabled',
      documents: { ...allowing(true), 'config/web': webConfig({ ftpsState: 'disabled' }) },
      tier: 'safe',
      changes: [{ ...change, from: true }],
    },
    {
      title: 'config/web not read: FTP may be in use',
      documents: allowing(true),
      tier: 'risky',
      changes: [{ ...change, from: true }],
    },
  ],
  notApplicable: [
    {
      title: 'Flex Consumption has no FTP',
      documents: { ...allowing(true), resource: site({ functionAppConfig: {} }, { kind: 'functionapp,linux' }) },
      reason: /FlexConsumption has no FTP/,
    },
  ],
  unknown: [
    { title: '404 = unknown: the policy always exists', documents: { [DOCUMENT]: null, 'config/web': webConfig() } },
    { title: 'neither true nor false', documents: allowing({ ftp: false }) },
    { title: 'a number', documents: allowing(0) },
    { title: 'not read', documents: { 'config/web': webConfig() } },
  ],
});
