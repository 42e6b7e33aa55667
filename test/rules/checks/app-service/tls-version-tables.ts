/**
 * The tables of a rule about one TLS version of `config/web`: those of the app and of its SCM site are evaluated
 * alike.
 */
import type { Json } from '../../../../src/domain/resources/json.ts';
import { SLOT_ID, site, webConfig } from '../../fixtures/web-app.ts';
import type { Tables } from '../../rule-tester.ts';

export function tlsTables(property: 'minTlsVersion' | 'scmMinTlsVersion'): Omit<Tables, 'id'> {
  const documents = (version: Json) => ({
    resource: site(),
    'config/web': webConfig({ [property]: version }),
  });
  const certificates = (clientCertMode: string, clientCertExclusionPaths: string | null) =>
    site({ clientCertEnabled: true, clientCertMode, clientCertExclusionPaths });
  const change = { document: 'config/web', path: `/properties/${property}`, to: '1.2' } as const;

  return {
    compliant: [
      { title: '"1.2"', documents: documents('1.2') },
      { title: '"1.3"', documents: documents('1.3') },
      { title: 'NEVER lower 1.3 to 1.2', documents: documents('1.3'), parameters: { minimum: '1.2' } },
      { title: 'NEVER lower 1.3 to 1.2: with more numbers than two', documents: documents(' 1.3.0 ') },
      { title: 'a number', documents: documents(1.2) },
      { title: 'numeric compare of major.minor: 1.10 is above 1.2', documents: documents('1.10') },
      { title: 'a later major version', documents: documents('2.0') },
      { title: '"1.3" where 1.3 is asked', documents: documents('1.3'), parameters: { minimum: '1.3' } },
      { title: 'the site was not read: config/web is judged alone', documents: { 'config/web': webConfig() } },
    ],
    violation: [
      { title: '"1.0" = fail', documents: documents('1.0'), tier: 'safe', changes: [{ ...change, from: '1.0' }] },
      { title: '"1.1" = fail', documents: documents('1.1'), tier: 'safe', changes: [{ ...change, from: '1.1' }] },
      { title: 'the number 1.1 = fail', documents: documents(1.1), tier: 'safe', changes: [{ ...change, from: 1.1 }] },
      {
        title: 'unparseable = fail',
        documents: documents('TLS1_2'),
        tier: 'safe',
        changes: [{ ...change, from: 'TLS1_2' }],
      },
      {
        title: 'null in config/web = fail',
        documents: documents(null),
        tier: 'safe',
        changes: [{ ...change, from: null }],
        undo: false,
      },
      {
        title: 'raising to 1.3 is risky',
        documents: documents('1.2'),
        parameters: { minimum: '1.3' },
        tier: 'risky',
        changes: [{ ...change, from: '1.2', to: '1.3' }],
      },
      {
        title: '1.3 does not renegotiate: paths without a client certificate; the reason says so',
        documents: { ...documents('1.2'), resource: certificates('Required', '/health;/public') },
        parameters: { minimum: '1.3' },
        tier: 'risky',
        changes: [{ ...change, from: '1.2', to: '1.3' }],
        reason: /in the middle of a connection .*, which TLS 1\.3 cannot/,
      },
      {
        title: '1.3 does not renegotiate: OptionalInteractiveUser; the reason says so',
        documents: { ...documents('1.0'), resource: certificates('OptionalInteractiveUser', null) },
        parameters: { minimum: '1.3' },
        tier: 'risky',
        changes: [{ ...change, from: '1.0', to: '1.3' }],
        reason: /in the middle of a connection .*, which TLS 1\.3 cannot/,
      },
      {
        title: 'certificates are off, so 1.3 breaks nobody who shows one',
        documents: {
          ...documents('1.2'),
          resource: site({ clientCertMode: 'OptionalInteractiveUser', clientCertExclusionPaths: '/health' }),
        },
        parameters: { minimum: '1.3' },
        tier: 'risky',
        changes: [{ ...change, from: '1.2', to: '1.3' }],
        reason: /below 1\.3\.$/,
      },
      {
        title: '1.2 renegotiates, so raising to it is safe',
        documents: { ...documents('1.0'), resource: certificates('OptionalInteractiveUser', '/health') },
        tier: 'safe',
        changes: [{ ...change, from: '1.0' }],
        reason: /below 1\.2\.$/,
      },
      {
        title: '1.3 where the site was not read',
        documents: { 'config/web': documents('1.2')['config/web'] },
        parameters: { minimum: '1.3' },
        tier: 'risky',
        changes: [{ ...change, from: '1.2', to: '1.3' }],
        reason: /is not known\.$/,
      },
      {
        title: 'a slot is a resource of its own',
        id: SLOT_ID,
        documents: documents('1.0'),
        tier: 'safe',
        changes: [{ ...change, from: '1.0' }],
      },
      {
        title: 'a function app is judged like any other, and changing it is risky whatever the tier',
        documents: { ...documents('1.0'), resource: site({}, { kind: 'functionapp,linux' }) },
        tier: 'risky',
        changes: [{ ...change, from: '1.0' }],
      },
      {
        title: 'the site was not read: config/web is judged alone',
        documents: { 'config/web': webConfig({ [property]: '1.0' }) },
        tier: 'safe',
        changes: [{ ...change, from: '1.0' }],
      },
    ],
    notApplicable: [
      {
        title: 'hosted on Container Apps',
        documents: {
          ...documents('1.0'),
          resource: site({}, { kind: 'functionapp,linux,container,azurecontainerapps' }),
        },
      },
    ],
    unknown: [
      {
        title: 'value not read = unknown: the siteConfig inside the site tells nothing',
        documents: { resource: site() },
      },
      { title: 'a list of versions', documents: documents(['1.2']) },
      { title: 'no version at all', documents: documents({ toString: '1.2' }) },
      { title: 'config/web must exist', documents: { resource: site(), 'config/web': null } },
    ],
  };
}
