import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-ssh.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (sshEnabled: Json) => ({ resource: site({ sshEnabled }) });
const windows = (sshEnabled: Json, properties: JsonObject = {}, kind: string | null = 'app') => ({
  resource: site({ sshEnabled, reserved: false, isXenon: false, hyperV: false, ...properties }, { kind }),
});
const change = { document: 'resource', path: '/properties/sshEnabled', to: false } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'false', documents: documents(false) },
    { title: 'the word false', documents: documents('False') },
    { title: 'false, in a container on Windows', documents: windows(false, { hyperV: true }) },
  ],
  violation: [
    { title: 'true', documents: documents(true), tier: 'risky', changes: [{ ...change, from: true }] },
    {
      title: 'policy flags null/absent: null',
      documents: documents(null),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'the property is new and often absent: policy flags it',
      documents: { resource: site() },
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: documents(true),
      tier: 'risky',
      changes: [{ ...change, from: true }],
    },
  ],
  notApplicable: [
    { title: 'Windows: no container, no shell', documents: windows(null) },
    {
      title: 'consumption plans let nobody into their instances',
      documents: { resource: site({ sshEnabled: null, sku: 'FlexConsumption' }, { kind: 'functionapp,linux' }) },
    },
    { title: 'Windows: a switch that nothing follows', documents: windows(true) },
    { title: 'a function app on Windows', documents: windows(null, {}, 'functionapp') },
    { title: 'Windows by its plan, whatever its kind says', documents: windows(null, {}, 'app,linux') },
    { title: 'Windows by its kind, where nothing is said of the plan', documents: windows(null, { reserved: null }) },
  ],
  unknown: [
    { title: 'on, in a container on Windows: not documented', documents: windows(null, { hyperV: true }) },
    { title: 'on, in a container on Windows: by its older name', documents: windows(null, { isXenon: true }) },
    { title: 'on, in a container on Windows: by its kind', documents: windows(null, {}, 'app,hyperV') },
    {
      title: 'on, in a container on Windows: by the stack that the site repeats',
      documents: windows(null, { siteProperties: { properties: [{ name: 'WindowsFxVersion', value: 'DOCKER|x/y' }] } }),
    },
    { title: 'on, neither plan nor kind says the system', documents: windows(true, { reserved: null }, null) },
    { title: 'not read', documents: {} },
    { title: 'neither true nor false', documents: documents(2) },
  ],
});
