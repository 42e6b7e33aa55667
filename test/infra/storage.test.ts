// The Bicep of the storage account against the code: the names are those that Plumbline uses, and no key opens it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ANCHOR_CONTAINER, RECONCILE_QUEUE, SWEEP_QUEUE, TABLES } from '../../src/storage/names.ts';
import { at, declared, Expression, isBody, template, templates, valuesIn } from './bicep.ts';

const bicep = readFileSync(new URL('../../infra/storage.bicep', import.meta.url), 'utf8');

describe('guarantee 13: the storage account has only what Plumbline needs', () => {
  test('it has exactly the tables, queues and containers that the code names', () => {
    expect(listed('tableNames').sort()).toEqual(Object.values(TABLES).sort());
    expect(listed('queueNames').sort()).toEqual([RECONCILE_QUEUE, SWEEP_QUEUE].sort());
    expect([...bicep.matchAll(/parent: blobService\n {2}name: '([^']+)'/g)].map(([, name]) => name).sort()).toEqual([
      ANCHOR_CONTAINER,
    ]);
  });

  test.each([
    ['allowSharedKeyAccess: false'],
    ['allowBlobPublicAccess: false'],
    ["minimumTlsVersion: 'TLS1_2'"],
    ['supportsHttpsTrafficOnly: true'],
  ])('%s', (line) => {
    expect(bicep.split('\n').map((one) => one.trim())).toContain(line);
  });

  test('roles are assigned on the account only, and no key is an output', () => {
    expect(bicep.match(/scope: \w+/g)).toEqual(['scope: account']);
    expect(bicep).not.toMatch(/listKeys|AccountKey|connectionString/i);
  });

  test('its data is copied to several zones where the region has zones, and stays in one place otherwise', () => {
    const from = template('storage.bicep');
    const account = declared('resource', from).find(({ type }) =>
      type.startsWith('Microsoft.Storage/storageAccounts@'),
    );
    expect(at(account?.value, 'sku', 'name')).toEqual(new Expression(`'Standard_\${chosenRedundancy}'`));
    const variable = (name: string) => declared('variable', from).find((one) => one.name === name)?.value;
    expect(variable('chosenRedundancy')).toEqual(
      new Expression("!empty(redundancy) ? redundancy : hasZones ? 'ZRS' : 'LRS'"),
    );
    expect(variable('hasZones')).toEqual(
      new Expression("!empty(pickZones('Microsoft.Compute', 'virtualMachines', location))"),
    );
  });

  test('no template requires zones in every region', () => {
    const values = templates().flatMap(({ declarations }) => declarations.flatMap(({ value }) => valuesIn(value)));
    expect(values.filter((value) => typeof value === 'string' && /_\w*ZRS$/.test(value))).toEqual([]);
    const named = values.filter(isBody).flatMap(Object.keys);
    expect(named.filter((name) => /^(zones|availabilityZones|zoneRedundant\w*)$/i.test(name))).toEqual([]);
  });

  test('it compiles without a registry', () => {
    expect(bicep).not.toMatch(/\b(br|ts)[:/]/);
  });
});

/** The quoted names of a list variable. */
function listed(name: string): string[] {
  const list = new RegExp(`var ${name} = \\[([^\\]]*)\\]`).exec(bicep)?.[1] ?? '';
  return [...list.matchAll(/'([^']+)'/g)].flatMap(([, one]) => one ?? []);
}
