import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-tls-cipher.ts';
import { plan, sku } from '../fixtures/plan.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (minTlsCipherSuite: Json) => ({ resource: site(), 'config/web': webConfig({ minTlsCipherSuite }) });
const weak = documents('TLS_RSA_WITH_AES_128_CBC_SHA');
const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'null', documents: documents(null) },
    { title: 'absent', documents: { resource: site(), 'config/web': webConfig() } },
    { title: 'Basic SKU and higher: Basic', documents: { ...documents(null), plan: plan(sku('B1', 'Basic')) } },
    { title: 'empty', documents: documents('') },
    {
      title: 'a weak suite of older versions, where only TLS 1.3 is spoken',
      documents: {
        resource: site(),
        'config/web': webConfig({ minTlsCipherSuite: 'TLS_RSA_WITH_AES_128_CBC_SHA', minTlsVersion: '1.3' }),
      },
    },
    {
      title: 'a non-CBC/ECDHE-GCM suite (org choice)',
      documents: documents('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'),
    },
    { title: 'a suite of TLS 1.3, in another casing', documents: documents('tls_aes_256_gcm_sha384') },
    {
      title: 'a suite that the organization accepts (org choice)',
      documents: weak,
      parameters: { accepted: ['TLS_RSA_WITH_AES_128_CBC_SHA'] },
    },
  ],
  violation: [
    { title: 'CBC', documents: documents('TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384'), ...advice },
    { title: 'keys that are not ephemeral', documents: documents('TLS_RSA_WITH_AES_256_GCM_SHA384'), ...advice },
    {
      title: 'a strong suite that the organization does not accept (org choice)',
      documents: documents('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'),
      parameters: { accepted: ['TLS_AES_256_GCM_SHA384'] },
      ...advice,
    },
    {
      title: 'Basic SKU and higher: Standard, and CBC',
      documents: { ...weak, plan: plan(sku('S1', 'Standard')) },
      ...advice,
    },
    { title: 'CBC, where the plan may not be read', documents: weak, ...advice },
    { title: 'a slot is a resource of its own', id: SLOT_ID, documents: weak, ...advice },
  ],
  notApplicable: [
    { title: 'Basic SKU and higher: not Free', documents: { ...weak, plan: plan(sku('F1', 'Free')) } },
    { title: 'Basic SKU and higher: not Shared', documents: { ...weak, plan: plan(sku('D1', 'Shared')) } },
    {
      title: 'ASE has a policy for FrontEndSSLCipherSuiteOrder: a setting of the environment',
      documents: {
        ...weak,
        resource: site({ hostingEnvironmentProfile: { id: '/subscriptions/x/hostingEnvironments/ase', name: 'ase' } }),
      },
    },
    {
      title: 'hosted on Container Apps',
      documents: { ...weak, resource: site({}, { kind: 'functionapp,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    { title: 'a suite that nobody knows', documents: documents('TLS_NULL') },
    { title: 'no suite', documents: documents(['TLS_AES_256_GCM_SHA384']) },
  ],
});

describe('the suites that are accepted', () => {
  test.each([[[]], [['TLS_NULL']], ['TLS_AES_256_GCM_SHA384']])('cannot be %j', (accepted) => {
    expect(rule.parameters.safeParse({ accepted }).success).toBe(false);
  });
});
