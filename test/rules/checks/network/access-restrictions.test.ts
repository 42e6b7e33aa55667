import { expect, test } from 'vitest';
import { restrictionBlocks } from '../../../../src/rules/checks/network/access-restrictions.ts';
import { siteConfigSource } from '../../../../src/rules/declare/declarations.ts';
import { accessRule } from '../../fixtures/access-restrictions.ts';

test('an address with a mask is declared in CIDR notation, because azurerm has no mask', () => {
  const rules = [accessRule({ ipAddress: '198.51.100.0', subnetMask: '255.255.255.0' }), accessRule({})];
  const { terraform } = siteConfigSource([], { ip_restriction: restrictionBlocks(rules) });
  expect(terraform).toContain('ip_address = "198.51.100.0/24"');
  expect(terraform).toContain('ip_address = "203.0.113.0/24"');
  expect(terraform).not.toMatch(/mask/);
});
