import type { Change } from '../../../src/domain/changes/change.ts';
import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/environment/environment-peer-mtls.ts';
import { ENVIRONMENT_ID } from '../fixtures/container-app.ts';
import { environmentWith } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const peers = (mtls: Json, encryption: Json) => ({
  resource: environmentWith({
    peerAuthentication: { mtls: { enabled: mtls } },
    peerTrafficConfiguration: { encryption: { enabled: encryption } },
  }),
});
const sections = (peerAuthentication: Json, peerTrafficConfiguration: Json) => ({
  resource: environmentWith({ peerAuthentication, peerTrafficConfiguration }),
});
const mtls = (from: Json): Change => ({
  document: 'resource',
  path: '/properties/peerAuthentication/mtls/enabled',
  from,
  to: true,
});
const encryption = (from: Json): Change => ({
  document: 'resource',
  path: '/properties/peerTrafficConfiguration/encryption/enabled',
  from,
  to: true,
});

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    { title: 'true', documents: peers(true, true) },
    { title: 'true, whatever is said of encryption, which it implies', documents: peers(true, null) },
  ],
  violation: [
    {
      title: 'false, and traffic is not encrypted: both are changed',
      documents: peers(false, false),
      tier: 'risky',
      changes: [mtls(false), encryption(false)],
    },
    {
      title: 'false, and traffic is encrypted: that is kept, and no change',
      documents: peers(false, true),
      tier: 'risky',
      changes: [mtls(false)],
      kept: [{ document: 'resource', path: '/properties/peerTrafficConfiguration/encryption/enabled', value: true }],
    },
    {
      title: 'null = false',
      documents: peers(null, null),
      tier: 'risky',
      changes: [mtls(null), encryption(null)],
      undo: false,
    },
    {
      title: 'null = false, also of the sections around it',
      documents: sections(null, { encryption: null }),
      tier: 'risky',
      changes: [mtls(null), encryption(null)],
      undo: false,
    },
    {
      title: 'an older environment says nothing of peers',
      documents: { resource: environmentWith({ peerAuthentication: null, peerTrafficConfiguration: null }) },
      tier: 'risky',
      changes: [mtls(null), encryption(null)],
      undo: false,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a switch that is no boolean', documents: peers('enabled', false) },
    { title: 'encryption that is no boolean: nothing is written on it', documents: peers(false, 1) },
    { title: 'a section that is no object', documents: sections('on', null) },
    { title: 'a part of a section that is no object', documents: sections(null, { encryption: ['on'] }) },
  ],
});
