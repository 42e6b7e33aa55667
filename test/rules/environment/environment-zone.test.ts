import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/environment/environment-zone.ts';
import { ENVIRONMENT_ID } from '../fixtures/container-app.ts';
import { environmentWith, SUBNET_ID, vnet } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const zones = (zoneRedundant: Json, location: Json = 'West Europe') => ({
  resource: environmentWith({ ...vnet(SUBNET_ID), zoneRedundant }, { location }),
});

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    { title: 'true', documents: zones(true) },
    { title: 'true, in a region that has got zones since', documents: zones(true, 'westus') },
  ],
  violation: [
    { title: 'false', documents: zones(false), tier: 'advice', changes: [], reason: /westeurope/ },
    { title: 'null = false', documents: zones(null, 'swedencentral'), tier: 'advice', changes: [] },
    {
      title: 'without a subnet of its owner it cannot be, and is a violation all the same',
      documents: { resource: environmentWith({ zoneRedundant: false }) },
      tier: 'advice',
      changes: [],
    },
  ],
  notApplicable: [
    { title: 'only in AZ regions', documents: zones(false, 'West US') },
    {
      title: 'only in AZ regions: names of regions compare without case and blanks',
      documents: zones(null, 'NORTHCENTRALUS'),
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'where it is was not said', documents: zones(false, null) },
    { title: 'neither true nor false', documents: zones('Enabled') },
  ],
});
